"""What became of the lines of a bulk operation, written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncd.flows import counted
from syncd.flows.bulk_lines import Step
from syncd.postgres import bulk, differences, history, links, outbox
from syncd.postgres.bulk import CREATE, Line
from syncd.postgres.db import Connection, clock, transaction
from syncd.postgres.history import Written
from syncd.records import Form, Link
from syncd.rules import changes, mapping, stock
from syncd.shopify import products
from syncd.shopify.jsonl import Row


async def settle(step: Step, rows: Sequence[Row]) -> None:
    """Write down what became of some lines, in one transaction; those settled before stay so."""
    answers = {row.line_number: row for row in rows if row.line_number is not None}
    async with transaction(step.pool) as connection:
        lines = await bulk.lines(connection, step.operation, list(answers))
        accepted = {n: line for n, line in lines.items() if answers[n].is_ok}
        doubtful = [
            line.key for n, line in lines.items() if line.has_news or answers[n].errors
        ]  # an error may have come after the deed
        await bulk.settle(
            connection,
            step.operation,
            step.lease,
            ok=[line.key for line in accepted.values() if not line.has_news],
            failed=[line.key for n, line in lines.items() if answers[n].user_errors],
            unknown=doubtful,
        )
        at = await clock(connection)
        match step.operation.document:
            case bulk.CREATE:
                made = [_made(line, answers[n]) for n, line in accepted.items()]
                await _note_made(connection, step, made, at)
            case bulk.PUBLISH:
                keys = [line.key for line in accepted.values()]
                await links.published(connection, shop_id=step.shop.shop_id, keys=keys, at=at)
            case _:
                forms = {one.key: one.form for one in accepted.values() if not one.has_news}
                await _note_updated(connection, step, forms, at)


def _made(line: Line, row: Row) -> Link:
    """The link to a product that a line made. Its pictures' ids do not come back with it."""
    assert row.payload is not None  # it was accepted
    made = row.payload["product"]
    return Link(
        key=line.key,
        gid=made["id"],
        known=line.form,
        digest=mapping.digest(line.form),
        variants=changes.match_variants(
            line.form, {}, products.variants(made["variants"]["nodes"])
        ),
        files={},
        published_at=None,
    )


async def _note_made(
    connection: Connection, step: Step, made: Sequence[Link], at: datetime
) -> None:
    shop, operation = step.shop, step.operation
    new = await links.add_all(connection, shop.shop_id, made, at)
    await history.add_all(
        connection,
        shop_id=shop.shop_id,
        written=[Written(one.key, one.gid, None, one.known) for one in made if one.key in new],
        write=CREATE,
        request_id=operation.gid,
        accepted_at=at,
    )
    counted.in_bulk(shop, CREATE, len(new))
    keys = [key for one in made if one.key in new for key in one.variants]
    if keys and stock.is_kept(shop):
        await outbox.enqueue(
            connection, shop_id=shop.shop_id, kind="stock", keys=keys, lane="stock"
        )


async def _note_updated(
    connection: Connection, step: Step, forms: Mapping[str, Form], at: datetime
) -> None:
    shop_id, operation = step.shop.shop_id, step.operation
    before = await differences.sights(connection, operation.run_id, list(forms))
    gids = await links.know(connection, shop_id, forms, at)
    await history.add_all(
        connection,
        shop_id=shop_id,
        written=[Written(key, gid, before.get(key), forms[key]) for key, gid in gids.items()],
        write=operation.document,
        request_id=operation.gid,
        accepted_at=at,
    )
    counted.in_bulk(step.shop, operation.document, len(gids))
