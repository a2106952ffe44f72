"""What a person should know of a product although it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.phrases import phrase
from syncd.records import Form, Image, Product
from syncd.rules import barcodes, limits, mapping, text
from syncd.rules.pictures import MAX_PICTURES

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Remark:
    """One odd thing: `cause` is its sort in one word, `sku` empty where it is no variant's."""

    cause: str
    sku: str
    message: str
    hint: str


def of(product: Product, known: Form | None = None) -> list[str]:
    """A sentence for each of the first remarks, then the number of the rest."""
    found = [remark.message for remark in each(product, known)]
    if len(found) > SHOWN:
        found[SHOWN:] = [phrase("and {count} more", count=len(found) - SHOWN)]
    return found


def each(product: Product, known: Form | None = None) -> Iterator[Remark]:
    """Each picture that is left out, each barcode that no scanner would take.

    With `known` only what is news beside what was sent last, so that a log says it once.
    """
    told = {variant.barcode for variant in known.variants} if known else set()
    shown = {picture.address for picture in known.pictures or ()} if known else set()
    is_left = known is not None and known.pictures is None  # to the merchant
    if known is None or not (is_left or mapping.addresses(product.images) == shown):
        yield from _left_out(product.images)
    for variant in product.variants:
        code = text.line(variant.barcode or "")
        if code not in told and (fault := barcodes.fault(code)) is not None:
            yield Remark(
                "barcode_odd",
                text.line(variant.sku or ""),
                phrase(
                    "{variant}: barcode {code} is sent as it is, but {fault}",
                    variant=limits.article(variant),
                    code=code,
                    fault=fault,
                ),
                phrase("correct the barcode {again}", again=limits.AGAIN),
            )


def _left_out(images: tuple[Image, ...]) -> Iterator[Remark]:
    for address in mapping.left_out(images):
        if text.address(address) is None:
            why, hint = (
                phrase("no shop could fetch it"),
                phrase("give it an address that begins with https:// {again}", again=limits.AGAIN),
            )
            yield Remark(
                "picture_address",
                "",
                phrase("a picture is left out, {why}: {address}", why=why, address=address),
                hint,
            )
        else:
            why, hint = (
                phrase("Shopify holds {most}", most=MAX_PICTURES),
                phrase("remove pictures {again}", again=limits.AGAIN),
            )
            yield Remark(
                "too_many_pictures",
                "",
                phrase("a picture is left out, {why}: {address}", why=why, address=address),
                hint,
            )
