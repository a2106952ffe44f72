"""The fields of a product as people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from syncd.phrases import Phrase, phrase
from syncd.rules.clock_words import listed

OF_VARIANT = re.compile(
    r"variant (.+): (values|sku|barcode|price|compare-at price|tracked|sale|picture)"
)
PICTURE = re.compile(r"picture (\d+)")
FOREIGN = re.compile(r"variant made in Shopify: (.*)", re.DOTALL)


def field(name: str, skus: Mapping[str, str]) -> str:
    """A name of `fields.lines`, or of a difference, in words; `skus` are by variant key."""
    if match := OF_VARIANT.fullmatch(name):
        key, part = match.groups()
        word = _words().get(part, part)
        if len(skus) == 1 and key in skus:
            return word
        return phrase("{field} of {sku}", field=word, sku=skus.get(key) or key)
    if match := PICTURE.fullmatch(name):
        return phrase("picture {number}", number=match[1])
    if match := FOREIGN.fullmatch(name):
        return phrase("the variant {values}, made in Shopify", values=match[1])
    return _words().get(name, name)


def fields(names: Sequence[str], skus: Mapping[str, str], most: int = 3) -> str:
    """Several of them, the same word once."""
    return listed(list(dict.fromkeys(field(name, skus) for name in names)), most)


def touched(changed: Sequence[str]) -> str:
    """What an event says was touched."""
    known: dict[str, str] = {**_words(), **_touched()}
    return listed([known.get(one, one) for one in changed], 5) or phrase("something")


def made_by(who: str) -> str:
    """Whose doing a difference is, or why it stays."""
    words: dict[str, str] = {
        "backoffice": phrase("the Backoffice: not sent yet"),
        "shopify": phrase("changed in Shopify"),
        "both": phrase("changed on both sides"),
        "unknown": phrase("never sent by us"),
        "kept": phrase("the merchant's: it stays"),
        "reverted": phrase("taken back by a person"),
    }
    return words.get(who, who)


def _words() -> dict[str, Phrase]:
    return {
        "title": phrase("name"),
        "vendor": phrase("store"),
        "status": phrase("status"),
        "description": phrase("description"),
        "options": phrase("options"),
        "values": phrase("option values"),
        "sku": phrase("SKU"),
        "barcode": phrase("barcode"),
        "price": phrase("price"),
        "compare-at price": phrase("compare-at price"),
        "tracked": phrase("whether stock is counted"),
        "sale": phrase("sale"),
        "picture": phrase("picture"),
        "link": phrase("identity in Shopify"),
        "published": phrase("sales channels"),
        "order of variants": phrase("order of variants"),
    }


def _touched() -> dict[str, Phrase]:
    """Those of the outbox that are called otherwise there."""
    return {
        "created": phrase("new"),
        "deleted": phrase("deleted"),
        "quantity": phrase("count"),
        "variants": phrase("variants"),
        "images": phrase("pictures"),
        "stock": phrase("count"),
        "blocked": phrase("sale"),
    }
