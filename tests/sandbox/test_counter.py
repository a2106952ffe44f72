"""`/_sandbox/buy`, `/_sandbox/edit`: what people do without an app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.sandbox.callers import answer, open_shop, product
from tests.sandbox.till import SIZES


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """A caller of a shop with a product in two sizes, ten of each."""
    async with open_shop() as (session, shop):
        place = f"gid://shopify/Location/{next(iter(shop.shop.locations))}"
        stock = [{"locationId": place, "name": "available", "quantity": 10}]
        sizes: Any = SIZES
        variants = [{**one, "inventoryQuantities": stock} for one in sizes["variants"]]
        await product(session, "Ski", **{**sizes, "variants": variants})
        yield session


async def buy(session: ClientSession, **asked: Any) -> tuple[int, Any]:
    status, body, _ = await answer(session, asked, "/_sandbox/buy")
    return status, body


async def edit(session: ClientSession, *edits: dict[str, Any]) -> tuple[int, Any]:
    status, body, _ = await answer(session, list(edits), "/_sandbox/edit")
    return status, body


async def ask(session: ClientSession, query: str) -> Any:
    _, body, _ = await answer(session, {"query": query})
    assert "errors" not in body
    return body["data"]


STOCK = """
{ productVariants(first: 5) { nodes { sku price
  inventoryItem { inventoryLevels(first: 1) { nodes {
    quantities(names: ["available", "committed", "on_hand"]) { quantity } } } } } } }
