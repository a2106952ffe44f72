"""Customers: one, many, how many; found by query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.countries import COUNTRIES
from syncd.sandbox.phones import normal_phone
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.fields import Fields, Info, count, shop_of
from syncd.sandbox.sales import totals
from syncd.sandbox.search import (
    SearchFields,
    choice,
    day,
    exact,
    filtered,
    flag,
    number,
    of_shop,
    reverse,
    time,
    words,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import invalid_id, not_simulated

STATES = ("ENABLED", "DISABLED", "INVITED", "DECLINED")


def customer(_root: None, info: Info, id: str) -> Customer | None:
    return customer_named(shop_of(info), id)


def customer_named(shop: Shop, text: str) -> Customer | None:
    """Raises RESOURCE_NOT_FOUND for what is no customer's id."""
    number_ = gids.number(text, "Customer")
    if number_ is None:
        raise invalid_id(text)
    return shop.held["Customer"].get(number_)


def by_identifier(_root: None, info: Info, identifier: Mapping[str, Any]) -> Customer | None:
    return identified(shop_of(info), identifier)


def identified(shop: Shop, identifier: Mapping[str, Any]) -> Customer | None:
    """The customer that exactly one of id, mail address, phone number means."""
    if identifier.get("id") is not None:
        return customer_named(shop, identifier["id"])
    email = identifier.get("emailAddress") or identifier.get("email")
    phone = identifier.get("phoneNumber") or identifier.get("phone")
    if email is not None:
        return with_email(shop, email)
    if phone is not None:
        return with_phone(shop, normal_phone(phone))
    raise not_simulated("customers' custom ids")


def with_email(shop: Shop, email: str) -> Customer | None:
    wanted = email.strip().lower()
    held = shop.held["Customer"].values()
    return next((one for one in held if (one.email or "").lower() == wanted), None)


def with_phone(shop: Shop, phone: str | None) -> Customer | None:
    held = shop.held["Customer"].values()
    return next((one for one in held if phone and one.phone == phone), None)


# ------------------------------------------------------------------------------------- searches


def place_of(one: Customer) -> str:
    """`country, province, city`, as the sort key LOCATION has it."""
    address = one.default_address
    if address is None:
        return ""
    named = COUNTRIES.get(address.country or "", "")
    return ", ".join(filter(None, (named, address.province, address.city))).lower()


def countries_of(one: Customer) -> tuple[str, ...]:
    codes = [address.country for address in one.addresses if address.country]
    return tuple(name for code in codes for name in (code, COUNTRIES.get(code, "")))


def name_of(one: Customer) -> str:
    """`last, first`, as the sort key NAME has it."""
    return ", ".join(filter(None, (one.last_name, one.first_name))).lower()


def spent(one: Customer, shop: Shop) -> str:
    """In the shop's currency; orders in another one are left out."""
    orders = [shop.held["Order"][id_] for id_ in one.order_ids if id_ in shop.held["Order"]]
    return totals.text(
        totals.summed(
            totals.net(order) for order in orders if order.currency == shop.options.currency
        )
    )


def order_dates(one: Customer, shop: Shop) -> tuple[str, ...]:
    orders = (shop.held["Order"].get(id_) for id_ in one.order_ids)
    return tuple(order.processed_at for order in orders if order)


SEARCHED: SearchFields = {
    "default": words(lambda one: (one.display_name, one.email, one.phone, *countries_of(one))),
    "accepts_marketing": flag(lambda one: one.email_consent.state == "SUBSCRIBED"),
    "country": exact(countries_of),
    "customer_date": time(lambda one: one.created_at),
    "email": words(lambda one: one.email),
    "first_name": words(lambda one: one.first_name),
    "id": number(lambda one: one.id),
    "last_abandoned_order_date": time(lambda _one: None),
    "last_name": words(lambda one: one.last_name),
    "order_date": of_shop(time(order_dates)),
    "orders_count": number(lambda one: len(one.order_ids)),
    "phone": exact(lambda one: one.phone),
    "state": choice(lambda one: one.state, STATES),
    "tag": exact(lambda one: one.tags),
    "tag_not": reverse(exact(lambda one: one.tags)),
    "total_spent": of_shop(number(spent)),
    "updated_at": day(lambda one: one.updated_at),
}


def milliseconds(text: str) -> int:
    """As cursors of orders by time have it."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


SORTS: Mapping[str, Callable[[Any], Key]] = {
    "CREATED_AT": lambda one: (milliseconds(one.created_at), one.id),
    "LOCATION": lambda one: (place_of(one), one.id),
    "NAME": lambda one: (name_of(one), one.id),
    "UPDATED_AT": lambda one: (milliseconds(one.updated_at), one.id),
}


def customers(_root: None, info: Info, **arguments: Any) -> Any:
    key = SORTS.get(arguments.get("sortKey", "ID"), by_id)
    found = filtered(shop_of(info).searchable("Customer"), arguments.get("query"), SEARCHED, info)
    return page(sorted(found, key=key), key, arguments)


# The count knows fewer filters than the list, and ignores the others.
COUNTED: SearchFields = {
    name: SEARCHED[name] for name in ("default", "id", "customer_date", "updated_at")
}


def customers_count(_root: None, info: Info, **arguments: Any) -> Any:
    shop = shop_of(info)
    found = filtered(shop.searchable("Customer"), arguments.get("query"), COUNTED, info)
    return counted(len(found), arguments.get("limit", 10_000))


def counted(number_: int, limit: int | None) -> dict[str, Any]:
    """A count, which goes no further than its limit."""
    if limit is not None and number_ > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return count(number_)


FIELDS: Fields = {
    "QueryRoot": {
        "customer": customer,
        "customers": customers,
        "customersCount": customers_count,
        "customerByIdentifier": by_identifier,
    },
}
