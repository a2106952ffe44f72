"""What a person should know of a product although it was sent."""

from __future__ import annotations

from syncd.records import Form, Product
from syncd.rules import barcodes, limits, mapping, text

SHOWN = 3


def of(product: Product, known: Form | None = None) -> list[str]:
    """A sentence for each picture that is left out and each barcode that no scanner would take.

    With `known` only what is news beside what was sent last, so that a log says it once.
    """
    told = {variant.barcode for variant in known.variants} if known else set()
    shown = {picture.address for picture in known.pictures or ()} if known else set()
    is_left = known is not None and known.pictures is None  # to the merchant
    found = []
    if known is None or not (is_left or mapping.addresses(product.images) == shown):
        found += [
            f"a picture is left out, no shop could fetch it: {address}"
            for address in mapping.left_out(product.images)
        ]
    for variant in product.variants:
        code = text.line(variant.barcode or "")
        if code not in told and (fault := barcodes.fault(code)) is not None:
            found.append(f"{limits.article(variant)}: barcode {code} is sent as it is, but {fault}")
    if len(found) > SHOWN:
        found[SHOWN:] = [f"and {len(found) - SHOWN} more"]
    return found
