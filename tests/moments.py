"""Moments in the life of a run at which a daemon can be caught, to be killed there.

Each is reached without a clock: an answer of Shopify's is kept back, or a row is locked so that the
daemon waits for it, or a row is looked at.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from syncd.postgres.bulk import CREATE, PUBLISH
from tests.lives import Life

Phase = Literal["asked", "reading", "comparing", "push", "write", "start", "wait", "fetch", "end"]
Reach = Callable[[Life, str], Awaitable[None]]

RUN = "select from syncd.run where ended_at is null for update"
SHOP = "select from syncd.shop for update"  # every row that belongs to it waits
OPERATIONS = "lock table syncd.bulk_operation in share mode"
OPERATION = "select from syncd.bulk_operation where document = $1 and ended_at is null for update"
CLAIMED = "select from syncd.change where claimed_until is not null limit 1 for update"
LINE = """
select
from syncd.bulk_line l
join syncd.bulk_operation o on o.operation_id = l.operation_id
where o.document = $1
order by l.place
offset $2
limit 1
for update of l
"""
IS_PLANNED = "select exists (select from syncd.bulk_operation where document = $1)"
PHASE = "select phase from syncd.bulk_operation where document = $1"
GID = "select gid from syncd.bulk_operation where document = $1"


@dataclass(frozen=True, slots=True)
class Moment:
    """`document` is that of the bulk operation it is about, empty for the run's own.

    What comes after a moment that `is_needed` builds on it.
    """

    phase: Phase
    reach: Reach
    document: str = ""
    is_needed: bool = False

    async def come(self, life: Life) -> None:
        """Wait until the daemon is there."""
        await self.reach(life, self.document)

    def __str__(self) -> str:
        return f"{self.phase}: {self.reach.__name__} {self.document}".strip()


async def asked(life: Life, _: str) -> None:
    """The run is seen, nothing is noted."""
    await life.lock(RUN)
    await life.blocked()


async def query_unsent(life: Life, _: str) -> None:
    """It is noted that the query is asked for, which it is not."""
    await life.snare("BulkOperationRunQuery", is_before=True).caught.wait()


async def query_accepted(life: Life, _: str) -> None:
    """Shopify has accepted the query, and its answer is lost."""
    await life.snare("BulkOperationRunQuery").caught.wait()


async def query_found(life: Life, _: str) -> None:
    """The query whose answer was lost is found; that is noted, or not."""
    await _answered(life, "BulkOperationList", RUN)


async def reading(life: Life, _: str) -> None:
    """The query has given its result, or some of it."""
    await life.snare("BulkOperationRead").caught.wait()


async def read(life: Life, _: str) -> None:
    """How far the query is was answered, and is noted, or what it gave is to be compared."""
    await _answered(life, "BulkOperationRead", RUN)


async def comparing(life: Life, _: str) -> None:
    """Some of the shop was compared."""
    await _answered(life, "BulkOperationRead", SHOP)


async def compared(life: Life, _: str) -> None:
    """All was compared, and what differs is being made due."""
    await _answered(life, "BulkOperationRead", OPERATIONS)


async def _answered(life: Life, document: str, lock: str, *values: object) -> None:
    """The call was answered, and the daemon waits for what it needs next."""
    snare = life.snare(document)
    await snare.caught.wait()
    await life.lock(lock, *values)
    snare.opened.set()
    await life.blocked()


async def planned(life: Life, document: str) -> None:
    """The bulk operation is there, and nothing of it has gone to Shopify."""
    _hold_back(life)
    await life.until(IS_PLANNED, document)


async def push_read(life: Life, _: str) -> None:
    """Some products that differ were read."""
    _hold_back(life)
    await life.snare("ProductRead", nth=life.chance.randint(1, 8)).caught.wait()


async def push_unsent(life: Life, _: str) -> None:
    """Some are put right, others are about to be."""
    _hold_back(life)
    snare = life.snare("ProductUpdate", nth=life.chance.randint(1, 4), is_before=True)
    await snare.caught.wait()


async def push_accepted(life: Life, _: str) -> None:
    """Some are put right, and of some the answer is lost."""
    _hold_back(life)
    await life.snare("ProductUpdate", nth=life.chance.randint(1, 4)).caught.wait()


async def push_unsettled(life: Life, _: str) -> None:
    """All are put right, and none is noted."""
    _hold_back(life)
    await _answered(life, "ProductRead", CLAIMED)


def _hold_back(life: Life) -> None:
    """No bulk operation comes further than to its file."""
    life.snare("StagedUploadsCreate", is_before=True)


async def begun(life: Life, document: str) -> None:
    """The file is to be written."""
    await life.lock(OPERATION, document)
    await life.blocked()


async def writing(life: Life, document: str) -> None:
    """A part of the file is written."""
    await life.lock(LINE, document, life.chance.randint(100, 250))
    await life.blocked()


async def staged(life: Life, _: str) -> None:
    """The file is written, and may have a place to be uploaded to."""
    is_before = life.chance.random() < 0.5
    await life.snare("StagedUploadsCreate", is_before=is_before).caught.wait()


async def uploaded(life: Life, document: str) -> None:
    """The file is uploaded, and that is not noted."""
    await _answered(life, "StagedUploadsCreate", OPERATION, document)


async def unsent(life: Life, _: str) -> None:
    """It is noted that the start is asked for, which it is not."""
    await life.snare("BulkOperationRunMutation", is_before=True).caught.wait()


async def accepted(life: Life, _: str) -> None:
    """Shopify has accepted the start, and its answer is lost."""
    await life.snare("BulkOperationRunMutation").caught.wait()


async def answered(life: Life, document: str) -> None:
    """The start was answered, and that is noted, or not."""
    await _answered(life, "BulkOperationRunMutation", OPERATION, document)


async def found(life: Life, document: str) -> None:
    """The operation whose answer was lost is found; that is noted, or not."""
    if await life.value(GID, document) is None:
        await _answered(life, "BulkOperationList", OPERATION, document)
    else:
        await waiting(life, document)


async def waiting(life: Life, _: str) -> None:
    """Shopify is at work, or has ended."""
    await life.snare("BulkOperationRead").caught.wait()


async def ended(life: Life, document: str) -> None:
    """Shopify has ended, and that is noted, or not."""
    await _answered(life, "BulkOperationRead", OPERATION, document)


async def fetching(life: Life, document: str) -> None:
    """The result is to be fetched."""
    while True:
        snare = life.snare("BulkOperationRead")
        await snare.caught.wait()
        if await life.value(PHASE, document) == "fetch":
            return
        life.proxy.snares.remove(snare)
        snare.opened.set()


async def settling(life: Life, document: str) -> None:
    """Some of the result is noted."""
    await life.lock(LINE, document, life.chance.randint(0, 259))
    await life.blocked()


async def settled(life: Life, document: str) -> None:
    """All of the result is noted, and the operation not ended, or the run not."""
    await fetching(life, document)
    await life.lock(RUN)
    life.proxy.snares[-1].opened.set()
    await life.blocked()


OF_RUN = [
    Moment("asked", asked),
    Moment("reading", query_unsent),
    Moment("reading", query_accepted, is_needed=True),
    Moment("reading", query_found),
    Moment("reading", reading),
    Moment("reading", read),
    Moment("comparing", comparing),
    Moment("comparing", compared),
]
OF_PUSHES = [
    Moment("push", push_read),
    Moment("push", push_unsent),
    Moment("push", push_accepted),
    Moment("push", push_unsettled),
]
BEFORE: list[tuple[Phase, Reach]] = [
    ("write", begun),
    ("write", writing),
    ("write", staged),
    ("write", uploaded),
    ("start", unsent),
]
AFTER: list[tuple[Phase, Reach]] = [
    ("start", found),
    ("wait", waiting),
    ("wait", ended),
    ("fetch", fetching),
    ("fetch", settling),
]


def _of_operation(document: str, start: Reach) -> list[Moment]:
    return [
        *(Moment(phase, reach, document) for phase, reach in BEFORE),
        Moment("start", start, document, is_needed=True),
        *(Moment(phase, reach, document) for phase, reach in AFTER),
    ]


ALL = [
    *OF_RUN,
    Moment("write", planned, CREATE, is_needed=True),
    *OF_PUSHES,
    *_of_operation(CREATE, accepted),
    Moment("fetch", settled, CREATE),
    Moment("write", planned, PUBLISH, is_needed=True),
    *_of_operation(PUBLISH, answered),
    Moment("end", settled, PUBLISH),
]


def drawn(chance: random.Random, count: int) -> Sequence[Moment]:
    """So many moments in the order in which they come, of each phase one at least."""
    chosen = {moment for moment in ALL if moment.is_needed}
    for phase in dict.fromkeys(moment.phase for moment in ALL):
        chosen.add(chance.choice([moment for moment in ALL if moment.phase == phase]))
    left = [moment for moment in ALL if moment not in chosen]
    chosen |= {*chance.sample(left, count - len(chosen))}
    return [moment for moment in ALL if moment in chosen]
