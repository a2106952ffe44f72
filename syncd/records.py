"""What travels through the house: plain, frozen records without behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Prices = tuple[str, str | None]  # a price with its compare-at price: both travel together
Lane = Literal["stock", "orders", "price", "product", "resync"]  # most urgent first


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a product, known by its address plus `version` (a hash or a time, if any)."""

    key: str
    address: str
    alt: str = ""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing on the shelf. `option_values` stand in the order of the product's `option_names`.

    `price` is what the customer pays now in the shop's department, in `currency` with
    `vat_percent` in it, or None when that department has no price for it; `compare_at_price` the
    list price during an offer. `quantity` is the count in the shop's warehouse, or None when no
    warehouse is chosen. `is_blocked`: it must not be sold."""

    key: str
    option_values: tuple[str, ...]
    sku: str | None = None
    barcode: str | None = None
    price: Decimal | None = None
    compare_at_price: Decimal | None = None
    is_tracked: bool = True
    image_key: str | None = None
    quantity: int | None = None
    is_blocked: bool = False
    currency: str | None = None
    vat_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the Backoffice has it now; variants and images in shelf order.

    Without options it has no `option_names` and one variant with no `option_values`."""

    key: str
    title: str
    vendor: str
    is_active: bool
    option_names: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    images: tuple[Image, ...] = ()
    description_html: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A claimed row of syncd.change; `token` is the claim's, `deliveries` counts this claim too.

    `changed` is what was touched, in order of name; empty means unknown. `is_repeated`: an earlier
    claim did not end in an ack, so Shopify may hold more than the link says. `tried` are prices by
    variant key that writes since the last ack carried, `tried_pictures` addresses.
    """

    change_id: int
    key: str
    generation: int
    token: int
    events: int
    first_event_at: datetime
    deliveries: int
    failures: int
    changed: tuple[str, ...] = ()
    lane: Lane = "product"
    is_repeated: bool = False
    tried: Mapping[str, Sequence[Prices]] = field(default_factory=dict)
    tried_pictures: frozenset[str] = frozenset()

    @property
    def attempt(self) -> int:
        """Counted from 1; only attempts for which the row is to blame count."""
        return self.failures + 1


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's settings as the flows need them; `currency`, `taxes_included` are as it says."""

    shop_id: int
    domain: str
    account_id: str
    state: Literal["unlinked", "linked"]
    enabled: bool
    sync_products: bool
    sync_stock: bool
    sync_description: bool
    price_department: str
    stock_warehouse: str | None
    location: str | None
    publish_to: tuple[str, ...]
    inactive_as: Literal["draft", "archived", "unlisted"]
    currency: str
    taxes_included: bool = True
    image_mode: Literal["overwrite", "append", "if_empty"] = "append"
    price_only_when_changed: bool = True
    unknown_variants: Literal["keep", "remove"] = "keep"
    blocked_as: Literal["stopped", "removed"] = "stopped"
    creates_paused_until: datetime | None = None
    runs_by: Literal["planned", "calls", "bulk"] = "planned"
    stock_direction: Literal["from_shopify", "to_shopify", "two_way"] = "from_shopify"
    first_counts: Literal["backoffice", "shopify"] | None = None
    sync_customers: bool = False
    sync_orders: bool = False
    fulfil_orders: bool = False
    notify_customer: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in canonical form; `ref` tells it from others: the address with its version."""

    address: str
    version: str | None
    alt: str

    @property
    def ref(self) -> str:
        return f"{self.address}#{self.version}" if self.version else self.address


@dataclass(frozen=True, slots=True)
class VariantForm:
    """A variant in canonical form: text as it travels, money as "499.00", `picture` a ref.

    An empty sku or barcode means cleared, as do a compare-at price or a picture of None.
    `stopped`: not for sale, by the policy DENY with nothing available.
    """

    key: str
    values: tuple[str, ...]
    sku: str
    barcode: str
    price: str
    compare_at_price: str | None
    tracked: bool
    picture: str | None
    stopped: bool = False

    @property
    def prices(self) -> Prices:
        return self.price, self.compare_at_price


@dataclass(frozen=True, slots=True)
class Form:
    """The canonical form of a product: every field that is ours, as Shopify would hold it.

    Optional fields are three-valued: set, cleared (empty), or None, which leaves them to the
    merchant: `description_html`, and `pictures` with the variants' pictures. `options` is never
    empty: a product without options has the option Title with the value Default Title."""

    title: str
    vendor: str
    status: Literal["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]
    description_html: str | None
    options: tuple[str, ...]
    variants: tuple[VariantForm, ...]
    pictures: tuple[Picture, ...] | None


@dataclass(frozen=True, slots=True)
class VariantIds:
    """Shopify's ids of one variant."""

    variant: str
    inventory_item: str


@dataclass(frozen=True, slots=True)
class Link:
    """Backoffice key ↔ Shopify GID, with the form Shopify last accepted from us.

    `variants` is by variant key, `files` by picture ref; `published_at` None: not yet published.
    `is_gone`: the product was deleted in Shopify."""

    key: str
    gid: str
    known: Form
    digest: str
    variants: Mapping[str, VariantIds]
    files: Mapping[str, str]
    published_at: datetime | None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class ObservedVariant:
    """A variant as Shopify shows it; `values` by option name, in Shopify's option order."""

    ids: VariantIds
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ObservedFields:
    """The fields of a variant that are ours, as Shopify shows them; `file` is its picture's GID.

    `available` is the sum over all locations, `policy` DENY or CONTINUE."""

    sku: str
    barcode: str
    price: str
    compare_at_price: str | None
    tracked: bool
    file: str | None
    policy: str = "DENY"
    available: int = 0


@dataclass(frozen=True, slots=True)
class ObservedFile:
    """A picture of a product; `name` is its file's name, empty while Shopify is fetching it."""

    gid: str
    alt: str
    state: Literal["pending", "ready", "failed"] = "ready"
    name: str = ""


@dataclass(frozen=True, slots=True)
class ObservedProduct:
    """What a read of one product showed; `fields` by GID, `files` in Shopify's order."""

    gid: str
    title: str
    vendor: str
    status: Literal["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]
    description_html: str
    options: tuple[str, ...]
    variants: tuple[ObservedVariant, ...]
    fields: Mapping[str, ObservedFields]
    files: tuple[ObservedFile, ...]
