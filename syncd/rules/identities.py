"""Which variant of ours is which in Shopify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.records import Form, ObservedVariant, VariantIds
from syncd.rules.text import fold


def match_variants(
    form: Form, linked: Mapping[str, VariantIds], observed: Sequence[ObservedVariant]
) -> dict[str, VariantIds]:
    """The ids of our variants: by link where Shopify still shows it, else by their option values.

    Never by position or SKU: Shopify reorders variants and lets SKUs repeat. A variant that comes
    in the place of one that left the Backoffice takes over its id, with its stock.
    """
    shown = {variant.ids.variant: variant.ids for variant in observed}
    found: dict[str, VariantIds] = {}
    for variant in form.variants:
        ids = linked.get(variant.key)
        if ids is not None and ids.variant in shown:
            found[variant.key] = shown.pop(ids.variant)
    if len(found) == len(form.variants):
        return found
    by_values = {folded(shown_values(form, variant)): variant.ids.variant for variant in observed}
    for variant in form.variants:
        gid = by_values.get(folded(variant.values), "")
        if variant.key not in found and gid in shown:
            found[variant.key] = shown.pop(gid)
    return {variant.key: found[variant.key] for variant in form.variants if variant.key in found}


def shown_values(form: Form, variant: ObservedVariant) -> tuple[str, ...]:
    """An observed variant's values in the order of our options.

    An option is found by its name, else it is the next that has none of our names: the merchant
    may move options, and rename them. Without as many options as ours the values stay as shown.
    """
    if len(variant.values) != len(form.options):
        return tuple(variant.values.values())
    if tuple(variant.values) == form.options:
        return tuple(variant.values.values())
    names = {fold(name): name for name in variant.values}
    ours = {fold(option) for option in form.options}
    rest = iter([name for name in variant.values if fold(name) not in ours])
    return tuple(variant.values[names.get(fold(option)) or next(rest)] for option in form.options)


def folded(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(fold(value) for value in values)
