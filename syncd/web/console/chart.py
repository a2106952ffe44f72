"""The lines of the chart of delays, from quarter hours to points on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log10

from syncd.rules.delays import Quarter

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 70, 8, 14, 28  # what the labels need
LEAST_S = 0.1
MARKS_S = (0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 36000.0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: each line in pieces, a gap where nothing was sent; marks as (place, value)."""

    medians: tuple[str, ...]
    p99s: tuple[str, ...]
    fills: tuple[str, ...]
    seconds: tuple[tuple[float, float], ...]
    hours: tuple[tuple[float, datetime], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def drawn(quarters: Sequence[Quarter], now: datetime) -> Chart | None:
    """None where nothing was sent all day. Seconds are spaced by their logarithm."""
    slow = [one.p99_s for one in quarters if one.p99_s is not None]
    if not slow:
        return None
    top_s = next((mark for mark in MARKS_S[1:] if mark >= max(slow)), max(slow))
    reach = log10(top_s / LEAST_S)

    def down(seconds: float) -> float:
        share = log10(max(seconds, LEAST_S) / LEAST_S) / reach
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    def across(at: datetime) -> float:
        share = 1 - (now - at) / DAY
        return round(LEFT + max(0.0, min(1.0, share)) * (WIDTH - LEFT - RIGHT), 1)

    medians = _pieces(quarters, lambda one: one.median_s, across, down)
    return Chart(
        medians=tuple(_line(piece) for piece in medians),
        p99s=tuple(
            _line(piece) for piece in _pieces(quarters, lambda one: one.p99_s, across, down)
        ),
        fills=tuple(_area(piece) for piece in medians),
        seconds=tuple((down(mark), mark) for mark in MARKS_S if mark <= top_s),
        hours=tuple((across(at), at) for at in _hours(now)),
    )


Point = tuple[float, float]


def _pieces(
    quarters: Sequence[Quarter],
    value: Callable[[Quarter], float | None],
    across: Callable[[datetime], float],
    down: Callable[[float], float],
) -> list[list[Point]]:
    """The points of each stretch without a gap; a lonely one is as wide as its quarter."""
    pieces: list[list[Point]] = [[]]
    for one in quarters:
        seconds = value(one)
        if seconds is not None:
            pieces[-1].append((across(one.began_at + timedelta(minutes=7.5)), down(seconds)))
        elif pieces[-1]:
            pieces.append([])
    return [
        piece
        if len(piece) > 1
        else [(piece[0][0] - 3, piece[0][1]), (piece[0][0] + 3, piece[0][1])]
        for piece in pieces
        if piece
    ]


def _line(piece: Sequence[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in piece)


def _area(piece: Sequence[Point]) -> str:
    """Down to the floor."""
    floor = HEIGHT - BOTTOM
    return f"{piece[0][0]},{floor} {_line(piece)} {piece[-1][0]},{floor}"


def _hours(now: datetime) -> list[datetime]:
    """Every sixth hour of the clock within the day."""
    whole = now.replace(minute=0, second=0, microsecond=0)
    last = whole - timedelta(hours=whole.hour % 6)
    return [last - timedelta(hours=6 * step) for step in range(3, -1, -1)]
