"""Run a command as a systemd unit of `deploy/` confines it, without systemd.

    python confined.py UNIT COMMAND ...

The unit's own filter of system calls (resolved by ``systemd-analyze syscall-filter``), its denial
of memory that is written and then run, and no new privileges. What it mounts is not imitated.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

NO_NEW_PRIVILEGES = 38  # prctl(2)
ERRNO, ALLOW, EPERM = 0x00050000, 0x7FFF0000, 1  # seccomp(2)
WRITE, EXECUTE, MASKED_EQUAL = 2, 4, 7  # mmap(2), seccomp_rule_add(3)


class Argument(ctypes.Structure):
    """Of a system call: its number, a comparison, a mask and what it leaves."""

    _fields_ = (
        ("number", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


def settings(unit):
    """Return every ``Name=value`` of a unit, in order."""
    lines = Path(unit).read_text("utf-8").splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and line[0] not in "#["]


def allowed(unit):
    """Return the names of the system calls that a unit allows, as systemd reads its filter."""
    found = set()
    for value in (value for name, value in settings(unit) if name == "SystemCallFilter"):
        names = {call for group in value.lstrip("~").split() for call in _calls(group)}
        found = found - names if value.startswith("~") else found | names
    # systemd allows these to whoever lists what is allowed (systemd.exec(5)).
    return found | set(_calls("@default"))


def _calls(name):
    if not name.startswith("@"):
        return [name]
    command = ["systemd-analyze", "syscall-filter", name]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in said.splitlines()[1:]]
    return [call for line in lines if line and line[0] != "#" for call in _calls(line)]


def confine(unit):
    """Confine this process and all that it starts."""
    own, calls = dict(settings(unit)), allowed(unit)
    if ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError("no new privileges: refused")
    if own["MemoryDenyWriteExecute"] == "yes":
        both = WRITE | EXECUTE
        _load(ALLOW, ERRNO | EPERM, [("mmap", both), ("mprotect", EXECUTE)])
    _load(ERRNO | EPERM, ALLOW, [(call, 0) for call in sorted(calls)])


def _load(otherwise, action, rules):
    """Load a filter: what is done with calls that ask for all bits of ``protection``."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(otherwise))
    for call, protection in rules:
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        argument = Argument(2, MASKED_EQUAL, protection, protection)
        if number >= 0:  # not of another processor
            seccomp.seccomp_rule_add_array(
                context,
                ctypes.c_uint32(action),
                number,
                int(protection > 0),
                ctypes.byref(argument),
            )
    if seccomp.seccomp_load(context):
        raise OSError("the filter of system calls was refused")


if __name__ == "__main__":
    confine(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # the command of a test
