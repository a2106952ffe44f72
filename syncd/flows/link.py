"""Link a shop with what is in it already, after a person has seen what that is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import anyio.lowlevel
import anyio.to_thread
import structlog

from syncd.errors import ResultGoneError
from syncd.flows import link_send, reading
from syncd.flows.compare import batches, in_turns
from syncd.flows.reading import Step
from syncd.flows.shown import shown
from syncd.phrases import phrase
from syncd.postgres import backoffice, linking, runs
from syncd.postgres.db import clock
from syncd.rules import entries, link_words
from syncd.rules.likeness import Entry
from syncd.rules.link_report import Finding
from syncd.rules.matching import Choice, Match, match
from syncd.shopify.bulk import Operation
from syncd.shopify.shopread import Seen

BATCH = 100
ROWS = 500  # of the report a statement
SHOWN = 5  # SKUs of a product in the report
FRESH = timedelta(hours=1)  # links are written by a sight of the shop that is no older
log = structlog.get_logger()


@dataclass(slots=True)
class Sides:
    """Both sides as the rules want them, with the counts by the variant's name."""

    ours: list[Entry] = field(default_factory=list)
    theirs: list[Entry] = field(default_factory=list)
    here: dict[str, int | None] = field(default_factory=dict)
    there: dict[str, int | None] = field(default_factory=dict)


async def advance(step: Step) -> float | None:
    """One step of a link; see `carry_run.advance_once`.

    Nothing is written, neither to Shopify nor to the links, before a person has approved the
    report; then the shop is read anew, so that nothing is linked that changed meanwhile.
    """
    run = step.run
    match run.state:
        case "asked":
            return await reading.start(step)
        case "held" if run.decided_at is not None:
            return await reading.start(step)
        case "sending" if not await linking.is_due(step.pool, run.run_id):
            return await link_send.name_once(step)
        case "reading" | "comparing" | "sending":
            return await _read(step)
    return None


async def _read(step: Step) -> float:
    operation = await reading.look(step)
    if isinstance(operation, float):
        return operation
    assert step.run.operation_at is not None  # it is noted before
    if step.run.decided_at is not None and await clock(step.pool) - step.run.operation_at > FRESH:
        return await reading.start(step, why=phrase("links could not be written within an hour"))
    try:
        await _work(step, operation)
    except ResultGoneError as error:
        log.warning("run_reads_again", run=step.run.run_id, error=str(error))
        return await reading.start(step, why=error.message)
    return 0.0


async def _work(step: Step, operation: Operation) -> None:
    with tempfile.TemporaryDirectory(prefix="syncd-run-") as name:
        seen = await shown(operation, Path(name))
        if step.run.decided_at is None:
            await _report(step, seen)
        else:
            await link_send.link_all(step, in_turns(seen, BATCH))


async def _report(step: Step, seen: Iterable[Seen]) -> None:
    pool, run, lease = step.pool, step.run, step.lease
    sides = await _sides(step, seen)
    rows = await anyio.to_thread.run_sync(match, sides.ours, sides.theirs)
    known = sum(row.proposal == "none" for row in rows)
    open_rows = [row for row in rows if row.proposal != "none"]
    await linking.begin(pool, run, lease, total=len(open_rows), products=len(sides.theirs))
    ours = {one.name: one for one in sides.ours}
    theirs = {one.name: one for one in sides.theirs}
    number = 1
    for some in batches(open_rows, ROWS):
        found = [
            _finding(at, row, ours, theirs, sides) for at, row in enumerate(some, start=number)
        ]
        await linking.note(pool, run, lease, found)
        number += len(some)
        await anyio.lowlevel.checkpoint()
    await linking.same(pool, run, known)
    links = sum(row.proposal == "link" for row in open_rows)
    asked = sum(row.proposal == "ask" for row in open_rows)
    ready = phrase(
        "the report is ready: {links} products to link, {asked} to decide about",
        links=links,
        asked=asked,
    )
    await runs.hold(pool, run, lease, [ready])
    log.info("link_reported", run=run.run_id, links=links, asked=asked)


async def _sides(step: Step, seen: Iterable[Seen]) -> Sides:
    sides, pool, shop = Sides(), step.pool, step.shop
    async for batch in in_turns(seen, BATCH):
        for one in batch:
            sides.theirs.append(entries.there(one.product, one.key))
            for variant in one.product.variants:
                count = one.counts.get(variant.ids.inventory_item)
                sides.there[variant.ids.variant] = count
    twins = await linking.links(pool, shop.shop_id)
    for keys in batches(await backoffice.product_keys(pool, shop.account_id), BATCH):
        for product in (await link_send.products(step, keys)).values():
            sides.ours.append(entries.here(product, twins.get(product.key)))
            for mine in product.variants:
                sides.here[mine.key] = mine.quantity if mine.is_tracked else None
        await anyio.lowlevel.checkpoint()
    return sides


def _finding(
    number: int, row: Match, ours: Mapping[str, Entry], theirs: Mapping[str, Entry], sides: Sides
) -> Finding:
    """A row of the report."""
    here = ours[row.here] if row.here else None
    there = theirs[row.there] if row.there else None
    folded = dict.fromkeys(one for choice in row.choices for one in choice.couple.folded)
    assert row.proposal != "none"  # such rows are left out
    return Finding(
        number=number,
        bucket=row.bucket,
        group_number=row.group,
        key=row.here,
        gid=row.there,
        title_here=here.title if here else None,
        title_there=there.title if there else None,
        skus=_skus(here),
        skus_there=_skus(there),
        folded=list(folded),
        choices=[_choice(one, theirs) for one in row.choices],
        counts_differ=sum(_differs(choice, sides) for choice in row.choices[:1] if row.there),
        proposal=row.proposal,
        reason=link_words.reason(row),
    )


def _skus(entry: Entry | None) -> list[str]:
    return [item.sku for item in entry.items if item.sku][:SHOWN] if entry else []


def _choice(choice: Choice, theirs: Mapping[str, Entry]) -> dict[str, object]:
    pairs = [[pair.here, pair.there, pair.by] for pair in choice.couple.pairs]
    return {"gid": choice.there, "title": theirs[choice.there].title, "pairs": pairs}


def _differs(choice: Choice, sides: Sides) -> int:
    """How many variants have another count here than there."""
    counts = [
        (sides.here.get(pair.here), sides.there.get(pair.there)) for pair in choice.couple.pairs
    ]
    return sum(None not in both and both[0] != both[1] for both in counts)
