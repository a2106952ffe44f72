"""Parts of an order, shown in the order's money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from syncd.sandbox import gids
from syncd.sandbox.records_orders import Order, TaxLine
from syncd.sandbox.resolvers.fields import Info, Resolver, short
from syncd.sandbox.sales import totals

Part = TypeVar("Part")

KINDS = {
    "Line": "LineItem",
    "Transaction": "OrderTransaction",
    "RefundLine": "RefundLineItem",
    "ReturnLine": "ReturnLineItem",
    "Portion": "FulfillmentOrderLineItem",
    "Shipped": "FulfillmentLineItem",
}
"""Record -> type, where the names differ."""


@dataclass(frozen=True, slots=True)
class Of(Generic[Part]):
    """A part with the order it is of."""

    order: Order
    part: Part

    @property
    def id(self) -> int:
        return int(getattr(self.part, "id", 0))

    @property
    def kind(self) -> str:
        """The schema's name for it."""
        name = type(self.part).__name__
        return KINDS.get(name, name)


def bag(order: Order, amount: Decimal | str) -> dict[str, Any]:
    """A MoneyBag of an amount in the order's own currency."""
    number = Decimal(amount)
    seen = totals.shown_to_customer(order, number)
    return {
        "shopMoney": {"amount": short(totals.text(number)), "currencyCode": order.currency},
        "presentmentMoney": {
            "amount": short(totals.text(seen)),
            "currencyCode": order.presentment_currency,
        },
    }


def of(name: str) -> Resolver:
    """What the part holds under that name."""
    return lambda one, _info, **_: getattr(one.part, name)


def part_gid(kind: str) -> Resolver:
    return lambda one, _info: gids.gid(kind, one.part.id)


def money(amount: Callable[[Any], Decimal]) -> dict[str, Resolver]:
    """The three ways of showing an amount: bag, MoneyV2, text."""
    return {
        "Set": lambda one, _info, **_: bag(one.order, amount(one.part)),
        "V2": lambda one, _info, **_: bag(one.order, amount(one.part))["shopMoney"],
        "": lambda one, _info, **_: totals.text(amount(one.part)),
    }


def single(texts: Iterable[str]) -> str | None:
    return next(iter(texts), None)


# ---------------------------------------------------------------------------------------- taxes


def tax_lines_of(order: Order, taxes: Sequence[TaxLine]) -> list[Of[TaxLine]]:
    return [Of(order, one) for one in taxes]


def own_tax_lines(one: Of[Any], _info: Info, first: int | None = None) -> list[Of[TaxLine]]:
    return tax_lines_of(one.order, one.part.tax_lines)[:first]


def named(prefix: str, shown: dict[str, Resolver], *ways: str) -> dict[str, Resolver]:
    return {f"{prefix}{way}": shown[way] for way in ways}
