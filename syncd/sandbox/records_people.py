"""What a shop holds of people: its customers with their addresses."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.sandbox.records import Metafield


@dataclass(frozen=True, slots=True)
class Address:
    """`country` and `province` are codes; their names are found when they are shown."""

    id: int
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    zip: str | None = None
    phone: str | None = None
    model: str = "CustomerAddress"
    """Whose it is, as gids tell it: CustomerAddress, or Address of an order."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer said to marketing, by mail or by SMS."""

    state: str = "NOT_SUBSCRIBED"
    level: str = "SINGLE_OPT_IN"
    updated_at: str | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    created_at: str
    updated_at: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str = "en"
    note: str | None = None
    state: str = "DISABLED"
    tax_exempt: bool = False
    tax_exemptions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    multipass_identifier: str | None = None
    email_consent: Consent = Consent()
    sms_consent: Consent = Consent()
    addresses: tuple[Address, ...] = ()
    default_address_id: int | None = None
    metafields: tuple[Metafield, ...] = ()
    order_ids: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    @property
    def display_name(self) -> str:
        """The name; without one how the customer can be reached."""
        return self.name or self.email or spaced(self.phone or "")

    @property
    def default_address(self) -> Address | None:
        wanted = self.default_address_id
        return next((one for one in self.addresses if one.id == wanted), None)


def spaced(phone: str) -> str:
    """`+1 415-810-3301`; how Shopify spaces the numbers of other countries is not known."""
    if len(phone) == 12 and phone.startswith("+1"):
        return f"+1 {phone[2:5]}-{phone[5:8]}-{phone[8:]}"
    return phone
