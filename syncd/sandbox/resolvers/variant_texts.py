"""How a variant is called: by the values of its options."""

from __future__ import annotations

from syncd.sandbox.records import OptionValue, Product, Variant


def values_of(variant: Variant, product: Product) -> list[OptionValue]:
    """Its option values, in the order of the product's options."""
    known = {value.id: value for option in product.options for value in option.values}
    return [known[id_] for id_ in variant.values]


def title_of(variant: Variant, product: Product) -> str:
    return " / ".join([value.name for value in values_of(variant, product)])
