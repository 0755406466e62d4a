"""Takes away what a decoder does not need: files, sockets, programs, other processes, memory, time.

Walls, from the outside in: a user without rights, an empty network namespace, resource limits, and a system-call filter
that leaves memory, threads of its own, the clock and its two open ends. Each is put up where the system allows it, and
what holds is reported.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

_NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_CLONE_THREAD = 0x00010000
_PR_SET_PDEATHSIG, _PR_SET_NAME, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 15, 22, 38
_FILTER = 2
_PROT_EXEC = 4
_SIGKILL = 9

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NR, _ARCH, _ARGS = 0, 4, 16

_X86_64: dict[str, int] = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
    "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "readv": 19, "writev": 20,
    "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "getitimer": 36, "setitimer": 38,
    "getpid": 39, "clone": 56, "exit": 60, "uname": 63, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98,
    "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "sigaltstack": 131,
    "prctl": 157, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "set_tid_address": 218,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
    "tgkill": 234, "ppoll": 271, "set_robust_list": 273, "prlimit64": 302, "getrandom": 318, "membarrier": 324,
    "rseq": 334, "clone3": 435,
}  # fmt: skip
_AARCH64: dict[str, int] = {
    "dup": 23, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "ppoll": 73, "fstat": 80,
    "exit": 93, "exit_group": 94, "set_tid_address": 96, "futex": 98, "set_robust_list": 99, "nanosleep": 101,
    "getitimer": 102, "setitimer": 103, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
    "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "tgkill": 131, "sigaltstack": 132,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "uname": 160, "getrlimit": 163,
    "getrusage": 165, "prctl": 167, "gettimeofday": 169, "getpid": 172, "getuid": 174, "geteuid": 175, "getgid": 176,
    "getegid": 177, "gettid": 178, "sysinfo": 179, "brk": 214, "munmap": 215, "mremap": 216, "clone": 220,
    "mmap": 222, "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278, "membarrier": 283, "rseq": 293,
    "clone3": 435,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
_SPECIAL = frozenset({"clone", "clone3", "mmap", "mprotect", "tgkill", "prctl", "prlimit64"})


@dataclass(slots=True)
class Walls:
    """Which walls stand.

    Attributes:
        user: the process gave up the rights of root, or never had them.
        network: it lives in a network namespace without any interface.
        calls: the system-call filter holds; without it only limits, user and namespace stand between.
    """

    user: bool = False
    network: bool = False
    calls: bool = False


_libc = ctypes.CDLL(None, use_errno=True)


def drop_rights() -> Walls:
    """Leave the network and the rights of root for good; called once, before any picture is seen."""
    walls = Walls()
    is_root = os.geteuid() == 0
    spaces = _CLONE_NEWNET | _CLONE_NEWIPC | (0 if is_root else _CLONE_NEWUSER)
    walls.network = _libc.unshare(spaces) == 0
    if is_root:
        with contextlib.suppress(OSError):  # a container may have taken the right to change users away
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    walls.user = os.geteuid() != 0
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return walls


def address_space() -> int:
    """Bytes of address space in use now."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def set_limits(memory_bytes: int, cpu_s: int) -> None:
    """Bound this process for its life: memory, processor time, no file may grow, few may be open, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def filter_calls() -> bool:
    """Allow from now on only what a decoder in memory needs; anything else fails with "not permitted".

    Returns:
        False where the system or the processor is not known, or refuses filters.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = b"".join(_program(*machine, pid=os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    wrapped = Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(wrapped), 0, 0) == 0)


def _do(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, on_true, on_false, value)


def _program(machine: int, calls: dict[str, int], pid: int) -> list[bytes]:
    """Write the filter: instructions of the kernel's classic BPF over `struct seccomp_data`."""
    refuse = _do(_RETURN, _ERRNO | errno.EPERM)
    allow = _do(_RETURN, _ALLOW)
    lines = [_do(_LOAD, _ARCH), _do(_EQUAL, machine, 1, 0), _do(_RETURN, _KILL), _do(_LOAD, _NR)]
    for name, number in calls.items():
        if name not in _SPECIAL:
            lines += [_do(_EQUAL, number, 0, 1), allow]
    low = [_ARGS + 8 * i for i in range(6)]
    blocks = {
        "clone": [_do(_LOAD, low[0]), _do(_ANY_BIT, _CLONE_THREAD, 0, 1), allow, refuse],
        "clone3": [_do(_RETURN, _ERRNO | errno.ENOSYS)],  # makes the C library fall back to clone, which can be judged
        "mmap": [_do(_LOAD, low[2]), _do(_ANY_BIT, _PROT_EXEC, 1, 0), allow, refuse],
        "mprotect": [_do(_LOAD, low[2]), _do(_ANY_BIT, _PROT_EXEC, 1, 0), allow, refuse],
        "tgkill": [_do(_LOAD, low[0]), _do(_EQUAL, pid, 0, 1), allow, refuse],
        "prctl": [_do(_LOAD, low[0]), _do(_EQUAL, _PR_SET_NAME, 0, 1), allow, refuse],
        # Limits may be read, not set: the pointer to new ones, both halves, must be null.
        "prlimit64": [
            *(_do(_LOAD, low[2]), _do(_EQUAL, 0, 0, 3)),
            *(_do(_LOAD, low[2] + 4), _do(_EQUAL, 0, 0, 1)),
            *(allow, refuse),
        ],
    }
    for name, block in blocks.items():
        lines += [_do(_EQUAL, calls[name], 0, len(block)), *block]
    return [*lines, refuse]
