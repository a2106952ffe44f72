"""Ways to read results by hand, the fastest that is known among them; knows nothing of syncd.

Runs in the peers' virtual environment. All are told the same shapes, and take from a line all
fields that syncd needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from types import GenericAlias
from typing import Any

import msgspec
import orjson
from pydantic import BaseModel, Field

PARTS = 32
PARENT = b'"__parentId":"'


def struct(type_name: str, /, **fields: Any) -> Any:
    """A type of msgspec's in which each field may be missing."""
    given = [(key, type_ | None, None) for key, type_ in fields.items()]
    return msgspec.defstruct(type_name, given, gc=False, rename={"parent": "__parentId"}.get)


def many(type_: Any) -> Any:
    return GenericAlias(list, (type_,))


Option = struct("Option", name=str, value=str)
Item = struct("Item", id=str, tracked=bool)
Image = struct("Image", id=str, url=str, value=str)
Line = struct(
    "Line",
    **dict.fromkeys(
        "id title vendor status descriptionHtml updatedAt sku barcode price compareAtPrice"
        " inventoryPolicy alt parent".split(),
        str,
    ),
    inventoryQuantity=int,
    position=int,
    options=many(Option),
    selectedOptions=many(Option),
    metafield=Image,
    featuredMedia=Image,
    image=Image,
    inventoryItem=Item,
    on_1=bool,
)
Made = struct("Made", id=str, selectedOptions=many(Option), inventoryItem=Item)
Nodes = struct("Nodes", nodes=many(Made))
Product = struct("Product", id=str, variants=Nodes)
Fault = struct("Fault", field=list[str], message=str, code=str)
Payload = struct("Payload", product=Product, userErrors=many(Fault))
Answer = struct("Answer", productSet=Payload)
Frame: Any = msgspec.defstruct(
    "Frame",
    [("data", Answer | None, None), ("number", int, 0), ("errors", list[Any] | None, None)],
    gc=False,
    rename={"number": "__lineNumber"}.get,
)


def msgspec_rows(path: Path, _folder: Path) -> int:
    """Typed."""
    decode, found = msgspec.json.Decoder(Frame).decode, 0
    with path.open("rb") as file:
        for line in file:
            payload = decode(line).data.productSet
            errors = payload.userErrors
            found += len(errors) if errors else len(payload.product.variants.nodes)
    return found


def orjson_rows(path: Path, _folder: Path) -> int:
    """As dictionaries."""
    found = 0
    with path.open("rb") as file:
        for line in file:
            payload = orjson.loads(line)["data"]["productSet"]
            errors = payload["userErrors"]
            found += len(errors) if errors else len(payload["product"]["variants"]["nodes"])
    return found


class Model(BaseModel):
    data: dict[str, Any]
    number: int = Field(alias="__lineNumber")


def pydantic_rows(path: Path, _folder: Path) -> int:
    """json, then a model."""
    found = 0
    with path.open("rb") as file:
        for line in file:
            payload = Model.model_validate(json.loads(line)).data["productSet"]
            errors = payload["userErrors"]
            found += len(errors) if errors else len(payload["product"]["variants"]["nodes"])
    return found


def msgspec_joined(path: Path, folder: Path) -> int:
    """Dealt out by the parent's id as bytes; which product a variant is of stays in memory."""
    _deal(path, folder)
    decode = msgspec.json.Decoder(Line).decode
    found = 0
    for at in range(PARTS):
        with (folder / f"{at}").open("rb") as file:
            lines = [decode(line) for line in file]
        below: dict[str, list[Any]] = {}
        for line in lines:
            if line.parent is not None:
                below.setdefault(line.parent, []).append(line)
        for line in lines:
            if line.parent is None:
                children = below.get(line.id, [])
                found += 1 + len(children) + sum(len(below.get(one.id, ())) for one in children)
    return found


def _deal(path: Path, folder: Path) -> None:
    files = [(folder / f"{at}").open("wb", 65_536) for at in range(PARTS)]
    products: dict[bytes, bytes] = {}
    late: list[tuple[bytes, bytes]] = []
    with path.open("rb") as file:
        for line in file:
            at = line.rfind(PARENT)
            if at < 0:
                key = line[7 : line.index(b'"', 7)]
            else:
                key = line[at + len(PARENT) : -3]
                if b"ProductVariant" in key:
                    late.append((key, line))
                    continue
                if line.startswith(b'{"id":"gid:\\/\\/shopify\\/ProductVariant'):
                    products[line[7 : line.index(b'"', 7)]] = key
            files[hash(key) % PARTS].write(line)
    for key, line in late:
        files[hash(products[key]) % PARTS].write(line)
    for one in files:
        one.close()


def _in_memory(lines: Iterable[bytes], loads: Callable[[bytes], Any]) -> int:
    every = [loads(line) for line in lines]
    below: dict[str, list[Any]] = {}
    for one in every:
        below.setdefault(one.get("__parentId"), []).append(one)
    found = 0
    for root in below[None]:  # type: ignore[index]
        children = below.get(root["id"], [])
        found += 1 + len(children) + sum(len(below.get(one["id"], ())) for one in children)
    return found


def orjson_joined(path: Path, _folder: Path) -> int:
    """A dictionary of all."""
    with path.open("rb") as file:
        return _in_memory(file, orjson.loads)


def pydantic_joined(path: Path, _folder: Path) -> int:
    """json, a dictionary of all."""
    with path.open("rb") as file:
        return _in_memory(file, json.loads)
