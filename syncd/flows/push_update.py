"""Make the shop hold what is wanted of a linked product, by the smallest calls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from syncd.errors import CallError, VariantLimitError
from syncd.flows import push_stops
from syncd.flows.parcel import Parcel
from syncd.flows.sending import send
from syncd.phrases import phrase
from syncd.records import Link, ObservedProduct, Shop
from syncd.rules import accidents, adoption, changes, mapping, pictures, structure
from syncd.rules.adoption import Sight
from syncd.rules.pictures import Album
from syncd.shopify import products
from syncd.shopify.client import Client

FETCHING_WAIT_S = 5.0


async def look(client: Client, shop: Shop, parcel: Parcel) -> None:
    """Read the product, and let what Shopify shows take the place of what was known.

    Variants of ours that it does not show were deleted there. Raises ProductGoneError when it is
    gone from the shop, and CallError while Shopify is fetching pictures that may be ours.
    """
    link = parcel.linked
    observed = await read(client, parcel, link.gid)
    link = replace(link, files={**await _brought(parcel, observed), **link.files})
    may_be_there: set[str] | None = _sent(link) | parcel.desk.tried_pictures
    if not link.known.variants:
        link = adoption.joined(parcel.asked, link, observed)
        may_be_there = parcel.desk.tried_pictures or None  # nothing tells what was sent once
    tried = parcel.desk.tried
    sight = adoption.reconsidered(parcel.asked, link, observed, shop, tried, may_be_there)
    _wait_for_pictures(shop, parcel, sight, may_be_there)
    if lost := accidents.lost(parcel.asked, parcel.linked.variants, sight.link.variants):
        parcel.notes.append(accidents.variants_made_anew(parcel.key, parcel.asked, lost))
    if others := accidents.replaced(parcel.linked.variants, sight.link.variants):
        await parcel.desk.uncount(others)
    parcel.see(sight, observed)


async def read(client: Client, parcel: Parcel, gid: str) -> ObservedProduct:
    """The product as Shopify shows it; raises ProductGoneError when it is gone from there."""
    link = parcel.link
    observed = await products.read(
        client,
        gid,
        variants_expected=max(len(parcel.wanted.variants), len(link.variants) if link else 0),
        files_expected=max(len(parcel.wanted.pictures or ()), len(link.files) if link else 0),
    )
    if observed is None:
        raise accidents.gone(parcel.key, parcel.wanted)
    return observed


async def _brought(parcel: Parcel, observed: ObservedProduct) -> dict[str, str]:
    """The files there that we brought for this product, or that it shall show, by ref.

    One that another product brought may have been chosen for this one by the merchant.
    """
    brought = await parcel.desk.brought([file.gid for file in observed.files])
    asked = {picture.ref for picture in parcel.asked.pictures or ()}
    foreign = await parcel.desk.borrowed(list(brought.values()))
    return {ref: gid for ref, gid in brought.items() if ref in asked or gid not in foreign}


def _sent(link: Link) -> set[str]:
    """The addresses of the pictures that Shopify has accepted."""
    return {picture.address for picture in link.known.pictures or ()}


def _wait_for_pictures(
    shop: Shop, parcel: Parcel, sight: Sight, may_be_there: Collection[str] | None
) -> None:
    """In doubt a picture without a name may be one that we sent: its name will tell."""
    is_sought = any(
        picture.ref not in sight.link.files
        and (may_be_there is None or picture.address in may_be_there)
        for picture in parcel.asked.pictures or ()
    )
    if sight.album.unclear and is_sought and shop.image_mode != "overwrite":
        raise CallError(
            phrase("product {key}: Shopify is still fetching pictures", key=parcel.key),
            wait_s=FETCHING_WAIT_S,
        )


async def update(
    client: Client,
    shop: Shop,
    parcel: Parcel,
    *,
    is_doubtful: bool,
    limit: VariantLimitError | None,
) -> None:
    """Send what differs, each accepted write noted; equal forms cost nothing.

    While Shopify takes no new variants (`limit`) all the rest is sent, and `limit` raised after it.
    Raises what `send` raises.
    """
    parcel.aim(shop)
    wanted = parcel.wanted
    if wanted == parcel.linked.known and not is_doubtful:
        return
    if limit is None:
        try:
            await _reach(client, shop, parcel, is_doubtful=is_doubtful)
        except VariantLimitError as refused:
            limit = refused
        else:
            return
    if parcel.sight is None:
        # A new variant may be an old one under another key: then it has its id, and is none.
        await look(client, shop, parcel)
    known = {variant.key for variant in parcel.linked.known.variants}
    left = tuple(variant for variant in parcel.asked.variants if variant.key in known)
    if left == parcel.asked.variants:
        limit = None  # nothing is new: the limit is none of ours
    elif not left:
        raise limit
    parcel.asked = replace(parcel.asked, variants=left)
    parcel.aim(shop)
    await _reach(client, shop, parcel, is_doubtful=is_doubtful)
    if limit is not None:
        raise limit


async def _reach(client: Client, shop: Shop, parcel: Parcel, *, is_doubtful: bool) -> None:
    # A setting may want our price in every push: it goes along with whatever else differs.
    with_prices = not shop.price_only_when_changed and parcel.wanted != parcel.linked.known
    if structure.needs_structure(parcel.wanted, parcel.linked) or _has_unwanted(shop, parcel):
        await _restructure(client, shop, parcel)
    await push_stops.stop(client, parcel, is_doubtful=is_doubtful)
    await push_stops.resume(client, shop, parcel, is_doubtful=is_doubtful)
    await _set_pictures_or_fields(client, shop, parcel)
    await _detach_pictures(client, parcel)
    await _delete_variants(client, parcel)
    await _update_variants(client, parcel, with_prices=with_prices and parcel.sight is None)
    await _create_variants(client, shop, parcel)
    # What is left to differ is nothing that is sent, such as a description that is no longer ours.
    parcel.settle()


def _has_unwanted(shop: Shop, parcel: Parcel) -> bool:
    """Whether the read showed variants made in Shopify that the shop's setting removes."""
    sight = parcel.sight
    return shop.unknown_variants == "remove" and sight is not None and bool(sight.strangers)


