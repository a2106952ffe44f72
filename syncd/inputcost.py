"""What mutations pay for the size of their input, before they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import FieldNode, Undefined, value_from_ast_untyped

# Mutations sized by their input: path of argument names -> tenths of a point for each value found
# there. From shopify.dev's changelog of October 2025, confirmed by the recordings, but for mediaId:
# it is taken for a "variant media" like mediaSrc, since asking too little would be refused.
PRODUCT_SIZES = {"product.metafields": 4, "input.metafields": 4, "media": 19}
VARIANTS_SIZES = {
    "variants": 2,
    "variants.metafields": 4,
    "variants.mediaSrc": 6,
    "variants.mediaId": 6,
    "media": 19,
}
SIZED_MUTATIONS: Mapping[str, Mapping[str, int]] = {
    "productCreate": PRODUCT_SIZES,
    "productUpdate": PRODUCT_SIZES,
    "productVariantsBulkCreate": VARIANTS_SIZES,
    "productVariantsBulkUpdate": VARIANTS_SIZES,
    "productSet": {
        "input.variants": 2,
        "input.variants.file": 6,
        "input.variants.metafields": 4,
        "input.metafields": 4,
        "input.files": 19,
    },
}

LISTS, MAPPINGS = (list, tuple), (dict, Mapping)  # made once; of each the first is looked at faster


def size_tenths(mutation: FieldNode, variables: dict[str, Any]) -> int:
    """What a mutation pays for the size of its input; 0 for those that are not sized."""
    sizes = _sizes(mutation.name.value)
    return sum(
        _size_tenths(value_from_ast_untyped(argument.value, variables), size)
        for argument in mutation.arguments or ()
        if (size := sizes.get(argument.name.value))
    )


@dataclass(slots=True)
class _Size:
    """What each value here costs, and the sizes of what it holds."""

    tenths: int = 0
    below: dict[str, _Size] = field(default_factory=dict)


@cache
def _sizes(name: str) -> Mapping[str, _Size]:
    """The sizes of a mutation's arguments: the paths of SIZED_MUTATIONS as a tree."""
    top = _Size()
    for path, tenths in SIZED_MUTATIONS.get(name, {}).items():
        size = top
        for part in path.split("."):
            size = size.below.setdefault(part, _Size())
        size.tenths = tenths
    return top.below


def _size_tenths(value: Any, size: _Size) -> int:
    """What the values here cost, counted over all lists on the way."""
    if isinstance(value, LISTS):
        tenths = 0
        for each in value:
            tenths += _size_tenths(each, size)
        return tenths
    if value is None or value is Undefined:  # a variable that was not given
        return 0
    tenths = size.tenths
    if size.below and isinstance(value, MAPPINGS):
        for name, below in size.below.items():
            if (inner := value.get(name)) is not None:
                tenths += _size_tenths(inner, below)
    return tenths
