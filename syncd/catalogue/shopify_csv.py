"""Read a Shopify product export into a catalogue, with a word on everything that is not loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from syncd.catalogue import cells, sheet, variants
from syncd.catalogue.entries import Catalogue, ImageEntry, Problem, ProductEntry, VariantEntry
from syncd.catalogue.findings import Findings
from syncd.catalogue.sheet import Row
from syncd.errors import ConfigError

MAX_VARIANTS = 2048  # a product; shopify.dev, productSet, read 2026-11
MAX_TITLE = 500
MAX_HANDLE = 255


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave, in the order of its rows.

    `problems` are things not loaded, `notes` things loaded but odd; `ignored_columns` have content
    that the Backoffice has no place for; `encoding` is the one the file was read in.
    """

    catalogue: Catalogue
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    ignored_columns: tuple[str, ...]
    encoding: str


def content(path: Path) -> bytes:
    """The file's bytes; raises ConfigError, naming it, when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}", hint="check the file's name and its rights"
        ) from error


def read(content: bytes, *, name: str = "the file", retailer: str = "Butikken") -> Reading:
    """Read an export in any of Shopify's spellings, encodings and separators.

    `name` is the file's in errors; `retailer` names the account and the store of products without
    a vendor. Raises ConfigError when the content is no product export at all.
    """
    table = sheet.read(content, name=name)
    findings = Findings()
    products = []
    for rows in _grouped(table.rows, findings).values():
        found = variants.read(
            rows, variants.options(rows), findings, has_tracker="tracker" in table.fields
        )
        if reason := _flaw(rows, found):
            findings.problem(rows[0], f"product not loaded: {reason} ({_rows(rows)})")
        else:
            products.append(_product(rows, found, findings, retailer=retailer))
    _note_shared_skus(products, findings)
    return Reading(
        catalogue=Catalogue(retailer, tuple(products)),
        problems=tuple(sorted(findings.problems, key=lambda problem: problem.row)),
        notes=tuple(sorted(findings.notes, key=lambda note: note.row)),
        ignored_columns=table.ignored,
        encoding=table.encoding,
    )


def _grouped(rows: Sequence[Row], findings: Findings) -> dict[str, list[Row]]:
    """The rows of each handle, in the order in which the handles first appear."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.surplus:
            shown = ", ".join(repr(cell[:40]) for cell in row.surplus[:3])
            findings.problem(row, f"cells beyond the last column not loaded: {shown}")
        if not row["handle"]:
            findings.problem(row, "row not loaded: it has no handle, so it belongs to no product")
        else:
            groups[row["handle"]].append(row)
    return groups


def _flaw(rows: Sequence[Row], found: Sequence[VariantEntry]) -> str:
    """Why a product cannot be loaded; empty when it can."""
    titles = [title for row in rows if (title := cells.without_html(row["title"]))]
    names = list(variants.options(rows).values())
    if not titles:
        return "no row has its title"
    if any(cells.yes(row["gift_card"]) for row in rows):
        return "gift cards are Shopify's own"
    if len(titles[0]) > MAX_TITLE or len(rows[0]["handle"]) > MAX_HANDLE:
        return f"its title is longer than {MAX_TITLE} or its handle than {MAX_HANDLE} characters"
    if len({name.lower() for name in names}) < len(names):
        return f"two of its options have one name: {', '.join(names)}"
    if any(len(name) > variants.MAX_LENGTH for name in names):
        return f"an option's name is longer than {variants.MAX_LENGTH} characters"
    if len(found) > MAX_VARIANTS:
        return f"it has {len(found)} variants, Shopify holds {MAX_VARIANTS}"
    return "" if found else "it has no variant that can be loaded"


def _rows(rows: Sequence[Row]) -> str:
    return f"row {rows[0].number}" if len(rows) == 1 else f"{len(rows)} rows from {rows[0].number}"


def _product(
    rows: Sequence[Row], found: tuple[VariantEntry, ...], findings: Findings, *, retailer: str
) -> ProductEntry:
    head = next(row for row in rows if cells.without_html(row["title"]))
    _note_the_rest(rows, head, findings)
    title = cells.without_html(head["title"])
    if title != cells.line(head["title"]):
        findings.note(head, f"HTML taken out of the title {head['title'][:80]!r}")
    if not head["vendor"]:
        findings.note(head, f"no vendor; it becomes the store {retailer}")
    return ProductEntry(
        row=rows[0].number,
        handle=head["handle"],
        title=title,
        store=cells.line(head["vendor"]) or retailer,
        variants=found,
        option_names=tuple(variants.options(rows).values()),
        images=_images(rows, found, findings),
        description_html=head["body"] or None,
        is_active=_is_active(head, findings),
        is_whole=len(found) == sum(map(variants.is_variant, rows)),
    )


def _note_the_rest(rows: Sequence[Row], head: Row, findings: Findings) -> None:
    """Rows that bring nothing, and a second title: neither is loaded."""
    for row in rows:
        if row is head:
            continue
        if row["title"] and cells.line(row["title"]) != cells.line(head["title"]):
            findings.problem(row, f"title not loaded: row {head.number} has another one already")
        if not variants.is_variant(row) and not row["image"]:
            findings.problem(row, "row not loaded: it has neither a variant nor a picture")


def _is_active(row: Row, findings: Findings) -> bool:
    """By the status, else by whether it is published; a product with neither is for sale."""
    status = row["status"].lower()
    if status:
        if status not in ("active", "draft", "archived"):
            findings.note(row, f"status {status!r} becomes inactive")
        return status == "active"
    if row["published"] and cells.yes(row["published"]) is None:
        findings.note(row, f"published {row['published']!r} is not true or false: inactive")
    return cells.yes(row["published"]) is True or not row["published"]


def _images(
    rows: Sequence[Row], found: Sequence[VariantEntry], findings: Findings
) -> tuple[ImageEntry, ...]:
    """Each address once, by position where the file has one, then by row; variants' own last."""
    images: dict[str, ImageEntry] = {}
    for row in sorted(filter(lambda row: row["image"], rows), key=_position):
        address = row["image"]
        if not cells.is_address(address):
            findings.problem(row, f"picture not loaded: {address[:80]!r} is no web address")
        elif address in images:
            findings.note(row, f"the picture {address} stands in two rows")
        else:
            images[address] = ImageEntry(address, cells.line(row["image_alt"]))
    for variant in found:
        if variant.image_address:
            images.setdefault(variant.image_address, ImageEntry(variant.image_address))
    return tuple(images.values())


def _position(row: Row) -> int:
    return cells.count(row["image_position"]) or row.number


def _note_shared_skus(products: Sequence[ProductEntry], findings: Findings) -> None:
    """SKUs are compared as they are when linking: without regard to case."""
    first: dict[str, int] = {}
    for product in products:
        for variant in product.variants:
            if not variant.sku:
                continue
            row = first.setdefault(variant.sku.casefold(), variant.row)
            if row != variant.row:
                reason = f"SKU {variant.sku} is also that of row {row}"
                findings.notes.append(Problem(variant.row, product.handle, reason))
