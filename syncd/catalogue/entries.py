"""A catalogue as plain, frozen records: products that no Backoffice knows yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A department or a warehouse: its key, its name."""

    key: str
    name: str


DEPARTMENTS = (Place("butikk", "Butikk"), Place("nett", "Nettbutikk"))
WAREHOUSES = (Place("hoved", "Hovedlager"), Place("butikk", "Butikklager"))


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """Prices of one variant in one department, VAT included; an offer without ends always holds."""

    department: str
    list_price: Decimal
    offer_price: Decimal | None = None
    offer_from: datetime | None = None
    offer_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class VariantEntry:
    """A variant; `counts` are (warehouse key, pieces), the first of `barcodes` is primary."""

    row: int
    option_values: tuple[str, ...]
    prices: tuple[PriceEntry, ...]
    sku: str | None = None
    barcodes: tuple[str, ...] = ()
    is_tracked: bool = True
    image_address: str | None = None
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ImageEntry:
    address: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product; `handle` finds it again when the file is loaded anew, `row` is where it began.

    A product without options has no `option_names` and one variant without values. `is_whole` is
    false when the file has further variants that could not be read.
    """

    row: int
    handle: str
    title: str
    store: str
    variants: tuple[VariantEntry, ...]
    option_names: tuple[str, ...] = ()
    images: tuple[ImageEntry, ...] = ()
    description_html: str | None = None
    is_active: bool = True
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one retailer sells; stores are the products' own."""

    name: str
    products: tuple[ProductEntry, ...]
    currency: str = "NOK"
    departments: tuple[Place, ...] = DEPARTMENTS
    warehouses: tuple[Place, ...] = WAREHOUSES

    @property
    def variant_count(self) -> int:
        return sum(len(product.variants) for product in self.products)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a row of the file; `row` as a spreadsheet counts, the header is row 1."""

    row: int
    handle: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row} {self.handle or '(no handle)'}: {self.reason}"
