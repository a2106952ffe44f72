"""A merchant who put a catalogue into a shop by hand, each product in his own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from syncd.catalogue import shopify_csv
from syncd.catalogue.entries import Catalogue, ProductEntry, VariantEntry
from syncd.rules.likeness import Entry, Item

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "catalog"
WAYS = (
    "same", "case", "spaces", "zeros", "apostrophe", "renamed", "copied", "split", "bare", "merged",
    "merged too", "nameless", "options", "gone", "own", "same",
)  # fmt: skip
Expected = dict[tuple[str, str], str]  # bucket by side ("here", "there") and name


@dataclass(frozen=True, slots=True)
class Row:
    values: tuple[str, ...]
    sku: str
    barcode: str
    price: str


@dataclass(frozen=True, slots=True)
class Made:
    """A product as the merchant made it; its title is unique in the shop."""

    title: str
    options: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def entry(self) -> Entry:
        items = tuple(
            Item(f"{self.title}/{at}", row.sku, row.barcode, row.values)
            for at, row in enumerate(self.rows)
        )
        return Entry(self.title, self.title.partition(" #")[0], self.options, items)

    @property
    def input(self) -> dict[str, Any]:
        """For productSet."""
        return {
            "title": self.title,
            "productOptions": [
                {"name": name, "values": [{"name": one} for one in _column(self.rows, at)]}
                for at, name in enumerate(self.options)
            ],
            "variants": [
                {
                    "optionValues": [
                        {"optionName": name, "name": value}
                        for name, value in zip(self.options, row.values, strict=True)
                    ],
                    "price": row.price,
                    "barcode": row.barcode,
                    "inventoryItem": {"sku": row.sku},
                }
                for row in self.rows
            ],
        }


def _column(rows: Iterable[Row], at: int) -> list[str]:
    return [*dict.fromkeys(row.values[at] for row in rows)]


@dataclass(slots=True)
class Shelves:
    """What came of it: the merchant's products, and what must be said of both sides."""

    made: list[Made] = field(default_factory=list)
    expected: Expected = field(default_factory=dict)

    def put(self, made: Made, bucket: str, *, here: str = "") -> None:
        self.made.append(made)
        self.expected["there", made.title] = bucket
        if here:
            self.expected["here", here] = bucket


def catalogue() -> list[ProductEntry]:
    """The products of both exports whose titles, SKUs and barcodes are their own.

    Skips the test where the exports are not.
    """
    found: list[ProductEntry] = []
    for name in ("apparel.csv", "fashion.csv"):
        path = FOLDER / name
        if not path.is_file():
            pytest.skip(f"{path} is not there")
        found += shopify_csv.read(path.read_bytes(), name=name).catalogue.products
    skus = Counter((one.sku or "").lower() for product in found for one in product.variants)
    codes = Counter(code for product in found for one in product.variants for code in one.barcodes)
    titles = Counter(product.title.lower() for product in found)
    return [
        product
        for product in found
        if titles[product.title.lower()] == 1
        and all(one.sku and skus[one.sku.lower()] == 1 for one in product.variants)
        and all(codes[code] == 1 for one in product.variants for code in one.barcodes)
    ]


def loaded(products: Sequence[ProductEntry]) -> Catalogue:
    """Without pictures, whose addresses are old, and with each handle once."""
    return Catalogue("Fjord", tuple(replace(one, images=()) for one in products))


def entry(product: ProductEntry) -> Entry:
    """As the Backoffice has it; its name is the title."""
    items = tuple(
        Item(one.sku, one.sku, (*one.barcodes, "")[0], one.option_values or ("Default Title",))
        for one in product.variants
        if one.sku
    )
    return Entry(product.title, product.title, product.option_names or ("Title",), items)


def put(products: Sequence[ProductEntry]) -> Shelves:
    """Each product in the way that its place says, as far as it can be done to it."""
    shelves = Shelves()
    waiting: list[tuple[ProductEntry, Made]] = []
    for at, product in enumerate(products):
        way = WAYS[at % len(WAYS)]
        made = _copy(product)
        if way.startswith("merged"):
            waiting.append((product, made))
            if way == "merged too":
                _merge(shelves, waiting)
                waiting = []
            continue
        _put(shelves, way, product, made)
    for product, made in waiting:
        shelves.put(made, "exact", here=product.title)
    return shelves


def _copy(product: ProductEntry) -> Made:
    rows = tuple(
        Row(one.values, one.sku, one.barcode, _price(variant))
        for one, variant in zip(entry(product).items, product.variants, strict=True)
    )
    return Made(product.title, product.option_names or ("Title",), rows)


def _price(variant: VariantEntry) -> str:
    (price,) = (one for one in variant.prices if one.department == "nett")
    return str(price.list_price if price.offer_price is None else price.offer_price)


def _spelled(made: Made, spell: Any) -> Made:
    return replace(made, rows=tuple(replace(row, sku=spell(row.sku)) for row in made.rows))


def _put(shelves: Shelves, way: str, product: ProductEntry, made: Made) -> None:
    title, rows = product.title, made.rows
    match way:
        case "case" if any(row.sku.swapcase() != row.sku for row in rows):
            shelves.put(_spelled(made, str.swapcase), "folded", here=title)
        case "case" | "spaces":
            shelves.put(_spelled(made, lambda sku: f"{sku[0]} {sku[1:]}"), "folded", here=title)
        case "zeros" if all(row.sku[0].isdigit() for row in rows):
            shelves.put(_spelled(made, lambda sku: f"000{sku}"), "folded", here=title)
        case "zeros" | "apostrophe":
            shelves.put(_spelled(made, lambda sku: f"'{sku}"), "folded", here=title)
        case "renamed" if len(rows) >= 3:
            first = replace(rows[0], sku=f"NY-{rows[0].sku}")
            shelves.put(replace(made, rows=(first, *rows[1:])), "renamed", here=title)
        case "copied":
            shelves.put(made, "ambiguous", here=title)
            shelves.put(replace(made, title=f"{title} #kopi"), "ambiguous")
        case "split" if len(rows) >= 2:
            shelves.put(replace(made, rows=rows[:1]), "split", here=title)
            shelves.put(replace(made, title=f"{title} #2", rows=rows[1:]), "split")
        case "bare" if all(row.barcode for row in rows):
            bare = tuple(replace(row, sku="") for row in rows)
            shelves.put(replace(made, rows=bare), "no_sku", here=title)
        case "bare" | "nameless":
            bare = tuple(replace(row, sku="", barcode="") for row in rows)
            shelves.put(replace(made, rows=bare), "no_sku", here=title)
        case "options" if product.option_names:
            names = (f"{made.options[0]} (valg)", *made.options[1:])
            shelves.put(replace(made, options=names), "options", here=title)
        case "gone":
            shelves.expected["here", title] = "only_here"
        case "own":
            own = tuple(replace(row, sku=f"EGEN-{row.sku}", barcode="") for row in rows)
            shelves.put(replace(made, title=f"{title} #egen", rows=own), "only_there")
            shelves.expected["here", title] = "only_here"
        case _:
            shelves.put(made, "exact", here=title)


def _merge(shelves: Shelves, parts: Sequence[tuple[ProductEntry, Made]]) -> None:
    rows = tuple(
        replace(row, values=(f"{made.title} {' '.join(row.values)}",))
        for _, made in parts
        for row in made.rows
    )
    title = f"{parts[0][0].title} #sett"
    shelves.put(Made(title, ("Modell",), rows), "merged")
    for product, _ in parts:
        shelves.expected["here", product.title] = "merged"
