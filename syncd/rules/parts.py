"""How many pieces of an order that leaves in parts are still to be told to Shopify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from syncd.errors import RowError
from syncd.phrases import phrase
from syncd.rules.text import shortened
from syncd.sales import Load, Portion, Sending

SHAPE = '[{"id": Shopify\'s id of the line, "quantity": pieces so far}]'
PUT_RIGHT = phrase(
    "put lines of the view order_completion right and touch the order: it is looked at anew"
)

Due = Mapping[str, int] | None  # pieces by the line's GID; None: all that is left


def due(sending: Sending, lines: object, location: str | None) -> Due:
    """How many are to leave yet: those the Backoffice counts, without those sent from `location`.

    Raises RowError when it counts what was not ordered, or when not all could be read.
    """
    if lines is None:
        return None
    called = phrase("order {number}", number=sending.number)
    wanted = _counts(lines, called)
    if not sending.is_counted:
        raise RowError(
            phrase(
                "{called} has more lines or parcels than syncd can count, and is completed in part",
                called=called,
            ),
            hint=phrase("fulfil it in Shopify's admin, or `syncd dead skip` if that is not wanted"),
            cause="too_many_parts",
        )
    _check_ordered(sending, wanted, called)
    sent: Counter[str] = Counter()
    for parcel in sending.parcels:
        if parcel.is_sent and parcel.location == location:
            sent.update(parcel.counts)
    return {line: max(count - sent[line], 0) for line, count in wanted.items()}


def taken(portions: Sequence[Portion], due: Due) -> tuple[tuple[Load, ...], Due]:
    """What leaves of these portions, never more than is left in them; what is due after that."""
    if due is None:
        return tuple(Load(one.gid) for one in portions), None
    rest, loads = dict(due), []
    for portion in portions:
        counts: dict[str, int] = {}
        for piece in portion.pieces:
            count = min(piece.left, rest.get(piece.line, 0))
            if count > 0:
                counts[piece.gid] = count
                rest[piece.line] -= count
        if counts:  # a load without counts would be all that is left
            loads.append(Load(portion.gid, counts))
    return tuple(loads), rest


def is_due(portion: Portion, due: Due) -> bool:
    """Whether something that is left of this portion is due."""
    if due is None:
        return portion.left > 0
    return any(piece.left > 0 and due.get(piece.line, 0) > 0 for piece in portion.pieces)


def _counts(lines: object, called: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in lines if isinstance(lines, list) else [lines]:
        match one:
            case {"id": str(line), "quantity": int(count)} if (
                type(count) is int and count >= 0 and line not in found
            ):
                found[line] = count
            case _:
                raise RowError(
                    phrase(
                        "{called}: lines of the view order_completion are not each line once "
                        "with whole pieces, but {given}",
                        called=called,
                        given=shortened(repr(one), 200),
                    ),
                    hint=phrase(
                        "give {shape}, or null for the whole order; {again}",
                        shape=SHAPE,
                        again=PUT_RIGHT,
                    ),
                    cause="lines_malformed",
                )
    return found


def _check_ordered(sending: Sending, wanted: Mapping[str, int], called: str) -> None:
    ordered = {line.gid: line for line in sending.lines}
    for gid, count in wanted.items():
        line = ordered.get(gid)
        if line is None:
            raise RowError(
                phrase(
                    "{called} has no line {gid}, of which {count} are completed in the Backoffice",
                    called=called,
                    gid=gid,
                    count=count,
                ),
                hint=PUT_RIGHT,
                cause="line_unknown",
            )
        if count > line.quantity:
            raise RowError(
                phrase(
                    "{called}: {count} of “{title}” are completed in the Backoffice, "
                    "{ordered} were ordered (line {gid})",
                    called=called,
                    count=count,
                    title=line.name,
                    ordered=line.quantity,
                    gid=gid,
                ),
                hint=PUT_RIGHT,
                cause="more_than_ordered",
            )
