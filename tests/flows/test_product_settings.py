"""Setting × what changed here × what the merchant did there → what Shopify then holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from syncd.flows import resync
from syncd.postgres.embedded import Server
from tests.flows import merchant
from tests.flows.conftest import JAKKE, LUE, Scene, settings
from tests.flows.merchant import Deed

TITLE = "update retail.product set title = 'Varm jakke' where product_id = 1"
PRICE = "update retail.price set list_price = 399 where variant_id = 1"
BAK = "update retail.image set alt = 'bak' where position = 2 and product_id = 1"
UNPICTURE = "delete from retail.image where position = 2 and product_id = 1"
TEXT = "update retail.product set description_html = '<p>Ny</p>' where product_id = 1"
INACTIVE = "update retail.product set is_active = false where product_id = 1"
GREATER = "update retail.option_value set value = 'XXL' where value = 'M'"
PICTURE = (
    "insert into retail.image (product_id, position, address) values (1, 1, 'https://x.no/9.jpg')"
)
THEIR_PRICE, THEIR_PICTURE, FIRST = Deed("price"), Deed("picture"), Deed("picture_first")
THEIR_VARIANT, THEIR_TEXT, UNPICTURED = Deed("variant"), Deed("description"), Deed("unpicture")
OURS, THEIRS = ["1.jpg", "2.jpg"], "eget-0.jpg"

Shown = Mapping[str, Any]


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


def prices(product: Shown) -> list[str]:
    return [one["price"] for one in product["variants"]]


def files(product: Shown) -> list[str]:
    return [one["source"].rpartition("/")[2] for one in product["pictures"]]


def words(product: Shown) -> list[str]:
    return [one["alt"] for one in product["pictures"]]


def text(product: Shown) -> str:
    found: str = product["descriptionHtml"]
    return found


def skus(product: Shown) -> list[str]:
    return [one["sku"] for one in product["variants"]]


def status(product: Shown) -> str:
    found: str = product["status"]
    return found


def channels(product: Shown) -> list[str]:
    found: list[str] = product["publishedOn"]
    return found


Case = tuple[dict[str, Any], str | None, Sequence[Deed], bool, Callable[[Shown], object], object]
ONLY, ALWAYS = {"price_only_when_changed": True}, {"price_only_when_changed": False}
APPEND, OVER, EMPTY = ({"image_mode": mode} for mode in ("append", "overwrite", "if_empty"))
KEEP, REMOVE = {"unknown_variants": "keep"}, {"unknown_variants": "remove"}
DESCRIBED, LEFT = {"sync_description": True}, {"sync_description": False}

CASES: dict[str, Case] = {
    # setting, what changed here, what the merchant did, whether it is read, look, what is seen
    "their price survives another edit": (
        ONLY, TITLE, [THEIR_PRICE], False, prices, ["0.50", "499.00"],
    ),
    "their price survives a look": (ONLY, None, [THEIR_PRICE], True, prices, ["0.50", "499.00"]),
    "their price survives a look with another edit": (
        ONLY, TITLE, [THEIR_PRICE], True, prices, ["0.50", "499.00"],
    ),
    "their price ends with ours": (ONLY, PRICE, [THEIR_PRICE], False, prices, ["399.00", "499.00"]),
    "their price ends with ours, looked at": (
        ONLY, PRICE, [THEIR_PRICE], True, prices, ["399.00", "499.00"],
    ),
    "every push writes our price": (
        ALWAYS, TITLE, [THEIR_PRICE], False, prices, ["499.00", "499.00"],
    ),
    "a look writes our price": (ALWAYS, None, [THEIR_PRICE], True, prices, ["499.00", "499.00"]),
    "without a push their price stays": (
        ALWAYS, None, [THEIR_PRICE], False, prices, ["0.50", "499.00"],
    ),
    "appended: theirs stay beside a change": (
        APPEND, BAK, [THEIR_PICTURE], False, files, [*OURS, THEIRS],
    ),
    "appended: our words are new": (APPEND, BAK, [], False, words, ["foran", "bak"]),
    "appended: theirs keep the first place": (
        APPEND, BAK, [FIRST], False, files, [THEIRS, *OURS],
    ),
    "appended: ours go, theirs stay": (
        APPEND, UNPICTURE, [FIRST], False, files, [THEIRS, "1.jpg"],
    ),
    "appended: a look changes nothing": (APPEND, None, [FIRST], True, files, [THEIRS, *OURS]),
    "appended: a look brings ours back": (
        APPEND, None, [UNPICTURED, THEIR_PICTURE], True, files, ["1.jpg", THEIRS, "2.jpg"],
    ),
    "overwritten: theirs go with a change": (OVER, BAK, [FIRST], False, files, OURS),
    "overwritten: theirs stay beside another edit": (
        OVER, TITLE, [THEIR_PICTURE], False, files, [*OURS, THEIRS],
    ),
    "overwritten: a look takes theirs away": (OVER, None, [FIRST], True, files, OURS),
    "if empty: ours are not renewed": (EMPTY, BAK, [], False, words, ["foran", ""]),
    "if empty: ours stay though they left": (EMPTY, UNPICTURE, [], True, files, OURS),
    "if empty: theirs stay": (EMPTY, BAK, [THEIR_PICTURE], True, files, [*OURS, THEIRS]),
    "if empty: one taken away is not brought back": (
        EMPTY, None, [UNPICTURED], True, files, ["2.jpg"],
    ),
    "if empty: all taken away, ours come": (
        EMPTY, None, [UNPICTURED, UNPICTURED], True, files, OURS,
    ),
    "a description that is ours is put right by a look": (
        DESCRIBED, None, [THEIR_TEXT], True, text, "<p>Varm</p>",
    ),
    "a description that is ours is sent": (DESCRIBED, TEXT, [THEIR_TEXT], False, text, "<p>Ny</p>"),
    "a description that is theirs stays": (
        LEFT, TEXT, [THEIR_TEXT], True, text, "<p>Merchant's</p>",
    ),
    "kept: their variant survives": (
        KEEP, GREATER, [THEIR_VARIANT], False, skus, ["J-S", "J-M", "EGEN"],
    ),
    "kept: their variant survives a look": (
        KEEP, None, [THEIR_VARIANT], True, skus, ["J-S", "J-M", "EGEN"],
    ),
    "removed: their variant goes with a look": (
        REMOVE, None, [THEIR_VARIANT], True, skus, ["J-S", "J-M"],
    ),
    "removed: their variant goes when options change": (
        REMOVE, GREATER, [THEIR_VARIANT], False, skus, ["J-S", "J-M"],
    ),
    "removed: their variant is not seen beside a price": (
        REMOVE, PRICE, [THEIR_VARIANT], False, skus, ["J-S", "J-M", "EGEN"],
    ),
    "inactive as a draft": ({"inactive_as": "draft"}, INACTIVE, [], False, status, "DRAFT"),
    "inactive as archived": ({"inactive_as": "archived"}, INACTIVE, [], False, status, "ARCHIVED"),
    "inactive as unlisted": ({"inactive_as": "unlisted"}, INACTIVE, [], False, status, "UNLISTED"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_setting_decides_what_shopify_holds(scene: Scene, case: Case) -> None:
    given, here, there, is_read, look, seen = case
    await settings(scene, **given)
    await scene.load(JAKKE)
    await scene.push()
    gid = scene.product()["id"]
    for deed in there:
        await merchant.do(scene.call, gid, deed)
    if here is not None:
        await scene.pool.execute(here)
    if is_read:
        await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    (product,) = scene.state()
    assert look(product) == seen
    assert await scene.change() is None
    again = await scene.push()
    assert again == []


async def test_a_product_without_pictures_gets_ours_only_while_it_has_none(scene: Scene) -> None:
    await settings(scene, image_mode="if_empty")
    await scene.load(LUE)
    await scene.push()
    await scene.pool.execute(PICTURE)
    await scene.push()
    assert files(scene.product("Lue")) == ["9.jpg"]


async def test_a_product_with_the_merchants_pictures_gets_none_of_ours(scene: Scene) -> None:
    await settings(scene, image_mode="if_empty")
    await scene.load(LUE)
    await scene.push()
    await merchant.do(scene.call, scene.product("Lue")["id"], THEIR_PICTURE)
    await scene.pool.execute(PICTURE)
    assert await scene.push() == ["ProductPictures"]
    assert files(scene.product("Lue")) == [THEIRS]
    await scene.pool.execute("update retail.price set list_price = 1")
    assert await scene.push() == ["ProductVariantsBulkUpdate"], "asked once, not each time"


async def test_another_department_is_another_price(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(
        "insert into retail.department (account_id, department_id, name) values"
        " ('fjord', 'outlet', 'Outlet');"
        " insert into retail.price (variant_id, account_id, department_id, list_price, offer_price)"
        " select variant_id, 'fjord', 'outlet', 300, 250 from retail.variant"
    )
    await settings(scene, price_department="outlet")
    await resync.enqueue_all(scene.pool, scene.shop)
    assert await scene.push() == ["ProductVariantsBulkUpdate"]
    assert prices(scene.product()) == ["250.00", "250.00"]
    assert [one["compareAtPrice"] for one in scene.product()["variants"]] == ["300.00"] * 2


async def test_a_shop_without_vat_in_its_prices_gets_them_without(scene: Scene) -> None:
    await settings(scene, taxes_included=False)
    await scene.load(JAKKE)
    await scene.push()
    assert prices(scene.product()) == ["399.20", "399.20"]


async def test_a_shop_without_sales_channels_gets_products_that_nobody_sees(scene: Scene) -> None:
    await settings(scene, publish_to=[])
    await scene.load(JAKKE)
    await scene.push()
    assert channels(scene.product()) == []


async def test_a_product_that_the_merchant_hid_stays_hidden(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.call(
        "mutation ($id: ID!, $input: [PublicationInput!]!) {"
        " publishableUnpublish(id: $id, input: $input) { userErrors { message } } }",
        {
            "id": scene.product()["id"],
            "input": [{"publicationId": gid} for gid in scene.shop.publish_to],
        },
    )
    await scene.pool.execute(TITLE)
    await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    assert channels(scene.product("Varm jakke")) == []


async def test_a_handle_is_never_changed(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await merchant.do(scene.call, scene.product()["id"], Deed("handle"))
    await scene.pool.execute(TITLE)
    await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    assert scene.product("Varm jakke")["handle"] == "eget-navn-0"
