"""Ways to make the lines of a bulk mutation by hand, the fastest that is known among them.

Runs in the peers' virtual environment; knows nothing of syncd. All of them read the reference
Backoffice's tables and write the same lines. None checks anything, maps anything that is not as
Shopify wants it already, or says afterwards whether a product has changed.
"""

from __future__ import annotations

import asyncio  # noqa: TID251 -- a peer, which knows no anyio
import gc
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import orjson
from pydantic import BaseModel

from bench.lines_sql import ARRAYS, ROWS

LOCATION = "gid://shopify/Location/1"
BATCH, AHEAD, PREFETCH = 1000, 1000, 50
COLUMNS = (
    "values1", "values2", "skus", "barcodes", "prices", "compare_at_prices", "tracked", "images",
    "image_alts", "quantities",
)  # fmt: skip
IDENTITY = {"namespace": "syncd", "key": "backoffice_id"}


def dictionary(row: Any) -> dict[str, Any]:
    """The line of a product whose variants are arrays."""
    key, names = str(row["product_id"]), row["names"]
    values = list(zip(row["values1"], row["values2"], strict=True))
    return {
        "identifier": {"customId": {**IDENTITY, "value": key}},
        "input": {
            "title": row["title"],
            "status": "ACTIVE" if row["is_active"] else "DRAFT",
            "vendor": row["vendor"],
            "descriptionHtml": row["description_html"],
            "metafields": [{**IDENTITY, "type": "id", "value": key}],
            "files": [
                {"originalSource": address, "alt": alt, "contentType": "IMAGE"}
                for address, alt in zip(row["addresses"], row["alts"], strict=True)
            ],
            "productOptions": [
                {
                    "name": name,
                    "values": [{"name": one} for one in dict.fromkeys(each[at] for each in values)],
                }
                for at, name in enumerate(names)
            ],
            "variants": [
                {
                    "optionValues": [
                        {"optionName": names[0], "name": value1},
                        {"optionName": names[1], "name": value2},
                    ],
                    "sku": sku,
                    "barcode": barcode,
                    "price": price,
                    "compareAtPrice": before,
                    "inventoryItem": {"tracked": tracked},
                    "file": {"originalSource": image, "alt": alt, "contentType": "IMAGE"},
                    **(
                        {
                            "inventoryQuantities": [
                                {"locationId": LOCATION, "name": "available", "quantity": count}
                            ]
                        }
                        if tracked
                        else {}
                    ),
                }
                for value1, value2, sku, barcode, price, before, tracked, image, alt, count in zip(
                    *(row[name] for name in COLUMNS), strict=True
                )
            ],
        },
    }


async def orjson_arrays(url: str, path: Path) -> int:
    """(b) of perf.md: a batch, then its dictionaries."""
    gc.disable()
    connection, count, last = await asyncpg.connect(url), 0, 0
    with path.open("wb") as file:
        while rows := await connection.fetch(ARRAYS, last, BATCH):
            file.writelines(orjson.dumps(dictionary(row)) + b"\n" for row in rows)
            count, last = count + len(rows), rows[-1]["product_id"]
    await connection.close()
    return count


def record(type_name: str, /, *fields: Any, **options: Any) -> Any:
    return msgspec.defstruct(type_name, fields, gc=False, **options)


Value = record("Value", ("optionName", str), ("name", str))
Named = record("Named", ("name", str))
File = record("File", ("originalSource", str), ("alt", str), ("contentType", str, "IMAGE"))
Count = record(
    "Count", ("quantity", int), ("locationId", str, LOCATION), ("name", str, "available")
)
Item = record("Item", ("tracked", bool))
Variant = record(
    "Variant",
    ("optionValues", list[Any]),
    ("sku", str | None),
    ("barcode", str),
    ("price", str),
    ("compareAtPrice", str | None),
    ("inventoryItem", Item),
    ("file", File),
    ("inventoryQuantities", Any, None),
    omit_defaults=True,
)
Option = record("Option", ("name", str), ("values", list[Any]))
Metafield = record(
    "Metafield",
    ("value", str),
    *((name, str, text) for name, text in IDENTITY.items()),
    ("type", str, "id"),
)
CustomId = record(
    "CustomId", ("value", str), *((name, str, text) for name, text in IDENTITY.items())
)
Identifier = record("Identifier", ("customId", CustomId))
Input = record(
    "Input",
    ("title", str),
    ("status", str),
    ("vendor", str),
    ("descriptionHtml", str),
    ("metafields", list[Any]),
    ("files", list[Any]),
    ("productOptions", list[Any]),
    ("variants", list[Any]),
)
Line = record("Line", ("identifier", Identifier), ("input", Input))


