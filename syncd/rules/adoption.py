"""What a read of the shop tells of a product of ours whose last write is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syncd.records import Form, Link, ObservedProduct, Picture, VariantForm
from syncd.rules import mapping
from syncd.rules.changes import match_variants
from syncd.rules.identities import shown_values

UNKNOWN = "\x01"  # no wanted text holds a control character, so this differs from all of them


def adopted(wanted: Form, observed: ObservedProduct, key: str) -> Link:
    """The link to a product that carries our identity, but that we have no link to.

    All that is known of it is its structure; every field will be sent.
    """
    empty = Link(key, observed.gid, wanted, mapping.digest(wanted), {}, {}, None)
    return reconsidered(wanted, empty, observed)


def reconsidered(wanted: Form, link: Link, observed: ObservedProduct) -> Link:
    """The link as a read shows it: which options, variants and files are there, nothing else.

    A write whose answer was lost may have changed any field, and what we knew before may be
    wanted again, so no field counts as known. Files keep their ids where they are still there.
    """
    ids = match_variants(wanted, link.variants, observed)
    files = {ref: gid for ref, gid in link.files.items() if gid in observed.files}
    shown = {variant.ids.variant for variant in observed.variants}
    kept = {key: one for key, one in link.variants.items() if one.variant in shown}
    variants = {**kept, **ids}
    forms = {one.key: one for one in (*link.known.variants, *wanted.variants)}
    ours = {variants[key].variant: form for key, form in forms.items() if key in variants}
    known = _structure(wanted, observed, ours)
    return replace(link, known=known, digest=mapping.digest(known), variants=variants, files=files)


def _structure(wanted: Form, observed: ObservedProduct, ours: Mapping[str, VariantForm]) -> Form:
    """A form that differs from the wanted one in every field but the structure Shopify shows.

    `ours` are our variants by their GIDs, also those that left the Backoffice.
    """
    return Form(
        title=UNKNOWN,
        vendor=UNKNOWN,
        status="DRAFT" if wanted.status == "ACTIVE" else "ACTIVE",
        description_html=None,
        options=observed.options,
        variants=tuple(
            _blank(ours[one.ids.variant], shown_values(wanted, one))
            for one in observed.variants
            if one.ids.variant in ours
        ),
        pictures=tuple(Picture(gid, None, UNKNOWN) for gid in observed.files),
    )


def _blank(variant: VariantForm, values: tuple[str, ...]) -> VariantForm:
    """Known to be there with these values; each of its fields differs from any wanted one."""
    return replace(
        variant,
        values=values,
        sku=UNKNOWN,
        barcode=UNKNOWN,
        price="",
        compare_at_price=None,
        tracked=not variant.tracked,
        picture=None,
    )
