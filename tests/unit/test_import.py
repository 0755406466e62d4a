"""`import assay` costs nothing: what is heavy comes when it is used."""

from __future__ import annotations

import subprocess
import sys


def test_importing_assay_brings_nothing_but_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import assay; print(*sorted(set(sys.modules) - before))"
    brought = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition(".")[0] for name in brought} <= {"assay", *sys.stdlib_module_names}
    assert len(brought) < 60