def struct(row: Any) -> Any:
    """The same line as typed records."""
    (key, title, vendor, html, is_active, names, addresses, alts, _, values1, values2, skus,
     barcodes, tracked, images, image_alts, quantities, prices, compare_at) = row  # fmt: skip
    first, second = names
    variants = [
        Variant(
            [Value(first, one), Value(second, two)],
            sku,
            barcode,
            price,
            before,
            Item(counted),
            File(image, alt),
            [Count(quantity)] if counted else None,
        )
        for one, two, sku, barcode, price, before, counted, image, alt, quantity in zip(
            values1, values2, skus, barcodes, prices, compare_at, tracked, images, image_alts,
            quantities, strict=True,
        )
    ]  # fmt: skip
    return Line(
        Identifier(CustomId(str(key))),
        Input(
            title,
            "ACTIVE" if is_active else "DRAFT",
            vendor,
            html,
            [Metafield(str(key))],
            [File(address, alt) for address, alt in zip(addresses, alts, strict=True)],
            [
                Option(first, [Named(one) for one in dict.fromkeys(values1)]),
                Option(second, [Named(one) for one in dict.fromkeys(values2)]),
            ],
            variants,
        ),
    )


async def msgspec_ahead(url: str, path: Path) -> int:
    """(c2) of perf.md, the fastest: the next batch is fetched while this one is encoded."""
    gc.disable()
    connection, count = await asyncpg.connect(url), 0
    encode = msgspec.json.Encoder().encode_lines
    fetched = asyncio.create_task(connection.fetch(ARRAYS, 0, AHEAD))
    with path.open("wb") as file:
        while rows := await fetched:
            fetched = asyncio.create_task(connection.fetch(ARRAYS, rows[-1]["product_id"], AHEAD))
            await asyncio.sleep(0)  # it is on its way
            file.write(encode([struct(row) for row in rows]))
            count += len(rows)
    await connection.close()
    return count


class RowModel(BaseModel):
    product_id: int
    title: str
    vendor: str
    description_html: str
    is_active: bool
    names: list[str]
    addresses: list[str]
    alts: list[str]
    key: str
    value1: str
    value2: str
    sku: str | None
    barcode: str
    is_tracked: bool
    image: str
    image_alt: str
    quantity: int
    price: str
    compare_at_price: str | None


class Body(BaseModel):
    identifier: dict[str, Any]
    input: dict[str, Any]


async def _models(connection: Any) -> AsyncIterator[RowModel]:
    async with connection.transaction():
        async for row in connection.cursor(ROWS, prefetch=PREFETCH):
            yield RowModel.model_validate(dict(row))


async def pydantic_rows(url: str, path: Path) -> int:
    """(a) of perf.md, the slow one: a row a variant, a model each, a model for the line."""
    connection, count = await asyncpg.connect(url), 0
    with path.open("wb") as file:
        held: list[RowModel] = []
        async for one in _models(connection):
            if held and one.product_id != held[0].product_id:
                file.write(_line(held))
                held, count = [], count + 1
            held.append(one)
        if held:
            file.write(_line(held))
            count += 1
    await connection.close()
    return count


def _line(rows: Sequence[RowModel]) -> bytes:
    first = rows[0]
    arrays = {
        "values1": [one.value1 for one in rows],
        "values2": [one.value2 for one in rows],
        "skus": [one.sku for one in rows],
        "barcodes": [one.barcode for one in rows],
        "prices": [one.price for one in rows],
        "compare_at_prices": [one.compare_at_price for one in rows],
        "tracked": [one.is_tracked for one in rows],
        "images": [one.image for one in rows],
        "image_alts": [one.image_alt for one in rows],
        "quantities": [one.quantity for one in rows],
    }
    line = dictionary({**first.model_dump(), **arrays})
    return Body(**line).model_dump_json().encode() + b"\n"
