"""The limited child: its limits hold for each file, it cannot reach out, and its deaths concern nobody else."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.jobs.intake.making import encoded, picture, png_of

from assay.jobs.intake import DecodePool, Limits, PictureError, SandboxError, child_process
from assay.jobs.intake.limits import MIB

GOOD = encoded(picture(300, 200), "JPEG")


def heavy_png(edge: int) -> bytes:
    """A noisy picture whose decoding takes real time."""
    noise = np.random.default_rng(1).integers(0, 255, (edge, edge, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise), "PNG", compress_level=1)


def code_of(pool: DecodePool, data: bytes) -> str:
    try:
        pool.decode(data)
    except PictureError as error:
        return error.code
    return "accepted"


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def workers(pool: DecodePool) -> list[int]:
    found = []
    for child in pool._living:
        nest = child._process.pid
        found += [int(p) for p in Path(f"/proc/{nest}/task/{nest}/children").read_text(encoding="ascii").split()]
    return found


@pytest.mark.slow
def test_processor_time_is_counted_for_each_file_though_the_child_is_reused() -> None:
    limits = Limits(cpu_s=0.05)
    with DecodePool(limits, 1) as pool:
        light = heavy_png(400)
        for _ in range(30):  # together far more than the limit of one
            assert code_of(pool, light) == "accepted"
        assert code_of(pool, heavy_png(4000)) == "intake.too_slow"
        assert code_of(pool, light) == "accepted"


@pytest.mark.slow
def test_memory_is_limited() -> None:
    wide = png_of(
        [
            (b"IHDR", struct.pack(">IIBBBBB", 8000, 5000, 16, 6, 0, 0, 1)),
            (b"IDAT", zlib.compress(b"\x00" * 100)),
            (b"IEND", b""),
        ]
    )
    with DecodePool(n_children=1) as pool:
        assert code_of(pool, wide) == "intake.too_much_memory"
    with DecodePool(Limits(memory_bytes=24 * MIB), 1) as pool:
        assert code_of(pool, GOOD) == "accepted"
        assert code_of(pool, heavy_png(2500)) in ("intake.too_much_memory", "intake.decoder_died")
        assert code_of(pool, GOOD) == "accepted"


def test_a_child_that_does_not_answer_is_killed_at_the_wall_limit() -> None:
    with DecodePool(Limits(wall_s=0.5), 1) as pool:
        pool.decode(GOOD)
        (worker,) = workers(pool)
        os.kill(worker, signal.SIGSTOP)
        began = time.monotonic()
        assert pool.decode(GOOD).width == 300, "tried once more in a fresh child"
        assert time.monotonic() - began > 0.4
        assert not Path(f"/proc/{worker}").exists()


def test_a_worker_killed_from_outside_costs_no_picture() -> None:
    with DecodePool(n_children=1) as pool:
        for number in (signal.SIGKILL, signal.SIGSEGV):
            pool.decode(GOOD)
            os.kill(workers(pool)[0], number)
            assert pool.decode(GOOD).width == 300


def test_a_refusal_replaces_the_worker_and_many_pictures_share_one() -> None:
    with DecodePool(n_children=1) as pool:
        pool.decode(GOOD)
        first = workers(pool)
        for _ in range(5):
            pool.decode(GOOD)
        assert workers(pool) == first
        assert code_of(pool, GOOD[:-40]) == "intake.corrupt_image"
        pool.decode(GOOD)
        assert workers(pool) != first


def test_a_worker_is_replaced_after_its_number_of_pictures() -> None:
    with DecodePool(Limits(files_per_child=3), 1) as pool:
        seen = []
        for _ in range(7):
            pool.decode(GOOD)
            seen.append(tuple(workers(pool)))
        assert len(set(seen)) >= 3


def test_many_threads_share_a_few_children(pool: DecodePool) -> None:
    pictures = [encoded(picture(20 + i, 30), "PNG") for i in range(60)]
    with ThreadPoolExecutor(12) as executor:
        found = list(executor.map(pool.decode, pictures))
    assert [p.width for p in found] == [20 + i for i in range(60)]


def test_closing_the_pool_leaves_no_process_and_no_descriptor() -> None:
    before = descriptors()
    pool = DecodePool(n_children=2)
    with ThreadPoolExecutor(2) as executor:
        list(executor.map(pool.decode, [GOOD] * 4))
    processes = workers(pool) + [child._process.pid for child in pool._living]
    pool.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in processes)
    assert descriptors() == before


@pytest.mark.slow
def test_the_end_of_the_server_ends_its_children() -> None:
    program = """
        import os, sys
        from assay.jobs.intake import DecodePool
        pool = DecodePool(n_children=1)
        pool.isolation()
        print(next(iter(pool._living))._process.pid, flush=True)
        os._exit(1)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    nest = Path(f"/proc/{int(done.stdout)}")
    for _ in range(100):
        if not nest.exists():
            return
        time.sleep(0.05)
    pytest.fail("the nest outlived the server")


