"""What a link has to say, in words for the shop's owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.errors import RowError
from syncd.phrases import Phrase, phrase
from syncd.rules.likeness import Couple
from syncd.rules.matching import Bucket, Match
from syncd.rules.spelling import Folding

FOLDED: Mapping[Folding, Phrase] = {
    "spaces": phrase("spaces"),
    "apostrophe": phrase("an apostrophe"),
    "case": phrase("capital letters"),
    "zeros": phrase("leading zeros"),
}
BUCKETS: Mapping[Bucket, Phrase] = {
    "linked": phrase("Linked already, but for one thing"),
    "exact": phrase("Same SKUs"),
    "folded": phrase("Same SKUs, spelled otherwise"),
    "renamed": phrase("Some SKUs differ"),
    "options": phrase("Same SKUs, other options"),
    "ambiguous": phrase("A SKU stands more than once"),
    "no_sku": phrase("No common SKU, but the same barcode or name"),
    "split": phrase("One here, several in Shopify"),
    "merged": phrase("Several here, one in Shopify"),
    "only_here": phrase("Only in the Backoffice"),
    "only_there": phrase("Only in Shopify"),
}


def reason(match: Match) -> Phrase:
    """What was found of a row, in one sentence."""
    found = match.choices[0].couple if match.choices else None
    match match.bucket:
        case "linked":
            return phrase("our link, or our id on the product in Shopify, is missing")
        case "exact" | "folded" | "renamed" | "options" if found is not None:
            return _alike(match.bucket, found, is_sure=match.proposal == "link")
        case "only_here":
            return phrase("no product in Shopify has its numbers: it is made there")
        case "only_there":
            return phrase("no product of the Backoffice has its numbers: it stays as it is")
    if match.here is None:
        return phrase("it could be a product of the Backoffice in the same group of rows")
    return _unclear(match.bucket, len(match.choices))


def _alike(bucket: Bucket, found: Couple, *, is_sure: bool) -> Phrase:
    count, by_sku = len(found.pairs), sum(pair.by == "sku" for pair in found.pairs)
    if found.is_crossed:
        return phrase("the SKUs are the same, but stand at each other's options")
    if not is_sure:
        return phrase("only {count} variants have a SKU in common", count=by_sku)
    match bucket:
        case "options":
            return phrase("{count} variants have the same SKU, but other options", count=by_sku)
        case "renamed":
            return phrase(
                "{count} of {all} variants have the same SKU, the others the same options",
                count=by_sku,
                all=count,
            )
        case "folded":
            return phrase(
                "{count} variants have the same SKU but for {what}",
                count=by_sku,
                what=_joined([FOLDED[one] for one in found.folded]),
            )
    return phrase("{count} variants have the same SKU", count=by_sku)


def _unclear(bucket: Bucket, choices: int) -> Phrase:
    match bucket:
        case "no_sku":
            return phrase("barcode or name are the same as of {count} in Shopify", count=choices)
        case "split":
            return phrase("its variants stand in {count} products in Shopify", count=choices)
        case "merged":
            return phrase("its variants stand in one product in Shopify together with others")
    return phrase("a SKU of it stands more than once: {count} could be meant", count=choices)


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words)


def left_out(key: str, title: str) -> RowError:
    """No product is made in the shop for what a link left, unless a person says so."""
    return RowError(
        phrase(
            "product {key} ({title}): the link with what is in Shopify left it out, and nobody has"
            " said yet whether it is there",
            key=key,
            title=title,
        ),
        hint=phrase(
            "begin a link anew with `syncd link start`, and decide what is to become of it"
        ),
        cause="left_by_link",
    )
