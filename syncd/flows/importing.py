"""Give products that only the shop has to the Backoffice, linked, so that nothing is sent back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from syncd.errors import ContractError, RowError
from syncd.flows import import_counts
from syncd.flows.import_counts import Taken
from syncd.phrases import phrase
from syncd.postgres import backoffice, files, links, received
from syncd.postgres.db import Connection, clock, transaction
from syncd.records import Link, Shop, VariantIds
from syncd.rules import import_words, imports, mapping
from syncd.rules.imports import Import
from syncd.shopify.shopread import Seen

MOST = 100  # products a call, which is one transaction
LOST = (  # the connection, or the server: nothing of the transaction stays
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresConnectionError,
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a product of the shop: the Backoffice's key, or why it has none.

    `notes` tell what stayed behind in Shopify.
    """

    gid: str
    key: str | None
    refusal: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """What the products of one call share; `here` are the keys that the Backoffice had before."""

    connection: Connection
    shop: Shop
    here: frozenset[str]
    now: datetime


class Refused(Exception):
    """The Backoffice is not to keep this one: its savepoint is rolled back."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def preview(shop: Shop, seen: Iterable[Seen]) -> Iterator[Import]:
    """What of these products would be imported, and why the others cannot be; nothing is done."""
    return (imports.plan(one.product, one.further, shop) for one in seen)


async def take_in(pool: asyncpg.Pool, shop: Shop, seen: Sequence[Seen]) -> list[Imported]:
    """Give these products, MOST at most, to the Backoffice and link them; in their order.

    One transaction, a savepoint each. One that is linked already keeps its key; one that the
    Backoffice was given before gets the same keys. What the contract's views then say of a product
    is held against what the shop showed: if they differ it is not taken in. Counts of the shop's
    location are the first ones, in the warehouse too. Writes nothing to Shopify: who calls gives
    the product its identity there. `seen` should be young: what the merchant changed since is put
    back by the next resync. Raises ContractError, with nothing taken in, when the Backoffice has no
    such function or gives no keys.
    """
    assert len(seen) <= MOST
    taken, done = [], []
    async with transaction(pool) as connection:
        await received.take_turns(connection, shop.shop_id)
        here = frozenset(await backoffice.product_keys(connection, shop.account_id))
        call = Call(connection, shop, here, await clock(connection))
        gids = [one.product.gid for one in seen]
        linked = await links.keys_of(connection, shop_id=shop.shop_id, gids=gids)
        for one in seen:
            gid = one.product.gid
            if gid in linked:
                done.append(Imported(gid, linked[gid], ""))
                continue
            planned = imports.plan(one.product, one.further, shop)
            took = await _try(call, one, planned)
            if isinstance(took, str):
                log.warning("product_not_imported", gid=gid, why=took)
                done.append(Imported(gid, None, took, planned.notes))
            else:
                taken.append(took)
                linked[gid] = took.link.key
                done.append(Imported(gid, took.link.key, "", planned.notes))
        await _note_files(connection, shop, taken)
        await import_counts.agree(connection, shop, [one for one in taken if one.is_new])
    return done


async def _try(call: Call, one: Seen, planned: Import) -> Taken | str:
    """One product in its savepoint; why not, if the Backoffice is not to keep it."""
    if planned.refusal:
        return planned.refusal
    try:
        async with call.connection.transaction():
            return await _take(call, one, planned)
    except Refused as refused:
        return refused.why


async def _take(call: Call, one: Seen, planned: Import) -> Taken:
    """Give one product, read it back, link it. Raises Refused, ContractError."""
    connection, shop, name = call.connection, call.shop, import_words.called(one.product)
    if one.key in call.here:
        raise Refused(
            phrase(
                "{product} is product {key} of the Backoffice already: link it with that",
                product=name,
                key=one.key,
            )
        )
    key, variant_keys = await _give(connection, shop, planned, name)
    if await links.known(connection, shop_id=shop.shop_id, keys=[key]):
        raise Refused(
            phrase(
                "{product} came into the Backoffice as product {key} before, which is linked with "
                "another product of the shop by now: look at both",
                product=name,
                key=key,
            )
        )
    link = await _linked(call, one, planned, (key, variant_keys))
    bare = replace(link, published_at=call.now, files={})  # those follow for all
    await links.save(connection, shop.shop_id, bare, call.now)
    return Taken(one, link, key not in call.here)


async def _give(
    connection: Connection, shop: Shop, planned: Import, name: str
) -> tuple[str, Mapping[str, str]]:
    """The Backoffice's keys of a product: its own, and those of variants by GID."""
    try:
        answer = await received.give_product(
            connection,
            account_id=shop.account_id,
            department_key=shop.price_department,
            told=planned.document,
        )
    except LOST:
        raise
    except asyncpg.PostgresError as error:
        why = str(error.args[0] if error.args else error)
        raise Refused(
            phrase("the Backoffice refused {product}: {why}", product=name, why=why)
        ) from error
    return _keys(answer, planned)


def _keys(answer: Any, planned: Import) -> tuple[str, Mapping[str, str]]:
    """The keys out of the Backoffice's answer. Raises ContractError for any other answer."""
    match answer:
        case {"key": str(key), "variants": dict(variants)} if key:
            pass
        case _:
            raise _unkept(planned, phrase("no key"))
    asked = [one["id"] for one in planned.document["variants"]]
    keys = {gid: found for gid in asked if isinstance(found := variants.get(gid), str) and found}
    if len(keys) < len(asked) or len({*keys.values()}) < len(asked):
        raise _unkept(planned, phrase("not a key for each of {count} variants", count=len(asked)))
    return key, keys


def _unkept(planned: Import, what: str) -> ContractError:
    return ContractError(
        phrase(
            "syncd_contract.receive_product returned {what} for {gid} ({title})",
            what=what,
            gid=planned.gid,
            title=planned.title,
        ),
        hint=phrase(
            'let it return {{"key": …, "variants": {{Shopify\'s id: key, …}}}}, docs/backoffice.md'
        ),
    )


async def _linked(
    call: Call, one: Seen, planned: Import, keys: tuple[str, Mapping[str, str]]
) -> Link:
    """The link to what the Backoffice now says. Raises Refused when that is another product."""
    key, variant_keys = keys
    shop, name = call.shop, import_words.called(one.product)
    found = await backoffice.products(
        call.connection,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=[key],
    )
    try:
        wanted = mapping.wanted(found[key], shop) if key in found else None
    except RowError as error:
        raise Refused(import_words.unfit(name, error.message)) from error
    if wanted is None:
        raise _unkept(
            planned, phrase("the key {key}, which is not in syncd_contract.product,", key=key)
        )
    gids = imports.files(planned.document, wanted)
    for what, ours, theirs in imports.unlike(wanted, one.product, variant_keys, gids, shop):
        raise Refused(import_words.kept_otherwise(name, key, what, ours, theirs))
    return Link(
        key=key,
        gid=one.product.gid,
        known=wanted,
        digest=mapping.digest(wanted),
        variants={
            variant_keys[shown.ids.variant]: VariantIds(shown.ids.variant, shown.ids.inventory_item)
            for shown in one.product.variants
        },
        files=gids,
        published_at=None,
    )


async def _note_files(connection: Connection, shop: Shop, taken: Sequence[Taken]) -> None:
    """The pictures are the Backoffice's from now on; nobody need ask whether they are there."""
    found = {took.link.key: took.link.files for took in taken if took.link.files}
    ready = [gid for of_one in found.values() for gid in of_one.values()]
    await files.learn(connection, shop_id=shop.shop_id, files=found, ready=ready)
