"""What a shop holds. Frozen: a write builds new records, put in the shop when all is well.

Ids are the numbers of the gids. Money is text with two decimals, times are text in UTC as GraphQL
shows them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    id: int
    name: str
    level_number: int
    """The first number in the gids of its inventory levels: one a location, not its own id."""
    created_at: str


@dataclass(frozen=True, slots=True)
class Publication:
    id: int
    name: str
    catalog_id: int


@dataclass(frozen=True, slots=True)
class Metafield:
    id: int
    namespace: str
    key: str
    type: str
    value: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A metafield definition. `validations` are (name, value) pairs."""

    id: int
    name: str
    namespace: str
    key: str
    owner_type: str
    type: str
    description: str | None
    validations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of the shop that is an image. `source` is its address as it was sent."""

    id: int
    source: str
    filename: str
    url: str
    alt: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Level:
    """The stock of one inventory item at one location."""

    location_id: int
    available: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class Item:
    """The inventory item behind a variant."""

    id: int
    sku: str | None = None
    tracked: bool = False
    requires_shipping: bool = True
    cost: str | None = None
    country: str | None = None
    province: str | None = None
    harmonized_code: str | None = None
    weight: float = 0
    weight_unit: str = "KILOGRAMS"
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """`values` holds one option value id for each option of the product, in the options' order."""

    id: int
    product_id: int
    item: Item
    values: tuple[int, ...]
    created_at: str
    updated_at: str
    price: str = "0.00"
    compare_at_price: str | None = None
    barcode: str | None = None
    taxable: bool = True
    tax_code: str | None = ""
    inventory_policy: str = "DENY"
    media_id: int | None = None
    metafields: tuple[Metafield, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionValue:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """`values` may hold some that no variant uses."""

    id: int
    name: str
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class Published:
    publication_id: int
    at: str


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    title: str
    handle: str
    vendor: str
    created_at: str
    updated_at: str
    description_html: str = ""
    product_type: str = ""
    status: str = "ACTIVE"
    tags: tuple[str, ...] = ()
    template_suffix: str | None = None
    category: str | None = None
    requires_selling_plan: bool = False
    seo_title: str | None = None
    seo_description: str | None = None
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    media_ids: tuple[int, ...] = ()
    metafields: tuple[Metafield, ...] = ()
    published: tuple[Published, ...] = ()


Owner = Product | Variant
"""Who may have metafields."""
