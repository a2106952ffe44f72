"""What a run notes of one product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.errors import RowError
from syncd.phrases import phrase
from syncd.postgres import differences
from syncd.postgres.differences import Finding
from syncd.records import Form, Link, Product, Shop
from syncd.rules import accidents, comparison, link_words, mapping
from syncd.rules.comparison import Underway
from syncd.rules.guards import Numbers
from syncd.rules.mapping import Reverted
from syncd.rules.text import fold
from syncd.shopify.shopread import Seen


@dataclass(frozen=True, slots=True)
class Page:
    """All that is known here of some products, by key; `brought` as `files.brought`.

    `written` are those that were sent to the shop since it was read: what was read is no news.
    `learned` are the files, by ref, of products that were made without learning their ids.
    """

    products: Mapping[str, Product]
    links: Mapping[str, Link]
    underway: Mapping[str, Underway]
    brought: Mapping[str, tuple[str, str]]
    written: frozenset[str]
    reverted: Mapping[str, Reverted]
    learned: Mapping[str, Mapping[str, str]]


def stranger(seen: Seen, key: str | None, link: Link | None) -> Finding:
    """A product that only the shop has."""
    reason = None
    if link is not None:
        reason = phrase(
            "it carries the identity of product {key}, which is linked with {gid}",
            key=key,
            gid=link.gid,
        )
    elif key is not None:
        reason = phrase(
            "it carries the identity of product {key}, which the Backoffice does not have", key=key
        )
    shown = seen.product
    skus = {fold(fields.sku): fields.sku for fields in shown.fields.values() if fields.sku}
    return Finding("only_there", None, shown.gid, shown.title, reason=reason, skus=skus)


def compared(key: str, seen: Seen, page: Page, shop: Shop, numbers: Numbers) -> Finding:
    """What there is to say of a product that both have."""
    link, gid = page.links.get(key), seen.product.gid
    known = link.known if link else None
    wanted, complaint = mapping.asked(page.products.get(key), known, shop, page.reverted.get(key))
    title = seen.product.title
    if wanted is None:
        return Finding("conflict", key, gid, title, reason=_said(complaint))
    digest = mapping.digest(wanted)
    if key in page.written:
        return Finding("same", key, gid, title, wanted_digest=digest)
    if link is None and key not in page.underway and accidents.is_another(wanted, seen.product):
        return Finding(
            "conflict", key, gid, title, reason=_said(accidents.another(key, wanted, seen.product))
        )
    if link is not None and link.is_gone:
        reason = accidents.came_back(key, wanted, gid)
        return Finding("differs", key, gid, title, reason=reason, wanted_digest=digest)
    compared = comparison.compare(
        key,
        wanted,
        link,
        seen.product,
        shop,
        brought=_brought(key, wanted, page, seen),
        underway=page.underway.get(key, Underway()),
        published=seen.published,
        fall_percent=numbers.price_fall_percent,
        is_gone=key not in page.products,
    )
    if not compared.fields and complaint is not None:
        return Finding("conflict", key, gid, title, compared, _said(complaint))
    verdict: differences.Verdict = "differs" if compared.fields else "same"
    return Finding(verdict, key, gid, wanted.title, compared, wanted_digest=digest)


def _brought(key: str, wanted: Form, page: Page, seen: Seen) -> dict[str, str]:
    """The files there that we brought for this product, or that it shall show, by ref.

    One that another product brought may have been chosen for this one by the merchant.
    """
    asked = {picture.ref for picture in wanted.pictures or ()}
    made = {
        file.gid: page.brought[file.gid] for file in seen.product.files if file.gid in page.brought
    }
    ours = {ref: gid for gid, (ref, maker) in made.items() if ref in asked or maker == key}
    return {**page.learned.get(key, {}), **ours}


def only_here(
    key: str,
    product: Product | None,
    link: Link | None,
    shop: Shop,
    elsewhere: str | None,
    is_left: bool | None = None,
) -> Finding | None:
    """A product that the shop did not show where we thought it; `elsewhere` carries its identity.

    `is_left` as a desk has it. None where nothing is to be done.
    """
    if product is None or is_left:
        return None  # gone here as well as there, or a person wants it so
    if is_left is not None:
        left = link_words.left_out(key, product.title)
        return Finding("conflict", key, None, product.title, reason=_said(left))
    wanted, complaint = mapping.asked(product, None, shop)
    if wanted is None:
        return Finding("conflict", key, None, product.title, reason=_said(complaint))
    digest = mapping.digest(wanted)
    if link is not None and elsewhere is not None:
        reason = accidents.came_back(key, wanted, elsewhere)
        return Finding("differs", key, elsewhere, wanted.title, reason=reason, wanted_digest=digest)
    if link is not None and not accidents.is_made_anew(wanted):
        return None
    skus = {fold(variant.sku): variant.sku for variant in wanted.variants if variant.sku}
    return Finding(
        "only_here",
        key,
        link.gid if link else None,
        wanted.title,
        reason=accidents.made_anew(key, wanted) if link else None,
        skus=skus,
        wanted_digest=digest,
        harms=("deleted",) if link else (),
    )


def _said(error: RowError | None) -> str:
    assert error is not None  # nothing is wanted only where something is wrong
    return str(error)
