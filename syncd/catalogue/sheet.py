"""A product file's bytes as rows of text, by the meaning of their column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncd.errors import ConfigError

HINT = "export it anew: Shopify admin, Products, Export, CSV"
SEPARATORS = (",", ";", "\t", "|")
BINARY = {  # how other kinds of files begin
    b"PK\x03\x04": "is an Excel workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook",
    b"%PDF": "is a PDF",
    b"\x1f\x8b": "is compressed",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
}
SPELLINGS = {  # of a column's name, letters and digits only: exports before and after 2025
    "handle": ("handle", "urlhandle"),
    "title": ("title",),
    "body": ("bodyhtml", "body", "description"),
    "vendor": ("vendor",),
    "published": ("published", "publishedononlinestore"),
    "status": ("status",),
    "option1_name": ("option1name",),
    "option1_value": ("option1value",),
    "option2_name": ("option2name",),
    "option2_value": ("option2value",),
    "option3_name": ("option3name",),
    "option3_value": ("option3value",),
    "sku": ("variantsku", "sku"),
    "barcode": ("variantbarcode", "barcode"),
    "price": ("variantprice", "price"),
    "compare_at_price": ("variantcompareatprice", "compareatprice"),
    "tracker": ("variantinventorytracker", "inventorytracker"),
    "quantity": ("variantinventoryqty", "inventoryquantity", "variantinventoryquantity"),
    "image": ("imagesrc", "productimageurl"),
    "image_position": ("imageposition",),
    "image_alt": ("imagealttext",),
    "variant_image": ("variantimage", "variantimageurl"),
    "gift_card": ("giftcard",),
}
MEANING = {spelling: field for field, spellings in SPELLINGS.items() for spelling in spellings}


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet counts: the header is 1; `surplus`: cells beyond the header."""

    number: int
    cells: Mapping[str, str]
    surplus: tuple[str, ...] = ()

    def __getitem__(self, field: str) -> str:
        """The cell without outer white space; empty when the file has no such column."""
        return self.cells.get(field, "").strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that are not blank; `ignored` names columns with content that mean nothing to us."""

    fields: frozenset[str]
    rows: tuple[Row, ...]
    ignored: tuple[str, ...]
    encoding: str


def read(content: bytes, *, name: str) -> Sheet:
    """Take a file apart; raises ConfigError, with `name`, when it is no product file."""
    text, encoding = decode(content, name=name)
    refuse_other_kinds(text, name=name)
    records = _records(text, name=name)
    number, header = next(records, (0, []))
    while number and (not any(header) or (len(header) < 3 and header[0].startswith("sep="))):
        number, header = next(records, (0, []))
    fields = _fields(header, name=name)
    rows, with_content = [], set()
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        with_content |= {place for place, cell in enumerate(cells) if cell.strip()}
        known = {field: cells[place] for field, place in fields.items() if place < len(cells)}
        surplus = tuple(cell for cell in cells[len(header) :] if cell.strip())
        rows.append(Row(number, known, surplus))
    used = set(fields.values())
    ignored = [
        title or f"(column {place + 1})"
        for place, title in enumerate(header)
        if place in with_content - used
    ]
    return Sheet(frozenset(fields), tuple(rows), tuple(ignored), encoding)


def decode(content: bytes, *, name: str) -> tuple[str, str]:
    """The text with the encoding it was in: a byte order mark decides, then whether it is UTF-8.

    Anything else is taken for Windows' western European. Raises ConfigError for binary files.
    """
    for start, what in BINARY.items():
        if content.startswith(start):
            raise ConfigError(f"{name} {what}, not a CSV file", hint=HINT)
    for encoding in (_marked(content), "utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding
    raise ConfigError(f"{name} is a binary file, not a CSV file", hint=HINT)


def refuse_other_kinds(text: str, *, name: str) -> None:
    """Raises ConfigError for text that is plainly something else than a table."""
    start = text.lstrip()[:1]
    what = {"": "is empty", "{": "is JSON", "[": "is JSON", "<": "is a web page or XML"}.get(start)
    if what:
        raise ConfigError(f"{name} {what}, not a CSV file", hint=HINT)


def _marked(content: bytes) -> str:
    """The encoding that the first bytes tell of, UTF-8 if none does."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:200]
    if head and head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head and head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    return "utf-8"


def _records(text: str, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record; raises ConfigError where the quotes do not close."""
    if len(text) > csv.field_size_limit():
        csv.field_size_limit(len(text))  # a description may be longer than csv's cautious default
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise ConfigError(
            f"{name} is no sound CSV file after row {number} (line {reader.line_num}): {error}",
            hint="look for a quotation mark that is not doubled or not closed there",
        ) from error


def _separator(text: str) -> str:
    """The one that splits the beginning into the most columns we know."""
    head = text[:8000]

    def known(separator: str) -> int:
        cells = re.split(f"[{re.escape(separator)}\r\n]", head)
        return sum(_plain(cell) in MEANING for cell in cells)

    return max(SEPARATORS, key=known)


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _fields(header: list[str], *, name: str) -> dict[str, int]:
    """Where each field stands; the first of two equal columns counts, the other is ignored."""
    fields: dict[str, int] = {}
    for place, title in enumerate(header):
        field = MEANING.get(_plain(title))
        if field is not None:
            fields.setdefault(field, place)
    missing = [title for title in ("Handle", "Title") if title.lower() not in fields]
    if missing:
        shown = ", ".join(title.strip()[:30] for title in header[:6] if title.strip()) or "nothing"
        raise ConfigError(
            f"{name} is no Shopify product export: no column {' or '.join(missing)} among {shown}",
            hint=HINT,
        )
    return fields
