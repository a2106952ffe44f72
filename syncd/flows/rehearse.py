"""Send a shop's whole catalogue to a sandbox, to learn beforehand what Shopify would refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import anyio
import asyncpg

from syncd.errors import CallError, KindError, RowError, ShopError, ShopifyError
from syncd.flows import onboard
from syncd.flows.push_create import linked
from syncd.flows.sending import deliver
from syncd.postgres import backoffice
from syncd.records import Form, Product, Shop
from syncd.rules import changes, creation, faults, limits, mapping, remarks, text
from syncd.rules.remarks import Remark
from syncd.rules.twins import Twins
from syncd.shopify import identity
from syncd.shopify.client import Client

BATCH = 100  # products a question to the Backoffice
AT_ONCE = 8  # products on their way at the same time
Severity = Literal["wrong", "odd"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know of a product: wrong is what Shopify would refuse, odd what it would take.

    `sku` is empty where it is no variant's; `cause` is the sort of trouble in one word, or
    Shopify's code.
    """

    key: str
    title: str
    sku: str
    severity: Severity
    cause: str
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How it went. `sent` are the products that were accepted, `variants` theirs.

    `findings` stand in the order of the catalogue; `calls`, `points` are by document: the writes
    of a first send. What is asked before a product is made costs a point or two each beside them.
    """

    products: int
    sent: int
    variants: int
    findings: tuple[Finding, ...]
    calls: Mapping[str, int]
    points: Mapping[str, int]

    def of(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == severity]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The sandbox with the shop as it stands there; `progress` hears of each product that is done.

    `variants` of the accepted products are noted by key.
    """

    client: Client
    shop: Shop
    progress: Callable[[], None]
    variants: dict[str, int]


async def rehearse(
    pool: asyncpg.Pool, client: Client, shop: Shop, *, progress: Callable[[int, int], None]
) -> Rehearsal:
    """Make every product of the Backoffice in the empty sandbox behind `client`, as a push would.

    Its location, its publications must be named by the GIDs of the shop's own. Nothing is written
    to Postgres, nothing is asked of Shopify. `progress` hears how many products are done of how
    many. Raises ContractError, and in a group what `Client.execute` raises when no product is to
    blame.
    """
    shop = await _standing_in(client, shop)
    await identity.declare(client)
    calls, points = dict(client.tally.calls), dict(client.tally.points)
    keys = await backoffice.product_keys(pool, shop.account_id)
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        progress(done, len(keys))

    stage = _Stage(client, shop, one_more, {})
    findings: list[Finding] = []
    twins = Twins()
    progress(0, len(keys))
    for at in range(0, len(keys), BATCH):
        products = await _read(pool, shop, keys[at : at + BATCH])
        findings += await _send_all(stage, products, twins)
    return Rehearsal(
        products=len(keys),
        sent=len(stage.variants),
        variants=sum(stage.variants.values()),
        findings=tuple(findings),
        calls=_since(calls, client.tally.calls),
        points=_since(points, client.tally.points),
    )


async def _standing_in(client: Client, shop: Shop) -> Shop:
    """The shop with the sandbox's location in place of its own, and its publications."""
    probe = await onboard.probe(client)
    places = {name: gid for gid, name in {**probe.locations, **probe.publications}.items()}
    return replace(
        shop,
        location=places[shop.location] if shop.location else None,
        publish_to=tuple(places[gid] for gid in shop.publish_to),
    )


def _since(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What was added, by document, where anything was."""
    more = {name: count - before.get(name, 0) for name, count in sorted(after.items())}
    return {name: count for name, count in more.items() if count}


async def _read(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> list[Product]:
    """The products of these keys, in their order, but for those that are gone meanwhile."""
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=keys,
    )
    return [found[key] for key in keys if key in found]


async def _send_all(stage: _Stage, products: Sequence[Product], twins: Twins) -> list[Finding]:
    """Send them, AT_ONCE at a time; returns what is to be told, in their order."""
    found = {product.key: list(_odd(product, twins)) for product in products}
    places = anyio.CapacityLimiter(AT_ONCE)

    async def send(product: Product) -> None:
        async with places:
            found[product.key] = await _wrong(stage, product) + found[product.key]
            stage.progress()

    async with anyio.create_task_group() as group:
        for product in products:
            group.start_soon(send, product)
    return [finding for product in products for finding in found[product.key]]


def _odd(product: Product, twins: Twins) -> Iterator[Finding]:
    for remark in (*remarks.each(product), *twins.of(product)):
        yield _remarked(product, remark)


async def _wrong(stage: _Stage, product: Product) -> list[Finding]:
    """What keeps the product from the shop; empty when the sandbox has taken it."""
    try:
        form = mapping.wanted(product, stage.shop)
    except RowError:
        return [_refused(product, error) for error in faults.of(product, stage.shop)]
    try:
        await _make(stage.client, stage.shop, product, form)
    except (CallError, KindError, ShopError):
        raise  # no product's fault: the sandbox is out of reach, or lacks something
    except ShopifyError as error:
        return [_refused(product, error)]
    stage.variants[product.key] = len(form.variants)
    return []


async def _make(client: Client, shop: Shop, product: Product, form: Form) -> None:
    """The calls of a first push: the product, the variants that go beside it, its publication."""
    key, creation_ = product.key, creation.create(product, form, shop, {})
    answer = await deliver(client, creation_.write, key=key, form=form, link=None)
    link = linked(key, creation_, answer["product"])
    counts = {variant.key: variant.quantity for variant in product.variants}
    writes = changes.create_variants(form, link, counts, shop)
    if shop.publish_to and form.status != "ARCHIVED":
        writes.append(changes.publish(link.gid, shop.publish_to))
    for write in writes:
        await deliver(client, write, key=key, form=form, link=link)


def _refused(product: Product, error: ShopifyError) -> Finding:
    sku, cause = (error.sku, error.cause) if isinstance(error, RowError) else ("", "refused")
    if len(product.variants) == 1:
        sku = text.line(product.variants[0].sku or "")
    return Finding(
        key=product.key,
        title=text.line(product.title),
        sku=sku,
        severity="wrong",
        cause=cause,
        message=error.message,
        next_step=error.hint,
    )


def _remarked(product: Product, remark: Remark) -> Finding:
    return Finding(
        key=product.key,
        title=text.line(product.title),
        sku=remark.sku,
        severity="odd",
        cause=remark.cause,
        message=f"{limits.subject(product.key, product.title)}: {remark.message}",
        next_step=remark.hint,
    )
