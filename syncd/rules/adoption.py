"""What a read of the shop tells of a product of ours whose last write is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from syncd.records import (
    Form,
    Link,
    ObservedFields,
    ObservedProduct,
    Picture,
    VariantForm,
)
from syncd.rules import mapping
from syncd.rules.changes import match_variants
from syncd.rules.identities import shown_values


def adopted(wanted: Form, observed: ObservedProduct, key: str) -> Link:
    """The link to a product that carries our identity, but that we have no link to."""
    empty = Link(key, observed.gid, wanted, mapping.digest(wanted), {}, {}, None)
    return reconsidered(wanted, empty, observed)


def reconsidered(wanted: Form, link: Link, observed: ObservedProduct) -> Link:
    """The link with what Shopify shows in the place of what we thought it held.

    A write whose answer was lost may have changed any field, and what we knew before may be
    wanted again. Files keep their ids where they are still there.
    """
    ids = match_variants(wanted, link.variants, observed.variants)
    files = {ref: gid for ref, gid in link.files.items() if gid in observed.files}
    shown = {variant.ids.variant for variant in observed.variants}
    kept = {key: one for key, one in link.variants.items() if one.variant in shown}
    variants = {**kept, **ids}
    keys = {one.variant: key for key, one in variants.items()}
    refs = {gid: ref for ref, gid in files.items()}
    known = observed_form(wanted, observed, keys=keys, refs=refs)
    return replace(link, known=known, digest=mapping.digest(known), variants=variants, files=files)


def observed_form(
    like: Form, observed: ObservedProduct, *, keys: Mapping[str, str], refs: Mapping[str, str]
) -> Form:
    """What Shopify shows, in the canonical form, so that it can be held against `like`.

    `keys` are our variants' by their GIDs: others are the merchant's and left out. `refs` are our
    pictures' by the GIDs of their files: another file stands under its GID, which is no address.
    The description is looked at only where it is ours.
    """
    return Form(
        title=observed.title,
        vendor=observed.vendor,
        status=observed.status,
        description_html=None if like.description_html is None else observed.description_html,
        options=observed.options,
        variants=tuple(
            _variant(
                keys[one.ids.variant],
                shown_values(like, one),
                observed.fields[one.ids.variant],
                refs=refs,
            )
            for one in observed.variants
            if one.ids.variant in keys
        ),
        pictures=tuple(_picture(gid, alt, refs) for gid, alt in observed.files.items()),
    )


def _variant(
    key: str, values: tuple[str, ...], fields: ObservedFields, *, refs: Mapping[str, str]
) -> VariantForm:
    return VariantForm(
        key=key,
        values=values,
        sku=fields.sku,
        barcode=fields.barcode,
        price=mapping.money(Decimal(fields.price)),
        compare_at_price=_money(fields.compare_at_price),
        tracked=fields.tracked,
        picture=None if fields.file is None else refs.get(fields.file, fields.file),
    )


def _money(amount: str | None) -> str | None:
    return None if amount is None else mapping.money(Decimal(amount))


def _picture(gid: str, alt: str, refs: Mapping[str, str]) -> Picture:
    address, _, version = refs.get(gid, gid).partition("#")
    return Picture(address, version or None, alt)
