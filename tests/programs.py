"""Syncd as processes of their own, as tests start them, and what any client of theirs tells.

What each call asks for is predicted exactly: one that Shopify asks more for makes the test fail,
wherever it was sent from (`conftest.prices_are_known`).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import structlog
from anyio.abc import Process

DIFFERS = "cost_differs"  # the event that a client logs then

_logs: list[Path] = []
_told: list[str] = []


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "syncd", *words]


def bare_environment() -> dict[str, str]:
    """Of this process, without any setting of syncd."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}


def ran(*words: str, folder: Path, settings: Mapping[str, str], given: str = "") -> tuple[int, str]:
    """The exit code of a command, with all that it printed, errors too; `given` to its stdin."""
    ended = subprocess.run(
        command(*words),
        cwd=folder,
        env={**bare_environment(), "COLUMNS": "100", **settings},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    _told.extend(_differing(ended.stdout))
    return ended.returncode, ended.stdout


ALL = """
import json, os, sys
from syncd.cli import main
for words, settings in json.loads(sys.argv.pop()):
    os.environ.update(settings)
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as ended:
        print("exit code", ended.code or 0)
    for name in settings:
        del os.environ[name]
"""


def ran_all(
    steps: Sequence[tuple[Sequence[str], Mapping[str, str]]],
    *,
    folder: Path,
    settings: Mapping[str, str],
    given: str = "",
) -> tuple[list[int], str]:
    """Commands one after the other in one process, each with settings of its own; as `ran`."""
    ended = subprocess.run(
        [sys.executable, "-c", ALL, json.dumps([[list(one), dict(own)] for one, own in steps])],
        cwd=folder,
        env={**bare_environment(), "COLUMNS": "500", "PYTHONUNBUFFERED": "1", **settings},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    _told.extend(_differing(ended.stdout))
    return [
        int(code) for code in re.findall(r"^exit code (\d+)$", ended.stdout, re.M)
    ], ended.stdout


async def daemon(environment: Mapping[str, str], log: Path) -> Process:
    """`syncd run`, at work; whoever started it ends it."""
    with log.open("wb") as file:
        process = await anyio.open_process(
            command("run"),
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    _logs.append(log)
    return process


def listen() -> None:
    """Hear what clients in the process of the tests log."""
    structlog.configure(processors=[_hear, *structlog.get_config()["processors"]])


def surprises() -> list[str]:
    """Which calls were asked more for than predicted, since this was asked last."""
    for log in _logs:
        _told.extend(_differing(log.read_text()))
    found = [*_told]
    _logs.clear()
    _told.clear()
    return found


def _differing(text: str) -> list[str]:
    return [line for line in text.splitlines() if DIFFERS in line]


def _hear(logger: Any, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if event["event"] == DIFFERS:
        _told.append(str(event))
    return event
