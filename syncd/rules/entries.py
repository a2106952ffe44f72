"""Products of either side as the rules of the first link want them."""

from __future__ import annotations

from syncd.records import ObservedProduct, Product
from syncd.rules.likeness import Entry, Item
from syncd.rules.mapping import NO_OPTIONS, NO_VALUES
from syncd.rules.text import line


def here(product: Product, gid: str | None = None) -> Entry:
    """A product of the Backoffice; `gid` is the one in the shop that it is linked with."""
    return Entry(
        name=product.key,
        title=line(product.title),
        options=tuple(line(name) for name in product.option_names) or NO_OPTIONS,
        items=tuple(
            Item(
                one.key,
                one.sku or "",
                one.barcode or "",
                tuple(line(value) for value in one.option_values) or NO_VALUES,
            )
            for one in product.variants
        ),
        twin=gid,
    )


def there(product: ObservedProduct, key: str | None = None) -> Entry:
    """A product of the shop; `key` is ours that it carries."""
    fields = product.fields
    return Entry(
        name=product.gid,
        title=product.title,
        options=product.options,
        items=tuple(
            Item(
                one.ids.variant,
                fields[one.ids.variant].sku,
                fields[one.ids.variant].barcode,
                tuple(one.values.values()),
            )
            for one in product.variants
        ),
        twin=key,
    )
