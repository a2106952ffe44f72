"""The variants of one product, from its rows in a Shopify export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from syncd.catalogue import cells
from syncd.catalogue.entries import DEPARTMENTS, WAREHOUSES, PriceEntry, VariantEntry
from syncd.catalogue.findings import Findings
from syncd.catalogue.sheet import Row

MAX_LENGTH = 255  # of an option's name and value, a SKU, a barcode
NO_OPTION = "Title"  # what Shopify calls the option of a product without options
NO_VALUE = "Default Title"
MARKS = ("price", "sku", "barcode", "option1_value", "option2_value", "option3_value")


def is_variant(row: Row) -> bool:
    """Whether the row tells of a variant; others carry a picture only."""
    return any(row[field] for field in MARKS)


def options(rows: Sequence[Row]) -> dict[int, str]:
    """Names of the options by their number 1 to 3; none for a product without options."""
    names: dict[int, str] = {}
    for number in (1, 2, 3):
        name = next(filter(None, (cells.line(row[f"option{number}_name"]) for row in rows)), "")
        if name:
            names[number] = name
    is_plain = list(names.values()) == [NO_OPTION] and all(
        _value(row, next(iter(names))) in (NO_VALUE, "") for row in rows
    )
    return {} if is_plain else names


def read(
    rows: Sequence[Row], options: Mapping[int, str], findings: Findings, *, has_tracker: bool
) -> tuple[VariantEntry, ...]:
    """The variants that can be loaded, in the order of the file."""
    found: dict[tuple[str, ...], VariantEntry] = {}
    for row in filter(is_variant, rows):
        values = tuple(_value(row, number) for number in options)
        price = cells.price(row["price"])
        reason = _flaw(row, options, price)
        if values in found:
            reason = reason or f"it has the same options as row {found[values].row}"
        if price is None or reason:
            findings.problem(row, f"variant not loaded: {reason}")
            continue
        found[values] = _variant(row, values, price, findings, has_tracker=has_tracker)
    return tuple(found.values())


def _value(row: Row, number: int) -> str:
    return cells.line(row[f"option{number}_value"])


def _flaw(row: Row, options: Mapping[int, str], price: Decimal | None) -> str:
    """Why this variant cannot be loaded; empty when it can."""
    if price is None:
        return f"cannot read the price {row['price']!r}" if row["price"] else "it has no price"
    for number in (1, 2, 3):
        value = _value(row, number)
        if number in options and not value:
            return f"it has no {options[number]}"
        if number not in options and value not in ("", NO_VALUE):
            return f"its option {number} is {value!r}, but that option has no name"
        if len(value) > MAX_LENGTH:
            return f"its {options[number]} is longer than {MAX_LENGTH} characters"
    if max(len(row["sku"]), len(row["barcode"])) > MAX_LENGTH:
        return f"its SKU or barcode is longer than {MAX_LENGTH} characters"
    return ""


def _variant(
    row: Row, values: tuple[str, ...], price: Decimal, findings: Findings, *, has_tracker: bool
) -> VariantEntry:
    sku = cells.code(row["sku"])
    if not sku:
        findings.note(row, "the variant has no SKU")
    if not price:
        findings.note(row, "the price is 0")
    return VariantEntry(
        row=row.number,
        option_values=values,
        prices=_prices(row, price, findings),
        sku=sku or None,
        barcodes=_barcodes(row, findings),
        is_tracked=_is_tracked(row, findings) if has_tracker else True,
        image_address=_image(row, findings),
        counts=_counts(row, findings),
    )


def _prices(row: Row, price: Decimal, findings: Findings) -> tuple[PriceEntry, ...]:
    """A price to compare at is the list price, the other one then an offer; in each department."""
    text = row["compare_at_price"]
    before = cells.price(text)
    if before is not None and before > price:
        return tuple(PriceEntry(place.key, before, price) for place in DEPARTMENTS)
    if text and before is None:
        findings.problem(row, f"compare-at price not loaded: cannot read {text!r}")
    elif before:
        findings.problem(row, f"compare-at price {text} not loaded: it is not above the price")
    return tuple(PriceEntry(place.key, price) for place in DEPARTMENTS)


def _barcodes(row: Row, findings: Findings) -> tuple[str, ...]:
    barcode = cells.code(row["barcode"])
    if cells.is_mangled(barcode):
        findings.problem(row, f"barcode {barcode} not loaded: a spreadsheet has cut off its digits")
        return ()
    return (barcode,) if barcode else ()


def _is_tracked(row: Row, findings: Findings) -> bool:
    tracker = row["tracker"]
    if tracker.lower() not in ("", "shopify"):
        findings.note(row, f"stock is tracked by {tracker!r}; the Backoffice tracks it from now on")
    return bool(tracker)


def _image(row: Row, findings: Findings) -> str | None:
    address = row["variant_image"]
    if address and not cells.is_address(address):
        findings.problem(row, f"variant picture not loaded: {address[:80]!r} is no web address")
        return None
    return address or None


def _counts(row: Row, findings: Findings) -> tuple[tuple[str, int], ...]:
    text = row["quantity"]
    quantity = cells.count(text)
    if text and quantity is None:
        findings.problem(row, f"stock count not loaded: cannot read {text!r}")
    return () if quantity is None else ((WAREHOUSES[0].key, quantity),)
