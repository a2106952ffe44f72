"""The rows of the contract's views as they arrive: strangers' data, held against the contract."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from syncd.errors import ContractError
from syncd.postgres.breaches import KEYS, SCHEMA

HINT = "mend the view in the Backoffice (`syncd check` names all faults; see docs/backoffice.md)"


@dataclass(frozen=True, slots=True)
class Row:
    """A value of another type than the contract's is refused, never converted.

    Dataclasses: models take half as long again to make, and there are twenty of them a product.
    """

    __pydantic_config__: ClassVar = ConfigDict(strict=True)


@dataclass(frozen=True, slots=True)
class ProductRow(Row):
    product_key: str
    title: str
    vendor: str
    description_html: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class OptionRow(Row):
    product_key: str
    position: Annotated[int, Field(ge=1, le=3)]
    name: str


@dataclass(frozen=True, slots=True)
class VariantRow(Row):
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


@dataclass(frozen=True, slots=True)
class ImageRow(Row):
    product_key: str
    image_key: str
    position: int
    address: str
    alt: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class PriceRow(Row):
    """`is_on_offer`: whether the offer holds now, by Postgres's clock."""

    variant_key: str
    list_price: Decimal
    offer_price: Decimal | None
    is_on_offer: bool
    currency: str
    vat_percent: Decimal


@dataclass(frozen=True, slots=True)
class StockRow(Row):
    variant_key: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Document(Row):
    """The rows of some products, by the name of their view, in shelf order."""

    product: tuple[ProductRow, ...]
    option: tuple[OptionRow, ...]
    variant: tuple[VariantRow, ...]
    image: tuple[ImageRow, ...]
    price: tuple[PriceRow, ...]
    stock: tuple[StockRow, ...]


DOCUMENT = TypeAdapter(Document)


def parse(text: str) -> Document:
    """Read the answer of backoffice.products.

    Raises ContractError for the first column that is null or of a wrong type, and for a key that
    stands in two rows of a view.
    """
    try:
        document = DOCUMENT.validate_json(text)
    except ValidationError as error:
        raise _breach(text, error) from error
    _refuse_doubles("product", [row.product_key for row in document.product])
    _refuse_doubles("option", [(row.product_key, row.position) for row in document.option])
    _refuse_doubles("variant", [row.variant_key for row in document.variant])
    _refuse_doubles("image", [(row.product_key, row.image_key) for row in document.image])
    _refuse_doubles("price", [row.variant_key for row in document.price])
    _refuse_doubles("stock", [row.variant_key for row in document.stock])
    return document


def _breach(text: str, error: ValidationError) -> ContractError:
    """The first fault, with its column and the row it is in."""
    fault = error.errors(include_url=False, include_context=False)[0]
    view, index, column = fault["loc"][:3]
    row = orjson.loads(text)[view][index]
    what = "is null" if row[column] is None else f"is {row[column]!r}: {fault['msg']}"
    where = ", ".join(f"{key} {row[key]}" for key in KEYS[str(view)] if key in row)
    return ContractError(f"{SCHEMA}.{view}.{column} {what}, at {where}", hint=HINT)


def _refuse_doubles(view: str, keys: Sequence[Hashable]) -> None:
    if len(set(keys)) == len(keys):
        return
    seen: set[Hashable] = set()
    for key in keys:
        if key in seen:
            raise ContractError(f"{SCHEMA}.{view} has two rows for {key}", hint=HINT)
        seen.add(key)
