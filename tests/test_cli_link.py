"""The first link by the command line: start, look, decide in a spreadsheet, approve."""

from __future__ import annotations

import csv
import json
import os
import urllib.request
from pathlib import Path

import pytest

from syncd.postgres.embedded import Server
from tests.test_cli import DOMAIN, Shell, connected, filled, shell, shop_url

__all__ = ["connected", "filled", "shell", "shop_url"]  # fixtures
ADDED = ("--token", "shpat_right", "--department", "nett", "--warehouse", "hoved", "--no-stock")
SET = """mutation ($input: ProductSetInput!) {
  productSet(synchronous: true, input: $input) { userErrors { message } } }"""
ALL = "{ products(first: 9) { nodes { title metafields(first: 5) { nodes { value } } } } }"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    return embedded


def call(url: str, query: str, variables: object = None) -> dict[str, object]:
    """What a merchant does in the shop."""
    request = urllib.request.Request(
        f"{url}/admin/api/2026-10/graphql.json",
        json.dumps({"query": query, "variables": variables or {}}).encode(),
        {"Content-Type": "application/json", "X-Shopify-Access-Token": "shpat_right"},
    )
    with urllib.request.urlopen(request) as response:
        answer: dict[str, object] = json.load(response)["data"]
    return answer


def put(url: str, title: str, sku: str) -> None:
    option, value = {"name": "Title", "values": [{"name": "Default Title"}]}, "Default Title"
    row = {
        "optionValues": [{"optionName": "Title", "name": value}],
        "price": "499.00",
        "inventoryItem": {"sku": sku},
    }
    made = {"title": title, "productOptions": [option], "variants": [row]}
    call(url, SET, {"input": made})


def test_a_shop_is_linked_step_by_step(filled: Shell, shop_url: str, tmp_path: Path) -> None:
    put(shop_url, "Vår jakke", "j-1")
    put(shop_url, "Lue en", "L-1")
    put(shop_url, "Lue to", "L-1")
    assert filled.run("shop", "add", DOMAIN, *ADDED) == 0, filled.output
    assert filled.run("link", "report") == os.EX_CONFIG
    assert "begin with `syncd link start`" in filled.output
    assert filled.run("link", "start") == 0, filled.output
    assert "Same SKUs, spelled otherwise" in filled.output
    assert "syncd link approve" in filled.output

    assert filled.run("link", "report", "--csv", "link.csv") == 0, filled.output
    with (tmp_path / "link.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    (lue,) = (row for row in rows if row["product"] == "Lue")
    number = lue["choices"].partition(" ")[0]
    lue["decision"] = f"link {number}"
    with (tmp_path / "edited.csv").open("w", encoding="cp1252", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), delimiter=";")
        table.writeheader()
        table.writerows(rows)
    assert filled.run("link", "decide", "edited.csv") == 0, filled.output

    assert filled.run("link", "approve") == 0, filled.output
    assert "2 linked" in filled.output
    products = call(shop_url, ALL)["products"]
    assert isinstance(products, dict)
    carried = {
        one["title"]: [field["value"] for field in one["metafields"]["nodes"]]
        for one in products["nodes"]
    }
    assert len(carried) == 3
    assert sorted(carried.values()) == [[], ["1"], ["2"]]
