"""The one call that brings a product to what is wanted, where one call does."""

from __future__ import annotations

from syncd.records import Form, Link
from syncd.rules import changes, structure
from syncd.rules.changes import Write


def update(wanted: Form, link: Link) -> Write | None:
    """The call, which must be harmless if the product has changed since it was read.

    So it names fields of the product or of known variants alone. None where that does not get
    there: pictures, options, variants that come or go, a sale that stops or goes on.
    """
    known = {variant.key: variant for variant in link.known.variants}
    if (
        known.keys() != {variant.key for variant in wanted.variants}
        or structure.needs_structure(wanted, link)
        or changes.pictures_differ(wanted, link)
        or changes.detach_pictures(wanted, link)
        or any(known[variant.key].stopped != variant.stopped for variant in wanted.variants)
    ):
        return None
    fields = changes.update_fields(wanted, link)
    writes = [*([fields] if fields else []), *changes.update_variants(wanted, link)]
    return writes[0] if len(writes) == 1 else None