async def _restructure(client: Client, shop: Shop, parcel: Parcel) -> None:
    if parcel.sight is None:
        await look(client, shop, parcel)
        parcel.aim(shop)
    sight, observed = parcel.sight, parcel.observed
    assert sight is not None and observed is not None
    sight = replace(sight, link=parcel.linked)
    write = structure.restructure(parcel.wanted, sight, observed, shop, parcel.counts)
    made = (await send(client, write, parcel))["product"]
    shown = products.variants(made["variants"]["nodes"])
    if made["variants"]["pageInfo"]["hasNextPage"]:
        shown = (await read(client, parcel, parcel.linked.gid)).variants
    parcel.accept_structure(write.document, changes.match_variants(parcel.wanted, {}, shown))
    if sight.strangers and shop.unknown_variants == "remove":
        parcel.sight = replace(sight, strangers=())


async def _set_pictures_or_fields(client: Client, shop: Shop, parcel: Parcel) -> None:
    if changes.pictures_differ(parcel.wanted, parcel.linked):
        album = await _album(client, shop, parcel)
        # With `if_empty` the look may have shown that the merchant has some.
        parcel.aim(shop)
        if changes.pictures_differ(parcel.wanted, parcel.linked):
            await _set_pictures(client, parcel, album)
            return
    write = changes.update_fields(parcel.wanted, parcel.linked)
    if write is not None:
        await send(client, write, parcel)
        parcel.accept_fields(write.document)


async def _album(client: Client, shop: Shop, parcel: Parcel) -> Album:
    """The merchant's pictures, which stay; with `overwrite` nobody asks for them."""
    if parcel.sight is not None:
        return parcel.sight.album
    if shop.image_mode == "overwrite":
        return pictures.EMPTY
    link = parcel.linked
    expected = max(len(parcel.asked.pictures or ()), len(link.files))
    shown = await products.read_pictures(client, link.gid, expected=expected)
    if shown is None:
        raise accidents.gone(parcel.key, parcel.wanted)
    files, album = pictures.sorted_out(parcel.asked.pictures or (), link.files, shown, _sent(link))
    if shop.image_mode == "if_empty" and album.order:
        known = replace(link.known, pictures=None)
        link = replace(link, known=known, digest=mapping.digest(known))
    parcel.link = replace(link, files=files)
    return album


async def _set_pictures(client: Client, parcel: Parcel, album: Album) -> None:
    wanted, link = parcel.wanted, parcel.linked
    new = [one for one in wanted.pictures or () if one.ref not in link.files]
    borrowed = await parcel.desk.borrowed(list(link.files.values()))
    own = pictures.usable(wanted.pictures or (), link.files, link.known.pictures or (), borrowed)
    shared = await parcel.desk.shared(new)
    call = changes.set_pictures(wanted, link, album, {**shared, **own})
    made = (await send(client, call.write, parcel))["product"]
    gids = [node["id"] for node in made["media"]["nodes"]]
    parcel.accept_pictures(call.write.document, pictures.accepted(call.entries, gids))


async def _detach_pictures(client: Client, parcel: Parcel) -> None:
    link = parcel.linked
    keys = {ids.variant: key for key, ids in link.variants.items()}
    for write in changes.detach_pictures(parcel.wanted, link):
        await send(client, write, parcel)
        pairs = write.variables["variantMedia"]
        parcel.accept_detached(write.document, {keys[pair["variantId"]] for pair in pairs})


async def _delete_variants(client: Client, parcel: Parcel) -> None:
    for write in changes.delete_variants(parcel.wanted, parcel.linked):
        await send(client, write, parcel)
        parcel.accept_deleted(write.document, write.variables["variantsIds"])


async def _update_variants(client: Client, parcel: Parcel, *, with_prices: bool) -> None:
    link = parcel.linked
    keys = {ids.variant: key for key, ids in link.variants.items()}
    for write in changes.update_variants(parcel.wanted, link, with_prices=with_prices):
        await send(client, write, parcel)
        parcel.accept_variants(
            write.document, {keys[row["id"]] for row in write.variables["variants"]}
        )


async def _create_variants(client: Client, shop: Shop, parcel: Parcel) -> None:
    for write in changes.create_variants(parcel.wanted, parcel.linked, parcel.counts, shop):
        made = products.variants((await send(client, write, parcel))["productVariants"])
        new = changes.match_variants(parcel.wanted, {}, made)
        parcel.accept_variants(write.document, new.keys(), new)
