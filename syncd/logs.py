"""How log lines look: one line an event, a past-tense name, then key=value; or JSON.

journald is told each line's level by a number before it, as sd-daemon(3) has them.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

# Libraries that log each request, statement or payload: too much, and it may hold secrets.
QUIET = ("aiohttp.access", "asyncio", "gql", "gql.transport")
PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
SILENT = ("asyncpg",)  # it tells of a lost database at length; so do we, once


class Journal(structlog.stdlib.ProcessorFormatter):
    """Lines for journald."""

    def format(self, record: logging.LogRecord) -> str:
        return prefixed(super().format(record), record.levelname.lower())


def prefixed(text: str, level: str) -> str:
    """Each line with its level: journald takes the lines of a traceback for messages apart."""
    mark = f"<{PRIORITIES.get(level, PRIORITIES['info'])}>"
    return "\n".join(mark + line for line in text.split("\n"))


def configure(*, form: Literal["text", "json"], level: str, is_journal: bool = False) -> None:
    """Send everything that is logged in this process to stderr in this form, from this level on.

    Text for journald has no time of its own: the journal has it.
    """
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        *(() if is_journal and form == "text" else (stamp,)),
        structlog.processors.format_exc_info,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = Journal if is_journal else structlog.stdlib.ProcessorFormatter
    handler.setFormatter(
        formatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
