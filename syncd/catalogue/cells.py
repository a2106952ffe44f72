"""What the text in a cell of a product file means."""

from __future__ import annotations

import html
import re
from decimal import Decimal

YES = {"true", "yes", "ja", "1", "sann", "x"}
NO = {"false", "no", "nei", "0", "usann"}
HIGHEST_PRICE = Decimal("9999999999.99")  # numeric(12, 2)
HIGHEST_COUNT = 2**31 - 1
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.IGNORECASE)
CURRENCY = re.compile(r"^(?:nok|kr\.?|[$€£])|(?:nok|kr\.?|[$€£])$", re.IGNORECASE)
PLAIN_PRICE = re.compile(r"(\d+)(?:[.,](\d\d?))?")
GROUPED_PRICE = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d\d?)|(\d{1,3}(?:\.\d{3})+),(\d\d?)")


def yes(text: str) -> bool | None:
    """True, false, or None when the word is unknown or there is none."""
    word = text.casefold()
    return True if word in YES else False if word in NO else None


def price(text: str) -> Decimal | None:
    """A price with at most two decimals: 499.00, 499,00, 1 299,-, 1,299.00, kr 1.299,00.

    None when it cannot be told for certain: 1,299 may be a thousand or one.
    """
    bare = re.sub(r"\s", "", text)
    bare = CURRENCY.sub("", bare).removesuffix(",-").removesuffix(".-")
    if match := PLAIN_PRICE.fullmatch(bare):
        whole, cents = match.groups()
    elif match := GROUPED_PRICE.fullmatch(bare):
        whole, cents = (part for part in match.groups() if part is not None)
    else:
        return None
    amount = Decimal(f"{re.sub('[.,]', '', whole)}.{(cents or '0'):0<2}")
    return amount if amount <= HIGHEST_PRICE else None


def count(text: str) -> int | None:
    """A whole number, also as 5.0; None when it is none or too large."""
    match = re.fullmatch(r"([+-]?\d{1,12})(?:[.,]0+)?", text)
    amount = int(match[1]) if match else None
    return amount if amount is not None and abs(amount) <= HIGHEST_COUNT else None


def code(text: str) -> str:
    """A SKU or barcode without what keeps Excel from reading it as a number: '703… or ="703…"."""
    bare = text.strip()
    if match := re.fullmatch(r'="(.*)"', bare):
        bare = match[1]
    return bare.removeprefix("'").strip()


def is_mangled(barcode: str) -> bool:
    """Whether Excel has turned the digits into 7,03552E+12, so that they are lost."""
    return re.fullmatch(r"\d(?:[.,]\d+)?e\+?\d+", barcode, re.IGNORECASE) is not None


def line(text: str) -> str:
    """The text on one line, white space joined."""
    return " ".join(text.split())


def without_html(text: str) -> str:
    """The line with tags taken out and entities such as &amp; resolved."""
    return line(ENTITY.sub(lambda entity: html.unescape(entity[0]), TAG.sub(" ", text)))


def is_address(text: str) -> bool:
    return re.fullmatch(r"https?://[^\s/]\S*", text, re.IGNORECASE) is not None
