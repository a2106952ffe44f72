"""The rows of the contract's views as they arrive: strangers' data, held against the contract."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Annotated

import msgspec

from syncd.errors import ContractError
from syncd.postgres.breaches import KEYS, SCHEMA

HINT = "mend the view in the Backoffice (`syncd check` names all faults; see docs/backoffice.md)"


class Row(msgspec.Struct, frozen=True, gc=False):
    """A value of another type than the contract's is refused, never converted.

    Structs: dataclasses by pydantic take four times as long, and there are twenty a product.
    """


class ProductRow(Row, frozen=True):
    product_key: str
    title: str
    vendor: str
    description_html: str | None
    is_active: bool


class OptionRow(Row, frozen=True):
    product_key: str
    position: Annotated[int, msgspec.Meta(ge=1, le=3)]
    name: str


class VariantRow(Row, frozen=True):
    product_key: str
    variant_key: str
    position: int
    option1: str | None
    option2: str | None
    option3: str | None
    sku: str | None
    barcode: str | None
    is_tracked: bool
    image_key: str | None
    is_blocked: bool


class ImageRow(Row, frozen=True):
    product_key: str
    image_key: str
    position: int
    address: str
    alt: str | None
    version: str | None


class PriceRow(Row, frozen=True):
    """`is_on_offer`: whether the offer holds now, by Postgres's clock."""

    variant_key: str
    list_price: Decimal
    offer_price: Decimal | None
    is_on_offer: bool
    currency: str
    vat_percent: Decimal


class StockRow(Row, frozen=True):
    variant_key: str
    quantity: int


class Document(Row, frozen=True):
    """The rows of some products, by the name of their view, in shelf order."""

    product: tuple[ProductRow, ...]
    option: tuple[OptionRow, ...]
    variant: tuple[VariantRow, ...]
    image: tuple[ImageRow, ...]
    price: tuple[PriceRow, ...]
    stock: tuple[StockRow, ...]


DOCUMENT = msgspec.json.Decoder(Document)
AMOUNTS = ("list_price", "offer_price", "vat_percent")
PLACE = re.compile(r" - at `\$\.(\w+)\[(\d+)\]\.(\w+)`$")  # how msgspec ends what it says


def parse(text: str) -> Document:
    """Read the answer of backoffice.products.

    Raises ContractError for the first column that is null or of a wrong type, and for a key that
    stands in two rows of a view.
    """
    try:
        document = DOCUMENT.decode(text)
    except msgspec.ValidationError as error:
        raise _breach(text, str(error)) from error
    _refuse_endless(document.price)
    _refuse_doubles("product", [row.product_key for row in document.product])
    _refuse_doubles("option", [(row.product_key, row.position) for row in document.option])
    _refuse_doubles("variant", [row.variant_key for row in document.variant])
    _refuse_doubles("image", [(row.product_key, row.image_key) for row in document.image])
    _refuse_doubles("price", [row.variant_key for row in document.price])
    _refuse_doubles("stock", [row.variant_key for row in document.stock])
    return document


def _breach(text: str, said: str) -> ContractError:
    """The first fault, with its column and the row it is in."""
    place = PLACE.search(said)
    if place is None:
        return ContractError(f"{SCHEMA}: {said}", hint=HINT)
    view, index, column = place.groups()
    row = msgspec.json.decode(text)[view][int(index)]
    what = "is null" if row[column] is None else f"is {row[column]!r}: {said[: place.start()]}"
    where = ", ".join(f"{key} {row[key]}" for key in KEYS[view] if key in row)
    return ContractError(f"{SCHEMA}.{view}.{column} {what}, at {where}", hint=HINT)


def _refuse_endless(prices: Sequence[PriceRow]) -> None:
    """To Postgres NaN and Infinity are numeric, too."""
    for column in AMOUNTS:
        read = attrgetter(column)
        if all(map(Decimal.is_finite, filter(None, map(read, prices)))):
            continue
        for price in prices:
            if (amount := read(price)) is not None and not amount.is_finite():
                where = f"{SCHEMA}.price.{column} is {amount}, at variant_key {price.variant_key}"
                raise ContractError(where, hint=HINT)


def _refuse_doubles(view: str, keys: Sequence[Hashable]) -> None:
    if len(set(keys)) == len(keys):
        return
    seen: set[Hashable] = set()
    for key in keys:
        if key in seen:
            raise ContractError(f"{SCHEMA}.{view} has two rows for {key}", hint=HINT)
        seen.add(key)
