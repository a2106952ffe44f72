"""What a shop holds. Frozen: a write builds new records, put in the shop when all is well.

Ids are the numbers of the gids. Money is text with two decimals, times are text in UTC as GraphQL
shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.addresses import Address


@dataclass(frozen=True, slots=True)
class Location:
    id: int
    name: str
    level_number: int
    """The first number in the gids of its inventory levels: one a location, not its own id."""
    created_at: str
    updated_at: str = ""
    deactivated_at: str | None = None
    fulfills_online_orders: bool = True
    ships_inventory: bool = True
    address: Address = field(default_factory=Address)
    is_primary: bool = False
    """Without any that is, the first one."""

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None


@dataclass(frozen=True, slots=True)
class Publication:
    id: int
    name: str
    catalog_id: int
    auto_publish: bool = False


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
    access: tuple[tuple[str, str], ...] = ()
    """Where others than the defaults: (admin, storefront or customerAccount, right)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of the shop that is an image. `source` is its address as it was sent.

    What is not settled has `due_at`, a time with fractions, when `happenings.media` looks at it.
    """

    id: int
    source: str
    filename: str
    url: str
    alt: str | None
    created_at: str
    updated_at: str
    status: str = "READY"
    due_at: str | None = None
    width: int = 1_000
    height: int = 1_000


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A file of the shop that is no image. `kind` is its type in GraphQL: GenericFile, Video …"""

    id: int
    kind: str
    source: str
    filename: str
    url: str
    alt: str | None
    created_at: str
    updated_at: str
    status: str = "READY"
    due_at: str | None = None


File = Picture | OtherFile


@dataclass(frozen=True, slots=True)
class ProductWork:
    """What is done with a product after the answer; `kind` is its type in GraphQL.

    `arguments` are those of the call. `made_id` is the product that came of it.
    """

    id: int
    kind: str
    status: str
    due_at: str | None
    arguments: dict[str, Any]
    product_id: int | None = None
    made_id: int | None = None
    errors: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The stock of one inventory item at one location, by what it is kept for.

    An inactive one keeps its quantities. `dates` tell when a quantity last changed by itself.
    """

    location_id: int
    available: int
    updated_at: str
    id: int = 0
    """Seen in cursors only; gids have the location's `level_number`."""
    committed: int = 0
    reserved: int = 0
    damaged: int = 0
    safety_stock: int = 0
    quality_control: int = 0
    incoming: int = 0
    is_active: bool = True
    created_at: str = ""
    dates: tuple[tuple[str, str], ...] = ()

    @property
    def on_hand(self) -> int:
        """What lies there; incoming does not yet."""
        kept = self.committed + self.reserved + self.damaged
        return self.available + kept + self.safety_stock + self.quality_control


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

    @property
    def available(self) -> int:
        """At all locations where it is active."""
        return sum(level.available for level in self.levels if level.is_active)


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
    requires_components: bool = False
    show_unit_price: bool = False
    unit_price: dict[str, Any] | None = None
    """A UnitPriceMeasurementInput."""
    hidden_on: tuple[int, ...] = ()
    """Publications that do not show it, though they show its product."""
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
    combined_listing_role: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    media_ids: tuple[int, ...] = ()
    metafields: tuple[Metafield, ...] = ()
    published: tuple[Published, ...] = ()


Owner = Product | Variant
"""Who may have metafields."""
