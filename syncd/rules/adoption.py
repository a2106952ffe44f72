"""What a read of the shop tells of a product: what of it is ours, what the merchant's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from syncd.records import (
    Form,
    Link,
    ObservedFields,
    ObservedFile,
    ObservedProduct,
    ObservedVariant,
    Picture,
    Shop,
    VariantForm,
)
from syncd.rules import mapping, money, owners, pictures
from syncd.rules.identities import match_variants, shown_values
from syncd.rules.owners import Tried
from syncd.rules.pictures import Album
from syncd.rules.text import fold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a read showed: our part as the link's known form, and what is the merchant's.

    `raw` is the form of our part with the merchant's fields as they are, `strangers` are the
    variants made in Shopify.
    """

    link: Link
    raw: Form
    album: Album
    strangers: tuple[ObservedVariant, ...]


def unknown(wanted: Form, gid: str, key: str) -> Link:
    """A link to a product that carries our identity, of which nothing is known as yet."""
    known = replace(wanted, variants=(), pictures=())
    return Link(key, gid, known, mapping.digest(known), {}, {}, None)


def joined(wanted: Form, link: Link, observed: ObservedProduct) -> Link:
    """The link with the variants that are plainly the same: by option values, else by their SKU.

    An SKU counts only where it stands once on either side among those that are left. For products
    that were not made by us: their options may have other names and values.
    """
    ids = match_variants(wanted, link.variants, observed.variants)
    taken = {one.variant for one in ids.values()}
    ours = _by_sku((one.sku, one.key) for one in wanted.variants if one.key not in ids)
    theirs = _by_sku(
        (observed.fields[one.ids.variant].sku, one.ids)
        for one in observed.variants
        if one.ids.variant not in taken
    )
    found = {ours[sku]: theirs[sku] for sku in ours.keys() & theirs.keys()}
    return replace(link, variants={**ids, **found})


def _by_sku(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What each SKU stands for, where it stands for one thing alone."""
    found: dict[str, list[T]] = {}
    for sku, one in pairs:
        found.setdefault(fold(sku), []).append(one)
    return {sku: ones[0] for sku, ones in found.items() if sku and len(ones) == 1}


def reconsidered(
    wanted: Form,
    link: Link,
    observed: ObservedProduct,
    shop: Shop,
    tried: Tried,
    may_be_there: Collection[str] | None = None,
) -> Sight:
    """The link with what Shopify shows in the place of what we thought it held.

    A write whose answer was lost may have changed any field, and what we knew before may be
    wanted again. `may_be_there` is as in `pictures.sorted_out`.
    """
    ids = match_variants(wanted, link.variants, observed.variants)
    shown = {variant.ids.variant for variant in observed.variants}
    taken = {one.variant for one in ids.values()}
    kept = {
        key: one
        for key, one in link.variants.items()
        if one.variant in shown and one.variant not in taken
    }
    variants = {**kept, **ids}
    files, album = pictures.sorted_out(
        wanted.pictures or (), link.files, observed.files, may_be_there
    )
    if shop.image_mode == "overwrite":
        album = replace(album, theirs=frozenset())
    keys, refs = {one.variant: key for key, one in variants.items()}, _turned(files)
    raw = observed_form(wanted, observed, keys=keys, refs=refs)
    shown_pictures = {one.gid: _picture(one, refs) for one in observed.files}
    known = replace(
        raw,
        variants=_respecting(wanted, link.known, raw, shop=shop, album=album, tried=tried),
        pictures=owners.of_pictures([shown_pictures[gid] for gid in album.order], album, shop),
    )
    strangers = tuple(one for one in observed.variants if one.ids.variant not in keys)
    digest = mapping.digest(known)
    seen = replace(link, known=known, digest=digest, variants=variants, files=files)
    return Sight(seen, raw, album, strangers)


def _turned(files: Mapping[str, str]) -> dict[str, str]:
    return {gid: ref for ref, gid in files.items()}


def _respecting(
    wanted: Form, known: Form, raw: Form, *, shop: Shop, album: Album, tried: Tried
) -> tuple[VariantForm, ...]:
    """The observed variants with the merchant's fields as we have them, so that they stay."""
    wants = {variant.key: variant for variant in wanted.variants}
    knew = {variant.key: variant for variant in known.variants}
    return tuple(
        owners.of_variant(
            wants.get(one.key),
            knew.get(one.key),
            one,
            shop=shop,
            album=album,
            tried=tried.get(one.key, ()),
        )
        for one in raw.variants
    )


def observed_form(
    like: Form, observed: ObservedProduct, *, keys: Mapping[str, str], refs: Mapping[str, str]
) -> Form:
    """What Shopify shows, in the canonical form, so that it can be held against `like`.

    `keys` are our variants' by their GIDs: others are the merchant's and left out. `refs` are our
    pictures' by the GIDs of their files: another file stands under its GID, which is no address.
    A picture that Shopify could not fetch is left out. The description is looked at only where it
    is ours, without outer white space, the vendor where there is a store, and whether the sale is
    stopped where it shall be: what is sold out looks the same.
    """
    stopped = {variant.key for variant in like.variants if variant.stopped}
    return Form(
        title=observed.title,
        vendor=observed.vendor if like.vendor else "",
        status=observed.status,
        description_html=None
        if like.description_html is None
        else observed.description_html.strip(),
        options=observed.options,
        variants=tuple(
            _variant(
                keys[one.ids.variant],
                shown_values(like, one),
                observed.fields[one.ids.variant],
                refs=refs,
                is_looked_at=keys[one.ids.variant] in stopped,
            )
            for one in observed.variants
            if one.ids.variant in keys
        ),
        pictures=tuple(_picture(file, refs) for file in observed.files if file.state != "failed"),
    )


def _variant(
    key: str,
    values: tuple[str, ...],
    fields: ObservedFields,
    *,
    refs: Mapping[str, str],
    is_looked_at: bool,
) -> VariantForm:
    is_stopped = fields.policy == "DENY" and fields.tracked and fields.available <= 0
    return VariantForm(
        key=key,
        values=values,
        sku=fields.sku,
        barcode=fields.barcode,
        price=money.written(Decimal(fields.price)),
        compare_at_price=_money(fields.compare_at_price),
        tracked=fields.tracked,
        picture=None if fields.file is None else refs.get(fields.file, fields.file),
        stopped=is_looked_at and is_stopped,
    )


def _money(amount: str | None) -> str | None:
    return None if amount is None else money.written(Decimal(amount))


def _picture(file: ObservedFile, refs: Mapping[str, str]) -> Picture:
    address, _, version = refs.get(file.gid, file.gid).partition("#")
    return Picture(address, version or None, file.alt)
