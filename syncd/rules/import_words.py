"""Why a product of the shop cannot be imported, what of it stays behind: in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from syncd.phrases import Phrase, phrase
from syncd.records import ObservedFile, ObservedProduct, Shop
from syncd.rules import text
from syncd.rules.further import Further
from syncd.rules.limits import SHOWN

INACTIVE = {"draft": "DRAFT", "archived": "ARCHIVED", "unlisted": "UNLISTED"}


def called(shown: ObservedProduct) -> Phrase:
    """How a message names a product: by its title, with the first SKU, else its number."""
    title = text.shortened(text.line(shown.title), SHOWN)
    for one in shown.fields.values():
        if one.sku:
            return phrase("“{title}” (SKU {sku})", title=title, sku=one.sku)
    return phrase("“{title}” (number {number})", title=title, number=shown.gid.rpartition("/")[2])


def article(shown: ObservedProduct, gid: str) -> str:
    """How a message names a variant: by its SKU, else by its values."""
    if sku := shown.fields[gid].sku:
        return f"SKU {sku}"
    values = next(one.values.values() for one in shown.variants if one.ids.variant == gid)
    return " / ".join(values)


def refusal(name: str, shown: ObservedProduct, further: Further, shop: Shop) -> str:
    """Why no Backoffice should have this product; empty when nothing speaks against it."""
    if further.is_gift_card:
        return phrase(
            "{product} is a gift card, which Shopify alone can issue: leave it in Shopify",
            product=name,
        )
    if further.is_bundle:
        return phrase(
            "{product} is a bundle: what there is of it depends on its parts, which the Backoffice "
            "does not know. Leave it in Shopify, import its parts",
            product=name,
        )
    if further.combined == "PARENT":
        return phrase(
            "{product} only joins other products in a combined listing: leave it in Shopify, "
            "import those",
            product=name,
        )
    return _not_as_it_is(name, shown, further, shop)


def _not_as_it_is(name: str, shown: ObservedProduct, further: Further, shop: Shop) -> str:
    """What a merchant can mend, so that it can be imported."""
    inactive = INACTIVE[shop.inactive_as]
    if shown.status not in ("ACTIVE", inactive):
        return phrase(
            "{product} is {status} in Shopify; inactive in the Backoffice, it would become "
            "{inactive} there. Make it {inactive} in Shopify, or set inactive_as to {status} for "
            "this shop",
            product=name,
            status=shown.status.lower(),
            inactive=inactive.lower(),
        )
    if not text.line(shown.vendor):
        return phrase(
            "{product} has no vendor, and in the Backoffice each product belongs to a store: give "
            "it one in Shopify",
            product=name,
        )
    if any(one.state == "pending" for one in shown.files):
        return phrase(
            "Shopify is still fetching pictures of {product}: import it in a few minutes",
            product=name,
        )
    if shop.image_mode == "overwrite" and _others(shown, further):
        return phrase(
            "{product} shows a video or a 3D model, which image_mode overwrite would take away: "
            "choose append for this shop, or leave the product in Shopify",
            product=name,
        )
    return ""


def notes(name: str, shown: ObservedProduct, further: Further) -> Iterator[str]:
    """What stays behind, or wants a look, of a product that can be imported."""
    yield from _of_variants(name, shown, further)
    yield from _of_pictures(name, shown, further)
    if further.combined == "CHILD":
        yield phrase(
            "{product} stands in a combined listing; it comes alone, the listing stays in Shopify",
            product=name,
        )


def _of_variants(name: str, shown: ObservedProduct, further: Further) -> Iterator[str]:
    found = shown.fields.values()
    if nameless := sum(not one.sku for one in found):
        yield phrase(
            "{product} has variants without a SKU ({count}): give them one in the Backoffice, to "
            "find them by",
            product=name,
            count=nameless,
        )
    if odd := sum(_is_odd(one.price, one.compare_at_price) for one in found):
        yield phrase(
            "{product} has compare-at prices that are not above the price ({count}), which are "
            "left out",
            product=name,
            count=odd,
        )
    if further.untaxed:
        yield phrase(
            "{product} has variants sold without tax in Shopify ({count}): check its VAT in the "
            "Backoffice",
            product=name,
            count=len(further.untaxed),
        )


def _of_pictures(name: str, shown: ObservedProduct, further: Further) -> Iterator[str]:
    if further.shown:
        yield phrase(
            "{product} has variants with several pictures ({count}): the first of each comes "
            "along, the others stay with the product",
            product=name,
            count=len(further.shown),
        )
    if others := _others(shown, further):
        yield phrase(
            "{product} has videos or 3D models ({count}), which stay in Shopify alone",
            product=name,
            count=len(others),
        )
    if lost := sum(one.state == "failed" for one in shown.files):
        yield phrase(
            "{product} has pictures that Shopify could not fetch ({count}), which are left out",
            product=name,
            count=lost,
        )


def unfit(name: str, why: str) -> Phrase:
    """As the Backoffice has it, no shop could hold it."""
    return phrase("{product} cannot be kept in step: {why}", product=name, why=why)


def other(name: str, what: str, ours: str, theirs: str) -> Phrase:
    """It would come back as another one."""
    return phrase(
        "{product} would not come back as it is: {what} would be “{ours}”, Shopify holds "
        "“{theirs}”. Change that in Shopify, then import it",
        product=name,
        what=what,
        ours=text.shortened(ours, SHOWN),
        theirs=text.shortened(theirs, SHOWN),
    )


def kept_otherwise(name: str, key: str, what: str, ours: str, theirs: str) -> Phrase:
    """The Backoffice took it, and says something else of it."""
    return phrase(
        "{product}, taken into the Backoffice as product {key}, comes back otherwise: {what} is "
        "“{ours}”, Shopify holds “{theirs}”. Mend receive_product in the Backoffice; if it was "
        "taken in before, link the two",
        product=name,
        key=key,
        what=what,
        ours=text.shortened(ours, SHOWN),
        theirs=text.shortened(theirs, SHOWN),
    )


def _others(shown: ObservedProduct, further: Further) -> list[ObservedFile]:
    """What is no picture."""
    return [one for one in shown.files if one.state == "ready" and one.gid not in further.addresses]


def _is_odd(price: str, before: str | None) -> bool:
    return before is not None and Decimal(before) <= Decimal(price)
