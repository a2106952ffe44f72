"""What products of one catalogue share though each should have its own: SKUs, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.phrases import phrase
from syncd.records import Product
from syncd.rules.limits import AGAIN, subject
from syncd.rules.remarks import Remark
from syncd.rules.text import fold, handle, line


class Twins:
    """Shown each product of a catalogue once, tells what an earlier one has already."""

    def __init__(self) -> None:
        self._skus: dict[str, str] = {}  # names of the products by folded SKU
        self._addresses: dict[str, str] = {}  # the same by the words of the address

    def of(self, product: Product) -> Iterator[Remark]:
        """A remark for each SKU that was seen before, once, then one for the address."""
        name = subject(product.key, product.title)
        seen: set[str] = set()
        told: set[str] = set()
        for sku in filter(None, (line(variant.sku or "") for variant in product.variants)):
            folded = fold(sku)
            owner = self._skus.setdefault(folded, name)
            if (owner != name or folded in seen) and folded not in told:
                told.add(folded)
                yield _same_sku(sku, owner if owner != name else "another variant of it")
            seen.add(folded)
        words = handle(line(product.title))
        owner = self._addresses.setdefault(words, name)
        if owner != name:
            yield _same_address(words, owner)


def _same_sku(sku: str, owner: str) -> Remark:
    return Remark(
        "sku_twice",
        sku,
        phrase(
            "SKU {sku} is that of {owner}, too; by SKU they cannot be told apart",
            sku=sku,
            owner=owner,
        ),
        phrase("give each variant a SKU of its own {again}", again=AGAIN),
    )


def _same_address(words: str, owner: str) -> Remark:
    return Remark(
        "same_address",
        "",
        phrase(
            "its address in the shop would be /products/{words}, which {owner} "
            "has; Shopify adds a number to it",
            words=words,
            owner=owner,
        ),
        phrase(
            "nothing must be done; for an address of its own give it another name {again}",
            again=AGAIN,
        ),
    )
