"""publishablePublish: makes a product visible in sales channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import Published
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, invalid_id, not_simulated

FIRST_DATE = "1970"

Given = Sequence[Mapping[str, Any]]


def publishable_publish(_root: None, info: Info, id: str, input: Given) -> dict[str, Any]:
    """Where the product is published already, nothing changes, unless another date is given."""
    shop, complaints = shop_of(info), Complaints()
    product = shop.products.get(_number(id))
    if product is None:
        complaints.add(["id"], "Resource does not exist")
    else:
        for path, message in _faults(shop, input):
            complaints.add(path, message)
        published = _published(shop, product.published, input)
        if not complaints and published != product.published:
            product = replace(product, published=published, updated_at=shop.now())
            shop.put("Product", product)
    return {
        "publishable": product,
        "shop": shop_itself(None, info),
        "userErrors": complaints.found,
    }


def _number(text: str) -> int:
    """Raises NOT_SIMULATED for what else Shopify can publish."""
    found = gids.parted(text)
    if found and found[0] in ("Collection", "ProductVariant"):
        raise not_simulated(f"the publishing of a {found[0]}")
    if found is None or found[0] != "Product":
        raise invalid_id(text)
    return found[1]


def _faults(shop: Shop, given: Given) -> Iterator[tuple[list[str | int], str]]:
    seen: set[int] = set()
    for place, entry in enumerate(given):
        if entry.get("channelId") is not None:
            raise not_simulated("channelId")
        number = gids.number(entry.get("publicationId"), "Publication")
        here: list[str | int] = ["input", place, "publicationId"]
        if entry.get("publicationId") is None:
            yield here, "PublicationId cannot be empty"
        elif number is None or number not in shop.publications:
            yield here, "Publication does not exist or is not publishable"
        elif number in seen:
            yield here, "The same publication was specified more than once"
        seen |= {number} if number else set()
        if (entry.get("publishDate") or FIRST_DATE) < FIRST_DATE:
            message = "Publish date must be a date after the year 1969"
            yield ["input", place, "publishDate"], message


def _published(shop: Shop, held: tuple[Published, ...], given: Given) -> tuple[Published, ...]:
    at = shop.now()
    published = {one.publication_id: one for one in held}
    for entry in given:
        number = gids.number(entry.get("publicationId"), "Publication") or 0
        date = entry.get("publishDate")
        if date is not None and date > at:
            raise not_simulated("publishing in the future")
        if date is not None or number not in published:
            published[number] = Published(number, date or at)
    return tuple(published.values())


FIELDS: Fields = {"Mutation": {"publishablePublish": publishable_publish}}