"""


async def stock(session: ClientSession) -> dict[str, list[int]]:
    """SKU -> available, committed, on hand."""
    found = await ask(session, STOCK)
    return {
        one["sku"]: [
            each["quantity"]
            for each in one["inventoryItem"]["inventoryLevels"]["nodes"][0]["quantities"]
        ]
        for one in found["productVariants"]["nodes"]
    }


async def test_a_purchase_is_an_order_like_any_other(session: ClientSession) -> None:
    lines = [{"sku": "A-S", "quantity": 2}]
    status, body = await buy(session, lines=lines, email="kari@example.com", test=True)
    assert status == 201
    assert body["order"]["name"] == "#1001"
    found = await ask(
        session,
        "{ orders(first: 1) { nodes { id name test sourceName displayFinancialStatus"
        " customer { email } lineItems(first: 1) { nodes { sku taxLines { title rate } } } } } }",
    )
    (order,) = found["orders"]["nodes"]
    assert order == {
        "id": body["order"]["id"],
        "name": "#1001",
        "test": True,
        "sourceName": "web",
        "displayFinancialStatus": "PAID",
        "customer": {"email": "kari@example.com"},
        "lineItems": {"nodes": [{"sku": "A-S", "taxLines": [{"title": "MVA", "rate": 0.25}]}]},
    }
    assert (await stock(session))["A-S"] == [8, 2, 10]


@pytest.mark.parametrize(
    ("asked", "status", "more"),
    [
        pytest.param({"lines": [{"sku": "X"}]}, 404, {"variant": "X"}, id="unknown SKU"),
        pytest.param(
            {"lines": [{"sku": "A-S", "quantity": 11}]},
            409,
            {"sku": "A-S", "available": 10},
            id="out of stock",
        ),
        pytest.param({"lines": []}, 400, {}, id="nothing"),
        pytest.param(
            {"lines": [{"sku": "A-S"}], "location": "Nowhere"},
            404,
            {"location": "Nowhere"},
            id="unknown location",
        ),
        pytest.param(
            {"lines": [{"sku": "A-S"}], "customer": "nobody@example.com"},
            404,
            {"customer": "nobody@example.com"},
            id="unknown customer",
        ),
        pytest.param(
            {"lines": [{"sku": "A-S", "quantity": 0}]},
            400,
            {"line": {"sku": "A-S", "quantity": 0}},
            id="none of it",
        ),
    ],
)
async def test_what_cannot_be_bought(
    session: ClientSession, asked: Any, status: int, more: Any
) -> None:
    found, body = await buy(session, **asked)
    assert found == status
    assert body.pop("error")
    assert body == more
    assert (await stock(session))["A-S"] == [10, 0, 10]
    assert (await ask(session, "{ ordersCount { count } }"))["ordersCount"] == {"count": 0}


async def test_an_unpaid_purchase_is_pending_until_it_is_paid(session: ClientSession) -> None:
    await buy(session, lines=[{"sku": "A-S"}], paid=False)
    await edit(session, {"do": "pay_order", "order": "#1001"})
    query = "{ orders(first: 1) { nodes { displayFinancialStatus } } }"
    found = await ask(session, query)
    assert found["orders"]["nodes"] == [{"displayFinancialStatus": "PAID"}]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([{"do": "fulfil_order"}], [8, 0, 8], id="shipped"),
        pytest.param(
            [{"do": "fulfil_order", "lines": [{"sku": "A-S", "quantity": 1}]}],
            [8, 1, 9],
            id="shipped in part",
        ),
        pytest.param(
            [{"do": "refund_order", "lines": [{"sku": "A-S", "quantity": 1}]}],
            [9, 1, 10],
            id="refunded before it was shipped",
        ),
        pytest.param([{"do": "fulfil_order"}, {"do": "refund_order"}], [10, 0, 10], id="sent back"),
        pytest.param(
            [{"do": "fulfil_order"}, {"do": "refund_order", "restock": False}],
            [8, 0, 8],
            id="sent back broken",
        ),
        pytest.param([{"do": "cancel_order"}], [10, 0, 10], id="cancelled"),
    ],
)
async def test_what_the_merchant_does_to_an_order(
    session: ClientSession, edits: list[dict[str, Any]], expected: list[int]
) -> None:
    await buy(session, lines=[{"sku": "A-S", "quantity": 2}])
    status, _ = await edit(session, *({**one, "order": "#1001"} for one in edits))
    assert status == 200
    await answer(session, {"advance_s": 2}, "/_sandbox/clock")
    assert (await stock(session))["A-S"] == expected


@pytest.mark.parametrize(
    ("edits", "query", "expected"),
    [
        pytest.param(
            [{"do": "change_product", "product": "ski", "set": {"title": "Skate ski"}}],
            "{ products(first: 1) { nodes { title } } }",
            {"products": {"nodes": [{"title": "Skate ski"}]}},
            id="title",
        ),
        pytest.param(
            [{"do": "change_variant", "variant": "A-S", "set": {"price": "5", "sku": "B"}}],
            "{ productVariants(first: 1) { nodes { sku price } } }",
            {"productVariants": {"nodes": [{"sku": "B", "price": "5.00"}]}},
            id="price with SKU",
        ),
        pytest.param(
            [
                {
                    "do": "add_variant",
                    "product": "Ski",
                    "options": {"Size": "XL"},
                    "set": {"sku": "A-XL", "price": "9"},
                }
            ],
            '{ productVariants(first: 1, query: "sku:A-XL") { nodes { title price } } }',
            {"productVariants": {"nodes": [{"title": "XL", "price": "9.00"}]}},
            id="a new variant",
        ),
        pytest.param(
            [{"do": "delete_variant", "variant": "A-S"}],
            "{ productVariantsCount { count } }",
            {"productVariantsCount": {"count": 1}},
            id="a variant less",
        ),
        pytest.param(
            [{"do": "delete_product", "product": "ski"}],
            "{ productsCount { count } }",
            {"productsCount": {"count": 0}},
            id="no product",
        ),
        pytest.param(
            [
                {"do": "add_picture", "product": "ski", "url": "https://example.com/a.jpg"},
                {"do": "add_picture", "product": "ski", "url": "https://example.com/b.jpg"},
                {"do": "remove_picture", "product": "ski", "picture": 1},
            ],
            "{ products(first: 1) { nodes { mediaCount { count } } } }",
            {"products": {"nodes": [{"mediaCount": {"count": 1}}]}},
            id="pictures",
        ),
        pytest.param(
            [
                {"do": "add_customer", "set": {"email": "kari@example.com"}},
                {
                    "do": "change_customer",
                    "customer": "kari@example.com",
                    "set": {"firstName": "Kari"},
                },
            ],
            "{ customers(first: 5) { nodes { displayName } } }",
            {"customers": {"nodes": [{"displayName": "Kari"}]}},
            id="a customer",
        ),
    ],
)
async def test_what_the_merchant_changes(
    session: ClientSession, edits: list[dict[str, Any]], query: str, expected: Any
) -> None:
    status, body = await edit(session, *edits)
    assert (status, body) == (200, {"done": body.get("done")})
    assert await ask(session, query) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"available": 4}, [4, 0, 4], id="so many"),
        pytest.param({"change": -3}, [7, 0, 7], id="so many more or less"),
    ],
)
async def test_stock_is_counted_by_hand(
    session: ClientSession, asked: Any, expected: list[int]
) -> None:
    await edit(session, {"do": "set_stock", "variant": "A-S", "location": "Butikk", **asked})
    assert (await stock(session))["A-S"] == expected


async def test_publishing_and_taking_back(session: ClientSession) -> None:
    query = "{ products(first: 1) { nodes { resourcePublicationsCount { count } } } }"
    counts = []
    for name in ("publish", "unpublish"):
        status, _ = await edit(session, {"do": name, "product": "ski"})
        assert status == 200
        found = await ask(session, query)
        counts.append(found["products"]["nodes"][0]["resourcePublicationsCount"]["count"])
    assert counts == [1, 0]


async def test_edits_are_all_or_none(session: ClientSession) -> None:
    status, body = await edit(
        session,
        {"do": "change_product", "product": "ski", "set": {"title": "Other"}},
        {"do": "delete_variant", "variant": "nothing"},
    )
    assert (status, body["variant"]) == (404, "nothing")
    found = await ask(session, "{ products(first: 1) { nodes { title } } }")
    assert found["products"]["nodes"] == [{"title": "Ski"}]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"do": "fly"}, 400, id="unknown edit"),
        pytest.param({"do": "change_product", "product": "ski"}, 400, id="nothing to set"),
        pytest.param(
            {"do": "change_product", "product": "ski", "set": {"title": ""}},
            422,
            id="what Shopify refuses",
        ),
    ],
)
async def test_what_cannot_be_edited(session: ClientSession, asked: Any, status: int) -> None:
    found, body = await edit(session, asked)
    assert found == status and body["error"]
