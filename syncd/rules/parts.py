"""How many pieces of an order that leaves in parts are still to be told to Shopify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from syncd.errors import RowError
from syncd.sales import Load, Portion, Sending

SHAPE = '[{"id": Shopify\'s id of the line, "quantity": pieces so far}]'
PUT_RIGHT = "put lines of the view order_completion right and touch the order: it is looked at anew"

Due = Mapping[str, int] | None  # pieces by the line's GID; None: all that is left


def due(sending: Sending, lines: object, location: str | None) -> Due:
    """How many are to leave yet: those the Backoffice counts, without those sent from `location`.

    Raises RowError when it counts what was not ordered, or when not all could be read.
    """
    if lines is None:
        return None
    called = f"order {sending.number}"
    wanted = _counts(lines, called)
    if not sending.is_counted:
        raise RowError(
            f"{called} has more lines or parcels than syncd can count, and is completed in part",
            hint="fulfil it in Shopify's admin, or `syncd dead skip` if that is not wanted",
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
                    f"{called}: lines of the view order_completion are not each line once with "
                    f"whole pieces, but {one!r:.200}",
                    hint=f"give {SHAPE}, or null for the whole order; {PUT_RIGHT}",
                    cause="lines_malformed",
                )
    return found


def _check_ordered(sending: Sending, wanted: Mapping[str, int], called: str) -> None:
    ordered = {line.gid: line for line in sending.lines}
    for gid, count in wanted.items():
        line = ordered.get(gid)
        if line is None:
            raise RowError(
                f"{called} has no line {gid}, of which {count} are completed in the Backoffice",
                hint=PUT_RIGHT,
                cause="line_unknown",
            )
        if count > line.quantity:
            raise RowError(
                f"{called}: {count} of “{line.name}” are completed in the Backoffice, "
                f"{line.quantity} were ordered (line {gid})",
                hint=PUT_RIGHT,
                cause="more_than_ordered",
            )
