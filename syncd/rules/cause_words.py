"""What each cause of a dead change is in plain words; the error itself says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from syncd.phrases import joined, phrase
from syncd.rules import refusals

BETWEEN = " · "


def headline(cause: str) -> str:
    """What stands over the changes that died of it; several codes of Shopify are several parts."""
    parts = [found for one in cause.split("+") if (found := _part(one))]
    if not parts:
        return phrase("Shopify does not take these ({cause})", cause=cause)
    return parts[0] if len(parts) == 1 else joined(parts, BETWEEN)


def _part(cause: str) -> str | None:
    if found := ours().get(cause):
        return found
    words = refusals.WORDS.get(cause.upper())  # counts have Shopify's codes in small letters
    return words.meaning if words else None


@cache
def ours() -> Mapping[str, str]:
    """The causes that are syncd's own, each in plain words."""
    return {**_of_products(), **_of_counts(), **_of_orders()}


def _of_products() -> Mapping[str, str]:
    return {
        "another_product": phrase("Another article stands where the product should be"),
        "failed_too_often": phrase("It failed too often"),
        "identity_taken": phrase("A product's identity stands at another product in Shopify"),
        "left_by_link": phrase("Nobody has said whether the shop has these products already"),
        "no_name": phrase("The product has no name"),
        "no_price": phrase("A variant has no price"),
        "no_variants": phrase("The product has no variants"),
        "option_without_name": phrase("An option has no name"),
        "options_alike": phrase("Two options have the same name"),
        "options_unfit": phrase("The options do not fit those in Shopify"),
        "other": phrase("Something else is wrong"),
        "other_currency": phrase("A price is in another currency than the shop's"),
        "price_unfit": phrase("Shopify cannot hold a price like this"),
        "refused": phrase("Shopify refuses what was sent"),
        "sku_in_shop": phrase("The shop sells this SKU already"),
        "text_too_long": phrase("A text is too long for Shopify"),
        "too_many_options": phrase("The product has too many options"),
        "too_many_variants": phrase("The product has too many variants"),
        "took_us_down": phrase("syncd gave up after many attempts that were cut off"),
        "value_missing": phrase("A variant lacks the value of an option"),
        "variants_alike": phrase("Two variants have the same option values"),
        "variants_without_option": phrase("Several variants, but no option that tells them apart"),
    }


def _of_counts() -> Mapping[str, str]:
    return {
        "count_beyond_bounds": phrase("A count is larger than Shopify holds"),
        "first_count": phrase("Warehouse and shop have different counts: which one is right?"),
        "not_stocked": phrase("The location in Shopify does not stock the article any more"),
        "refused_by_backoffice": phrase("The Backoffice does not take a count from the shop"),
        "stock_to_zero": phrase("Many counts would go to nothing at once"),
    }


def _of_orders() -> Mapping[str, str]:
    return {
        "fulfilment_refused": phrase("Shopify refuses that the order was delivered"),
        "line_unknown": phrase("A delivered line is not in the order"),
        "lines_malformed": phrase("The delivered lines cannot be read"),
        "more_than_ordered": phrase("More was delivered than was ordered"),
        "no_fulfilment_orders": phrase("Nothing of the order can be delivered in Shopify"),
        "order_cancelled": phrase("The order was cancelled in Shopify"),
        "order_gone": phrase("The order is not in Shopify any more"),
        "order_unknown": phrase("Nobody knows which order in Shopify it is"),
        "other_location": phrase("The order is to be delivered from another location"),
        "too_many_parts": phrase("The delivery has too many parts"),
    }
