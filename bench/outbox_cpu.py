"""CPU time of processes: what others on the machine take is not in it."""

from __future__ import annotations

import os
from pathlib import Path

TICKS_S = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, REAPED_USER, REAPED_SYSTEM = 1, 11, 12, 13, 14  # fields after the name


def fields(pid: int) -> list[str]:
    """/proc/PID/stat after the name; none when the process has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def parent(pid: int) -> int:
    return int(fields(pid)[PARENT])


def process_s(pid: int) -> float:
    found = fields(pid)
    return (int(found[USER]) + int(found[SYSTEM])) / TICKS_S if found else 0.0


def family_s(postmaster: int) -> float:
    """Of a server: the postmaster, its children, those that have ended."""
    found = fields(postmaster)
    ended_s = (int(found[REAPED_USER]) + int(found[REAPED_SYSTEM])) / TICKS_S
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    children = [pid for pid in pids if (own := fields(pid)) and int(own[PARENT]) == postmaster]
    return ended_s + sum(process_s(pid) for pid in [postmaster, *children])


def per(count: float, seconds: float) -> float:
    """Of a load that may be shorter than a tick."""
    return count / max(seconds, 1 / TICKS_S)
