"""What a read of the shop tells of a product of ours whose last write is in doubt."""

from __future__ import annotations

from dataclasses import replace

from syncd.records import Form, Link, ObservedProduct, VariantForm
from syncd.rules import mapping
from syncd.rules.changes import match_variants

UNKNOWN = "\x01"  # no wanted text holds a control character, so this differs from all of them


def adopted(wanted: Form, observed: ObservedProduct, key: str) -> Link:
    """The link to a product that carries our identity, but that we have no link to.

    When it was created from just this form the link is whole and nothing needs to be sent.
    Otherwise all that is known of it is which variants it has: all their fields will be sent.
    """
    ids = match_variants(wanted, {}, observed)
    if observed.created_as == mapping.digest(wanted) and _is_whole(wanted, observed, len(ids)):
        known = wanted
        refs = [picture.ref for picture in wanted.pictures]
        files = dict(zip(refs, observed.files, strict=True))
    else:
        known = _unknown(wanted, observed, set(ids))
        files = {}
    return Link(
        key=key,
        gid=observed.gid,
        known=known,
        digest=mapping.digest(known),
        variants=ids,
        files=files,
        published_at=None,
    )


def reconsidered(wanted: Form, link: Link, observed: ObservedProduct) -> Link:
    """The link with its variants as Shopify shows them: some may be new, some gone.

    New are those that a write made whose answer was lost; their fields count as unknown.
    """
    ids = match_variants(wanted, link.variants, observed)
    shown = {variant.ids.variant for variant in observed.variants}
    kept = {key: known for key, known in link.variants.items() if known.variant in shown}
    fresh = [
        _blank(variant) for variant in wanted.variants if variant.key in ids.keys() - kept.keys()
    ]
    known = [variant for variant in link.known.variants if variant.key in kept]
    return replace(
        link,
        known=replace(link.known, variants=(*known, *fresh)),
        variants={**kept, **ids},
    )


def _is_whole(wanted: Form, observed: ObservedProduct, matched: int) -> bool:
    return (
        wanted.options == observed.options
        and matched == len(wanted.variants) == len(observed.variants)
        and len(observed.files) == len(wanted.pictures)
    )


def _unknown(wanted: Form, observed: ObservedProduct, keys: set[str]) -> Form:
    """A form that differs from the wanted one in every field but the structure Shopify shows."""
    return Form(
        title="",
        vendor="",
        status="DRAFT" if wanted.status == "ACTIVE" else "ACTIVE",
        description_html=None,
        options=observed.options,
        variants=tuple(_blank(variant) for variant in wanted.variants if variant.key in keys),
        pictures=(),
    )


def _blank(variant: VariantForm) -> VariantForm:
    """Known to be there, and nothing else: each of its fields differs from any wanted one."""
    return replace(
        variant,
        sku=UNKNOWN,
        barcode=UNKNOWN,
        price="",
        compare_at_price=None,
        tracked=not variant.tracked,
        picture=None,
    )