def test_a_child_that_does_not_start_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "child.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(child_process, "_CHILD", broken)
    with DecodePool(n_children=1) as pool:
        with pytest.raises(SandboxError, match="does not start"):
            pool.decode(GOOD)
        with pytest.raises(SandboxError):
            pool.isolation()


@pytest.mark.parametrize(
    "reply", [b"", b"x" * 100, b"ANS1" + b"t" * 16 + struct.pack("<4I", 9, 0, 0, 0) + b"{}       "]
)
def test_an_answer_that_breaks_the_protocol_ends_the_child_and_refuses_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reply: bytes
) -> None:
    liar = tmp_path / "child.py"
    liar.write_text(
        textwrap.dedent(f"""
            import os, struct
            facts = b'{{"user": true, "network": true, "calls": true}}'
            os.write(1, b"HEY1" + bytes(16) + struct.pack("<4I", len(facts), 0, 0, 0) + facts)
            os.read(0, 100)
            os.write(1, {reply!r})
        """)
    )
    monkeypatch.setattr(child_process, "_CHILD", liar)
    with DecodePool(n_children=1) as pool:
        assert code_of(pool, GOOD) == "intake.decoder_died"


ESCAPES = """
    import ctypes, json, mmap, os, resource, signal, socket, subprocess, sys
    from pathlib import Path
    from assay.jobs.intake.child import sandbox

    def allowed(attempt):
        try:
            attempt()
        except BaseException:
            return False
        return True

    attempts = {
        "read a file": lambda: os.open("/etc/hostname", os.O_RDONLY),
        "write a file": lambda: os.open("/tmp/assay_escape", os.O_WRONLY | os.O_CREAT),
        "list a folder": lambda: os.listdir("/"),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "open a unix socket": lambda: socket.socketpair(),
        "fork": lambda: os.fork(),
        "start a program": lambda: os.execv("/bin/true", ["true"]),
        "kill the parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
        "remove a file": lambda: os.unlink(sys.argv[1]),
        "make a folder": lambda: os.mkdir("/tmp/assay_escape_folder"),
        "raise its limits": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        "map memory to run": lambda: mmap.mmap(-1, 4096, prot=7),
        "become somebody": lambda: os.setuid(0),
        "trace": lambda: (ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0) or 1 / 0,
        "think": lambda: sum(range(10**6)),
        "allocate": lambda: bytearray(50 << 20),
    }
    space = sandbox.address_space()
    sandbox.drop_rights()
    sandbox.set_limits(space + (100 << 20), 10)
    stands = sandbox.filter_calls()
    found = {name: allowed(attempt) for name, attempt in attempts.items()}
    found["allocate too much"] = allowed(lambda: bytearray(200 << 20))
    found["filter"] = stands
    os.write(1, json.dumps(found).encode())
"""


def test_inside_nothing_can_be_reached(tmp_path: Path, pool: DecodePool) -> None:
    if not pool.isolation().calls:
        pytest.skip("this machine refuses system-call filters; the pool says so, and only its limits hold")
    victim = tmp_path / "victim"
    victim.write_text("x")
    program = textwrap.dedent(ESCAPES)
    done = subprocess.run([sys.executable, "-c", program, str(victim)], capture_output=True, check=False)
    found = __import__("json").loads(done.stdout)
    assert {name for name, worked in found.items() if worked} == {"think", "allocate", "filter"}
    assert victim.exists()


def test_a_pool_with_every_child_busy_makes_the_next_caller_wait() -> None:
    with DecodePool(n_children=1) as pool:
        pool.isolation()
        started, done = threading.Event(), []

        def slow() -> None:
            started.set()
            done.append(pool.decode(heavy_png(1500)).width)

        thread = threading.Thread(target=slow)
        thread.start()
        started.wait()
        done.append(pool.decode(GOOD).width)
        thread.join()
        assert sorted(done) == [300, 1500]
