"""What a person means by the name of a thing that they typed or pasted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.rules import domain, text

Sort = Literal["product", "variant", "item", "handle", "word", "key"]

LONGEST = 255  # of a SKU, a title, a handle in Shopify
GID = re.compile(r"gid://shopify/(\w+)/(\d+)(?:\?.*)?")
SORTS: dict[str, Sort] = {
    "Product": "product",
    "ProductVariant": "variant",
    "InventoryItem": "item",
}
TYPES = {sort: type_ for type_, sort in SORTS.items()}
ADMIN = re.compile(r"/products/(\d+)(?:/variants/(\d+))?/?")
PUBLIC = re.compile(r"/products/([^/]+)/?")
SPACE = re.compile(r"[\s\u00a0\u200b]+")
DIGITS = re.compile(r"\d{1,20}")


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: `value` is a GID, a handle, a word that may be SKU, barcode, key, title, or
    a key for sure.

    `shop` is the domain of an address of one shop's admin, empty where none was given.
    """

    sort: Sort
    value: str
    shop: str = ""

    @property
    def folded(self) -> str:
        """What SKUs are compared by when they are not written exactly so."""
        return fold(self.value)

    @property
    def gids(self) -> tuple[str, ...]:
        """The GIDs that it may stand for: a bare number is one of Shopify's too, perhaps."""
        if self.sort in TYPES:
            return (self.value,)
        if self.sort == "word" and DIGITS.fullmatch(self.value):
            return tuple(f"gid://shopify/{type_}/{self.value}" for type_ in SORTS)
        return ()


def fold(sku: str) -> str:
    """Without the white space anywhere in it, whatever its case."""
    return SPACE.sub("", text.fold(sku))


def recognised(typed: str) -> Named:
    """What was typed, by its form alone. Raises ConfigError for what can be no product."""
    readable = typed.encode("utf-8", "replace").decode()  # a terminal may give half a letter
    given = text.line(readable).strip("\u00a0\u200b\"'“”«» ")
    if not given:
        raise ConfigError(
            phrase("nothing was named"),
            hint=phrase("give a SKU, a barcode, a Shopify id or address, or the product's key"),
        )
    if len(given) > LONGEST and "://" not in given:
        raise ConfigError(
            phrase("that is too long for a SKU: {shown}", shown=text.shortened(given, 40)),
            hint=phrase("give a SKU, a barcode, a Shopify id or address, or the product's key"),
        )
    if given.lower().startswith("gid:"):
        return _gid(given)
    return _address(given) or Named("word", given)


def _gid(given: str) -> Named:
    match = GID.fullmatch(given)
    sort = SORTS.get(match[1]) if match else None
    if match is None or sort is None:
        raise ConfigError(
            phrase("{given} is no product, variant or inventory item", given=given),
            hint=phrase("a product's id looks like gid://shopify/Product/1"),
        )
    return Named(sort, f"gid://shopify/{match[1]}/{match[2]}")


def _address(given: str) -> Named | None:
    """A product's page in the shop's admin, or in the shop itself; None for what is no address."""
    if "://" not in given and ("/products/" not in given or " " in given):
        return None
    try:
        parts = urlsplit(given if "://" in given else f"//{given}")
        host = parts.hostname or ""
    except ValueError:
        return None
    shop = _shop(given, host)
    is_admin = host == domain.ADMIN or parts.path.startswith("/admin/")
    if is_admin and (match := ADMIN.search(parts.path)):
        number, variant = match.groups()
        gid = f"ProductVariant/{variant}" if variant else f"Product/{number}"
        return Named("variant" if variant else "product", f"gid://shopify/{gid}", shop)
    if not is_admin and (found := PUBLIC.search(parts.path)):
        chosen = parse_qs(parts.query).get("variant", [""])[0]
        if DIGITS.fullmatch(chosen):
            return Named("variant", f"gid://shopify/ProductVariant/{chosen}", shop)
        return Named("handle", unquote(found[1]).lower(), shop)
    raise ConfigError(
        phrase("{given} is no product's address", given=text.shortened(given, 80)),
        hint=phrase("open the product in Shopify's admin and copy the address from there"),
    )


def _shop(given: str, host: str) -> str:
    """The shop of an address, where it tells: a shop's own domain may be any."""
    if host == domain.ADMIN or host.endswith(domain.SUFFIX):
        try:
            return domain.normal(given)
        except ConfigError:
            return ""
    return ""
