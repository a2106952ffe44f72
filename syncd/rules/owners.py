"""What is the merchant's of a product's fields: it is never written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncd.records import Form, Picture, Prices, Shop, VariantForm
from syncd.rules.pictures import Album

Tried = Mapping[str, Sequence[Prices]]
"""By variant key: the prices that writes carried whose answers may have been lost."""


def ours(wanted: Form, known: Form, shop: Shop) -> Form:
    """What is wanted, with the pictures as they stand where only an empty product gets ours."""
    if shop.image_mode != "if_empty" or known.pictures == ():
        return wanted
    before = {variant.key: variant.picture for variant in known.variants}
    variants = tuple(replace(one, picture=before.get(one.key)) for one in wanted.variants)
    return replace(wanted, pictures=known.pictures, variants=variants)


def of_pictures(shown: Sequence[Picture], album: Album, shop: Shop) -> tuple[Picture, ...] | None:
    """The pictures to hold against ours, of those that are shown in the album's order.

    With `append` only ours, the others stay; with `if_empty` None when the merchant has some.
    """
    if shop.image_mode == "overwrite":
        return tuple(shown)
    if shop.image_mode == "if_empty" and album.theirs:
        return None
    pairs = zip(album.order, shown, strict=True)
    return tuple(picture for gid, picture in pairs if gid not in album.theirs)


def of_variant(
    wanted: VariantForm | None,
    known: VariantForm | None,
    shown: VariantForm,
    *,
    shop: Shop,
    album: Album,
    tried: Sequence[Prices],
) -> VariantForm:
    """A variant as Shopify shows it, with what is the merchant's as we know or want it.

    The price is the merchant's when ours has not changed since Shopify accepted it and what stands
    there is none that we may have sent. A picture of theirs stays on a variant of ours that has
    none, unless theirs are to be replaced.
    """
    if wanted is None:
        return replace(shown, stopped=known is not None and known.stopped)
    prices = shown.prices
    if (
        shop.price_only_when_changed
        and known is not None
        and known.prices == wanted.prices
        and shown.prices not in tried
    ):
        prices = known.prices
    picture = shown.picture
    if shop.image_mode != "overwrite" and wanted.picture is None and picture in album.theirs:
        picture = None
    stopped = shown.stopped if wanted.stopped else known is not None and known.stopped
    if (prices, picture, stopped) == (shown.prices, shown.picture, shown.stopped):
        return shown
    return replace(
        shown, price=prices[0], compare_at_price=prices[1], picture=picture, stopped=stopped
    )
