"""The file of a bulk operation: a line a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio.lowlevel
import asyncpg
import orjson

from syncd.errors import RowError
from syncd.flows.step import held
from syncd.postgres import backoffice, bulk, differences, links, outbox, stock
from syncd.postgres.bulk import CREATE, PUBLISH, Operation
from syncd.postgres.leases import Lease
from syncd.records import Form, Product, Shop
from syncd.rules import changes, creation, lines, mapping, owners
from syncd.rules import stock as rule
from syncd.rules.planner import Planning
from syncd.shopify.client import Client

MAX_BYTES = 95_000_000  # a file; Shopify takes 104,857,600
BATCH = 100  # products at a time; more makes it no faster, and the loop stands still for longer


@dataclass(frozen=True, slots=True)
class Step:
    """Both worlds, with the operation that is carried on."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    operation: Operation
    decide: Planning

    @property
    def name(self) -> str:
        """Of the operation in its document, by which one whose answer was lost is found."""
        return f"SyncdOperation{self.operation.operation_id}"


async def write_lines(step: Step, path: Path) -> int:
    """Write the file; returns how many lines it has.

    What cannot be a line is left out. What would make the file too large for Shopify goes to an
    operation of its own. Raises ContractError, LeaseLostError.
    """
    count, place, size = 0, 0, 0
    made = {CREATE: _creates, PUBLISH: _publications}.get(step.operation.document, _updates)
    with path.open("wb") as file:
        while batch := await bulk.to_write(step.pool, step.operation, after=place, most=BATCH):
            found = await made(step, list(batch))
            texts = [orjson.dumps(variables) + b"\n" for _, variables in found.values()]
            if size and size + sum(map(len, texts)) > MAX_BYTES:
                await bulk.part(step.pool, step.operation, step.lease, after=place)
                break
            await bulk.write(
                step.pool,
                step.operation,
                step.lease,
                first=count,
                forms={key: form for key, (form, _) in found.items()},
                left=[key for key in batch if key not in found],
            )
            file.writelines(texts)
            count, size, place = (
                count + len(texts),
                size + sum(map(len, texts)),
                max(batch.values()),
            )
    return count


async def _creates(step: Step, keys: Sequence[str]) -> dict[str, tuple[Form, dict[str, Any]]]:
    """The form that each line makes, with its variables, by key.

    What is linked by now, is to be sent anyway, or cannot be sent, is none.
    """
    pool, shop = step.pool, step.shop
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=keys,
    )
    others = {
        *await links.known(pool, shop_id=shop.shop_id, keys=keys),
        *await outbox.on_their_way(pool, shop_id=shop.shop_id, keys=keys),
    }
    made = {}
    for key in keys:
        await anyio.lowlevel.checkpoint()  # others have their turn
        if key in found and key not in others and (line := _create(found[key], shop)):
            made[key] = line
    if made and rule.is_kept(shop):
        await stock.note(pool, shop, _first_counts(made, found, shop))
    return made


def _first_counts(
    made: Mapping[str, tuple[Form, Any]], found: Mapping[str, Product], shop: Shop
) -> dict[str, int | None]:
    """The counts that the variants of the lines begin with, by variant key."""
    counts = {one.key: one.quantity for key in made for one in found[key].variants}
    return {
        variant.key: rule.first(variant, counts.get(variant.key), shop)
        for form, _ in made.values()
        for variant in form.variants
    }


def _create(product: Product, shop: Shop) -> tuple[Form, dict[str, Any]] | None:
    try:
        made = creation.create(product, mapping.wanted(product, shop), shop, {})
    except RowError:
        return None  # the ordinary way tells why
    return made.form, {name: made.write.variables[name] for name in ("identifier", "input")}


async def _updates(step: Step, keys: Sequence[str]) -> dict[str, tuple[Form, dict[str, Any]]]:
    """What is right by now, was written since it was read, or needs more than one call, is none."""
    pool, shop, operation = step.pool, step.shop, step.operation
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    reverted = await held(pool, shop, found, keys)
    sights = await differences.sights(pool, operation.run_id, keys)
    others = {
        *await outbox.on_their_way(pool, shop_id=shop.shop_id, keys=keys),
        *await links.accepted_since(pool, shop_id=shop.shop_id, keys=keys, since=operation.read_at),
    }
    made = {}
    for key in (sights.keys() & known.keys()) - others:
        await anyio.lowlevel.checkpoint()  # others have their turn
        link = replace(known[key], known=sights[key])
        asked, complaint = mapping.asked(found.get(key), link.known, shop, reverted.get(key))
        if asked is None or complaint is not None:
            continue
        form = owners.ours(asked, link.known, shop)
        write = lines.update(form, link)
        if write is not None and write.document == operation.document:
            made[key] = form, write.variables
    return made


async def _publications(step: Step, keys: Sequence[str]) -> dict[str, tuple[Form, dict[str, Any]]]:
    known = await links.known(step.pool, shop_id=step.shop.shop_id, keys=keys)
    return {
        key: (known[key].known, changes.publish(known[key].gid, step.shop.publish_to).variables)
        for key in keys
        if key in known and known[key].published_at is None
    }
