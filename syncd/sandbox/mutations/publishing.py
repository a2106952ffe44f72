"""publishablePublish, publishableUnpublish: things are shown in sales channels, or no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import Product, Published, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, invalid_id, not_simulated

FIRST_DATE = "1970"
VARIANTS_SINCE = "2026-07"  # shopify.dev/changelog: variants become publishable

Given = Sequence[Mapping[str, Any]]
Publishable = Product | Variant


def publish(_root: None, info: Info, id: str, input: Given) -> dict[str, Any]:
    """Where it is published already, nothing changes, unless another date is given."""
    return _done(info, id, input, _published)


def unpublish(_root: None, info: Info, id: str, input: Given) -> dict[str, Any]:
    """Where it is not published, nothing changes."""
    return _done(info, id, input, _unpublished)


def to_current_channel(_root: None, info: Info, id: str) -> dict[str, Any]:
    """Refused as recorded for an app that is no sales channel, which none of the sandbox's is."""
    complaints = Complaints()
    thing = _named(info, id)
    message = "Channel does not exist" if thing else "Resource does not exist"
    complaints.add(["id"], message)
    return _payload(info, thing, complaints)


def _done(
    info: Info,
    id_: str,
    given: Given,
    change: Callable[[Shop, Publishable, Given], Publishable],
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    thing = _named(info, id_)
    if thing is None:
        complaints.add(["id"], "Resource does not exist")
        return _payload(info, None, complaints)
    for path, message in _faults(shop, given):
        complaints.add(path, message)
    if not complaints and (after := change(shop, thing, given)) != thing:
        thing = _kept(shop, replace(after, updated_at=shop.now()))
    return _payload(info, thing, complaints)


def _payload(info: Info, thing: Publishable | None, complaints: Complaints) -> dict[str, Any]:
    return {
        "publishable": thing,
        "shop": shop_itself(None, info),
        "userErrors": complaints.found,
    }


def _named(info: Info, text: str) -> Publishable | None:
    """Raises NOT_SIMULATED for collections, RESOURCE_NOT_FOUND for what cannot be published."""
    kind, number = gids.parted(text) or ("", 0)
    if kind == "Product":
        return shop_of(info).products.get(number)
    if kind == "ProductVariant" and info.context.is_since(VARIANTS_SINCE):
        return shop_of(info).variants.get(number)
    if kind == "Collection":
        raise not_simulated("the publishing of a Collection")
    raise invalid_id(text)


def _kept(shop: Shop, thing: Publishable) -> Publishable:
    if isinstance(thing, Variant):
        product = shop.product_of(thing)
        variants = tuple(thing if one.id == thing.id else one for one in product.variants)
        product = replace(product, variants=variants)
    else:
        product = thing
    shop.put("Product", product)
    shop.tell("PRODUCTS_UPDATE", product)
    return thing


def _number(entry: Mapping[str, Any]) -> int | None:
    """Of the publication; a channel has the same."""
    if entry.get("publicationId") is not None:
        return gids.number(entry["publicationId"], "Publication")
    return gids.number(entry.get("channelId"), "Channel")


def _faults(shop: Shop, given: Given) -> Iterator[tuple[list[str | int], str]]:
    seen: set[int] = set()
    for place, entry in enumerate(given):
        number = _number(entry)
        is_channel = entry.get("publicationId") is None and entry.get("channelId") is not None
        name = "channelId" if is_channel else "publicationId"
        here: list[str | int] = ["input", place, name]
        if entry.get(name) is None:
            yield here, "PublicationId cannot be empty"
        elif number is None or number not in shop.publications:
            yield here, "Publication does not exist or is not publishable"
        elif number in seen:
            yield here, "The same publication was specified more than once"
        seen |= {number} if number else set()
        if (entry.get("publishDate") or FIRST_DATE) < FIRST_DATE:
            message = "Publish date must be a date after the year 1969"
            yield ["input", place, "publishDate"], message


def _published(shop: Shop, thing: Publishable, given: Given) -> Publishable:
    """A date in the future keeps it hidden until then."""
    numbers = {_number(entry) for entry in given}
    if isinstance(thing, Variant):
        hidden = tuple(number for number in thing.hidden_on if number not in numbers)
        return replace(thing, hidden_on=hidden)
    published = {one.publication_id: one for one in thing.published}
    for entry in given:
        number, date = _number(entry) or 0, entry.get("publishDate")
        if date is not None or number not in published:
            published[number] = Published(number, date or shop.now())
    return replace(thing, published=tuple(published.values()))


def _unpublished(_shop: Shop, thing: Publishable, given: Given) -> Publishable:
    numbers = {_number(entry) for entry in given}
    if isinstance(thing, Variant):
        more = tuple(n for n in numbers if n is not None and n not in thing.hidden_on)
        return replace(thing, hidden_on=(*thing.hidden_on, *more))
    left = tuple(one for one in thing.published if one.publication_id not in numbers)
    return replace(thing, published=left)


FIELDS: Fields = {
    "Mutation": {
        "publishablePublish": publish,
        "publishableUnpublish": unpublish,
        "publishablePublishToCurrentChannel": to_current_channel,
        "publishableUnpublishToCurrentChannel": to_current_channel,
    }
}
