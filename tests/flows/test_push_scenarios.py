"""What the shop holds in the end, after changes that come together, twice, or half."""

from __future__ import annotations

import string
from dataclasses import replace

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.catalogue.entries import ImageEntry, PriceEntry, ProductEntry, VariantEntry
from syncd.errors import RowError
from syncd.postgres import backoffice
from syncd.postgres.db import Connection
from syncd.postgres.embedded import Server
from syncd.records import Form
from syncd.rules import mapping, refusals
from syncd.rules.text import fold, line
from syncd.shopify import identity
from syncd.supervisor import DATABASE_LOST, House, serve
from tests.flows.conftest import ACCOUNT, JAKKE, LUE, Scene, price, variant
from tests.flows.conftest import settings as set_shop
from tests.flows.test_push import Between, lossy

TAGS = (
    "mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) {"
    " userErrors { message } } }"
)
ADD_VARIANT = (
    "mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {"
    " productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { message } } }"
)
EMPTY = Form("Jakke", "Fjell", "ACTIVE", None, ("Title",), (), ())
FOTO = "https://x.no/1.jpg"
WITH_PICTURE = replace(
    JAKKE,
    variants=(
        replace(JAKKE.variants[0], image_address=FOTO),
        replace(JAKKE.variants[1], image_address=FOTO),
    ),
)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def between(scene: Scene) -> Between:
    return Between(scene.running.url)


async def shelf(scene: Scene) -> list[tuple[object, object]]:
    """What stands in another order than a fresh create would give: (wanted, shown) of options'
    values and of variants."""
    keys = await backoffice.product_keys(scene.pool, ACCOUNT)
    products = await backoffice.products(
        scene.pool,
        account_id=ACCOUNT,
        department_key=scene.shop.price_department,
        warehouse_key=scene.shop.stock_warehouse,
        keys=keys,
    )
    held = {one["metafields"]["syncd.backoffice_id"]: one for one in scene.state()}
    found: list[tuple[object, object]] = []
    for key, product in products.items():
        form, shown = mapping.wanted(product, scene.shop), held[key]
        rows = [variant.values for variant in form.variants]
        values = [list(dict.fromkeys(row[at] for row in rows)) for at, _ in enumerate(form.options)]
        found.append((values, [option["values"] for option in shown["options"]]))
        found.append((rows, [tuple(one["optionValues"].values()) for one in shown["variants"]]))
    return [(should, does) for should, does in found if should != does]


async def gids(scene: Scene) -> dict[int, str]:
    """The shop's variant ids by the Backoffice's, through the option values of the one product."""
    rows = await scene.pool.fetch(
        "select variant_key, option1, option2, option3 from syncd_contract.variant"
    )
    (product,) = scene.state()
    shown = {
        tuple(fold(value) for value in one["optionValues"].values()): one["id"]
        for one in product["variants"]
    }
    return {
        int(row["variant_key"]): shown[
            tuple(fold(line(value)) for value in list(row)[1:] if value) or ("default title",)
        ]
        for row in rows
    }


async def equal(scene: Scene) -> None:
    change = await scene.pool.fetchval("select string_agg(last_error, ';') from syncd.change")
    assert change is None
    assert await scene.differences() == []
    assert await shelf(scene) == []


async def due_now(scene: Scene) -> None:
    await scene.pool.execute("update syncd.change set due_at = syncd.clock()")


async def first_then(scene: Scene, *versions: ProductEntry) -> None:
    for version in versions:
        await scene.load(version)
        await scene.push()


def sizes(count: int, amount: str = "499.00") -> ProductEntry:
    made = (variant(*divided(n), sku=f"J-{n}", amount=amount) for n in range(count))
    return replace(JAKKE, option_names=("Bredde", "Lengde"), variants=tuple(made))


def divided(number: int) -> tuple[str, str]:
    """An option may have 250 values at most."""
    return f"{number // 30}", f"{number % 30}"


async def cut_off(scene: Scene, between: Between, document: str) -> None:
    """Push, and be cut off once the shop has carried this document out."""
    between.hold = anyio.Event()
    async with anyio.create_task_group() as group:

        async def cut() -> None:
            await between.arrived.wait()
            group.cancel_scope.cancel()

        group.start_soon(cut)
        await lossy(scene, between, document)
    between.hold.set()
    await due_now(scene)


async def forget_last_variant(scene: Scene) -> None:
    """A merchant deletes it."""
    product = scene.product()
    await scene.call(
        "mutation ($id: ID!, $variants: [ID!]!) {"
        " productVariantsBulkDelete(productId: $id, variantsIds: $variants) {"
        " userErrors { message } } }",
        {"id": product["id"], "variants": [product["variants"][-1]["id"]]},
    )


async def delete_first_file(scene: Scene) -> None:
    """A merchant deletes the file itself: of the product's pictures, and of the shop's files."""
    first = scene.product()["pictures"][0]["id"]
    await scene.call(
        "mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { userErrors { message } } }",
        {"ids": [first]},
    )
    assert len(scene.product()["pictures"]) == 1


# --------------------------------------------------------------------------- changes that are whole


async def test_everything_may_change_at_once(scene: Scene) -> None:
    await scene.load(WITH_PICTURE)
    await scene.push()
    before = scene.variants()
    later = replace(
        WITH_PICTURE,
        title="Ny jakke",
        store="Fjord",
        option_names=("Size",),
        images=(ImageEntry("https://x.no/3.jpg", "ny"), *JAKKE.images),
        variants=(
            variant("XS", sku="J-XS"),
            replace(WITH_PICTURE.variants[1], prices=price("1.00")),
            replace(WITH_PICTURE.variants[0], image_address="https://x.no/3.jpg"),
        ),
    )
    await scene.load(later)
    await scene.push()
    await equal(scene)
    after = scene.variants("Ny jakke")
    assert {sku: after[sku]["id"] for sku in before} == {sku: before[sku]["id"] for sku in before}


async def test_variants_that_change_places_keep_their_ids(scene: Scene) -> None:
    """A cell of the option is renamed: the variants are the same ones, with other values."""
    await scene.load(JAKKE)
    await scene.push()
    before = await gids(scene)
    for old, new in (("S", "-"), ("M", "S"), ("-", "M")):
        await scene.pool.execute(
            "update retail.option_value set value = $2 where value = $1", old, new
        )
    await scene.push()
    assert await gids(scene) == before
    await equal(scene)


async def test_all_variants_may_be_replaced(scene: Scene) -> None:
    await first_then(
        scene, JAKKE, replace(JAKKE, variants=(variant("40", sku="A"), variant("42", sku="B")))
    )
    await equal(scene)


async def test_a_product_gets_an_option_and_loses_it_again(scene: Scene) -> None:
    sized = replace(
        LUE, option_names=("Farge",), variants=(variant("Rød", sku="L-1"), variant("Blå", sku="B"))
    )
    await first_then(scene, LUE, sized)
    await equal(scene)
    await first_then(scene, LUE)
    await equal(scene)


async def test_a_variant_entered_anew_takes_the_place_of_the_old_one(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    before = {sku: one["id"] for sku, one in scene.variants().items()}
    await scene.pool.execute("delete from retail.variant")
    await scene.load(JAKKE)
    await scene.push()
    assert {sku: one["id"] for sku, one in scene.variants().items()} == before
    await equal(scene)


async def test_three_hundred_variants_are_made_and_changed(scene: Scene) -> None:
    await first_then(scene, sizes(300), sizes(300, "1.00"))
    await equal(scene)
    await first_then(scene, sizes(560, "1.00"), sizes(555, "2.00"))
    await equal(scene)


async def test_a_product_may_lose_all_its_pictures(scene: Scene) -> None:
    await first_then(scene, JAKKE, replace(JAKKE, images=()))
    assert scene.product()["pictures"] == []
    await equal(scene)


@pytest.mark.parametrize("inactive_as", ["draft", "archived", "unlisted"])
async def test_a_product_born_inactive_is_for_sale_when_it_is_active(
    scene: Scene, inactive_as: str
) -> None:
    await set_shop(scene, inactive_as=inactive_as)
    await first_then(scene, replace(JAKKE, is_active=False))
    await equal(scene)
    await first_then(scene, JAKKE)
    await equal(scene)
    assert scene.product()["publishedOn"] == ["Online Store"]


async def test_a_variant_without_price_leaves_the_shop_as_it_was_until_it_has_one(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    before = scene.product()
    larger = replace(JAKKE, variants=(*JAKKE.variants, replace(variant("L", sku="L"), prices=())))
    await scene.load(larger)
    await scene.push()
    assert scene.product() == before
    await scene.load(replace(larger, variants=(*JAKKE.variants, variant("L", sku="L"))))
    await scene.push()
    await equal(scene)


async def test_a_new_version_of_a_variants_picture_is_shown_by_the_variant(scene: Scene) -> None:
    await scene.load(WITH_PICTURE)
    await scene.push()
    await scene.pool.execute("update retail.image set version = '2' where address = $1", FOTO)
    await scene.push()
    await equal(scene)
    assert len(scene.product()["pictures"]) == 2
    (shown,) = (one for one in scene.running.shop.products.values())
    assert {one.media_id for one in shown.variants} == {shown.media_ids[0]}


# ------------------------------------------------------------------------- two versions, any at all

ODD = st.text(
    alphabet=st.sampled_from(string.ascii_letters + string.digits + " æØå/&<>\"'%_-–…€ß😀\t"),
    min_size=1,
    max_size=20,
)
TITLES = ODD.filter(line)
NAMES = st.tuples(*(st.sampled_from(names) for names in (
    ("Størrelse", "Size", "Title", "a / b"), ("Farge", "Colour", "FARGE", "æ"), ("Stoff", " 3 ")
)))  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["S", "M", "L", "Rød", "Blå", "Default Title", "S / M", "40"]), ODD.filter(line)
)
ADDRESSES = [f"https://x.no/{name}" for name in ("1.jpg", "2.jpg", "3.jpg?a=1&b=2", "å.png")]
PRICES = st.decimals(min_value=0, max_value=10_000, places=2)


@st.composite
def versions(draw: st.DrawFn) -> tuple[ProductEntry, dict[str, str | None]]:
    """A product, and the versions of its pictures."""
    count = draw(st.integers(0, 3))
    addresses = draw(st.lists(st.sampled_from(ADDRESSES), unique=True, max_size=4))
    menus = [
        draw(st.lists(VALUES, min_size=1, max_size=4, unique_by=lambda v: fold(line(v))))
        for _ in range(count)
    ]
    row = st.tuples(*(st.sampled_from(menu) for menu in menus))
    rows = draw(st.lists(row, unique=True, min_size=1, max_size=12)) if count else [()]
    made = tuple(
        VariantEntry(
            2,
            values,
            (PriceEntry("nett", draw(PRICES), draw(st.none() | PRICES)),),
            sku=draw(st.none() | st.sampled_from(["A", "B", "C-1", " x "])),
            barcodes=draw(st.sampled_from([(), ("7001",), ("7002",)])),
            is_tracked=draw(st.booleans()),
            image_address=draw(st.sampled_from([None, *addresses])),
            counts=(("hoved", 5),),
        )
        for values in rows
    )
    entry = ProductEntry(
        row=2,
        handle="ting",
        title=draw(TITLES),
        store=draw(st.sampled_from(["Fjell", "Fjord & Co"])),
        variants=made,
        option_names=draw(NAMES)[:count],
        images=tuple(ImageEntry(one, draw(st.just("") | ODD)) for one in addresses),
        description_html=draw(st.none() | st.sampled_from(["", "<p>Varm &amp; god</p>", " x "])),
        is_active=draw(st.booleans()),
    )
    return entry, {one: draw(st.sampled_from([None, "1", "2"])) for one in addresses}


async def start_anew(scene: Scene) -> None:
    await scene.pool.execute("delete from retail.product")
    await scene.pool.execute(
        "truncate syncd.outbox, syncd.change, syncd.link, syncd.variant_link, syncd.history,"
        " syncd.file, syncd.held_count, syncd.harm"
    )
    await scene.reset()
    await identity.declare(scene.client)


async def put(scene: Scene, entry: ProductEntry, pictures: dict[str, str | None]) -> None:
    await scene.load(entry)
    for address, version in pictures.items():
        await scene.pool.execute(
            "update retail.image set version = $2 where address = $1"
            " and version is distinct from $2",
            address,
            version,
        )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(first=versions(), second=versions())
async def test_whatever_a_product_was_it_becomes_what_it_is(
    scene: Scene,
    first: tuple[ProductEntry, dict[str, str | None]],
    second: tuple[ProductEntry, dict[str, str | None]],
) -> None:
    await start_anew(scene)
    await put(scene, *first)
    await scene.push()
    await equal(scene)
    before, product = await gids(scene), scene.state()[0]
    await scene.call(TAGS, {"product": {"id": product["id"], "tags": ["salg", "ny"]}})

    await put(scene, *second)
    await scene.push()
    await equal(scene)
    assert await scene.push() == []
    after, (shown,) = await gids(scene), scene.state()
    assert {key: after[key] for key in before.keys() & after.keys()} == {
        key: before[key] for key in before.keys() & after.keys()
    }
    assert (shown["id"], sorted(shown["tags"])) == (product["id"], ["ny", "salg"])
    assert len(shown["pictures"]) == len(second[0].images)


# ------------------------------------------------------------------------- bugs, each to be mended


async def test_a_price_that_was_sent_and_taken_back_is_taken_back_in_the_shop(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = 5")
    await cut_off(scene, between, "ProductVariantsBulkUpdate")
    assert scene.variants()["J-S"]["price"] == "5.00"
    await scene.pool.execute("update retail.price set list_price = 499")
    await scene.push()
    await equal(scene)


async def test_a_price_that_was_taken_back_is_sent_beside_other_news(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = 5")
    await cut_off(scene, between, "ProductVariantsBulkUpdate")
    await scene.pool.execute("update retail.price set list_price = 499")
    await scene.pool.execute("update retail.product set title = 'Ny jakke'")
    await scene.push()
    await equal(scene)


async def test_pictures_that_were_sent_and_taken_back_are_taken_back_in_the_shop(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.load(replace(JAKKE, images=JAKKE.images[1:]))
    await lossy(scene, between, "ProductSetFiles")
    await scene.load(JAKKE)
    await scene.push()
    await equal(scene)


async def test_the_first_page_of_prices_is_noted_when_the_second_is_refused(scene: Scene) -> None:
    """The merchant deletes a variant of the second page; the prices are put back meanwhile."""
    await scene.load(sizes(300))
    await scene.push()
    await forget_last_variant(scene)
    await scene.load(sizes(300, "1.00"))
    await scene.push()
    assert scene.variants()["J-0"]["price"] == "1.00"
    await scene.load(sizes(300))
    await due_now(scene)
    await scene.push()
    assert scene.variants()["J-0"]["price"] == "499.00"


async def test_a_product_deleted_before_its_create_was_settled_is_not_left_on_sale(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await lossy(scene, between, "ProductSet")
    await scene.pool.execute("delete from retail.product")
    await scene.push()
    assert [one["status"] for one in scene.state()] == ["ARCHIVED"]


async def test_a_picture_taken_from_a_variant_leaves_it_in_the_shop(scene: Scene) -> None:
    await first_then(scene, WITH_PICTURE, JAKKE)
    assert await scene.differences() == []


async def test_a_lost_link_is_no_proof_that_nothing_was_sent_since(scene: Scene) -> None:
    """As after a restore of the database to the minute in which the product was entered."""
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = 5")
    await scene.push()
    await scene.pool.execute("delete from syncd.link")
    await scene.pool.execute("update retail.price set list_price = 499")
    await scene.push()
    await equal(scene)


async def test_a_lost_link_to_a_product_without_pictures_takes_the_old_ones_away(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("delete from syncd.link")
    await scene.load(replace(JAKKE, images=()))
    await scene.push()
    await equal(scene)


async def test_a_file_deleted_in_shopify_does_not_stop_the_products_pictures(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await delete_first_file(scene)
    await scene.pool.execute("update retail.image set alt = 'bak' where position = 2")
    await scene.push()
    await due_now(scene)
    await scene.push()
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{1}', '{}')")
    await scene.push()
    await equal(scene)


async def test_a_variant_that_the_merchant_made_first_becomes_ours(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    values = [{"optionName": "Størrelse", "name": "L"}]
    given = {"id": scene.product()["id"], "variants": [{"optionValues": values, "price": "1.00"}]}
    await scene.call(ADD_VARIANT, given)
    await scene.load(replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L"))))
    await scene.push()
    await due_now(scene)
    await scene.push()
    await equal(scene)


async def test_one_product_that_cannot_be_noted_stops_no_other(scene: Scene) -> None:
    """A merchant gave a product of ours the identity of another."""
    await scene.load(JAKKE)
    await scene.push()
    await scene.call(
        "mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {"
        " userErrors { message } } }",
        {
            "metafields": [
                {
                    "ownerId": scene.product()["id"],
                    "namespace": "syncd",
                    "key": "backoffice_id",
                    "type": "id",
                    "value": "2",
                }
            ]
        },
    )
    await scene.load(LUE)
    await scene.push()
    change = await scene.change("2")
    assert change is not None
    assert change["state"] == "dead"


async def test_a_product_put_inactive_is_not_sold_for_want_of_a_price(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("delete from retail.price")
    await scene.pool.execute("update retail.product set is_active = false")
    await scene.push()
    assert scene.product()["status"] == "DRAFT"


async def kept_waiting(pool: asyncpg.Pool, by: Connection) -> int:
    """The session that waits for what this one has locked, as soon as there is one."""
    pid = by.get_server_pid()
    asked = "select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid)) limit 1"
    with anyio.fail_after(20):
        while (found := await pool.fetchval(asked, pid)) is None:
            pass
    return int(found)


async def test_a_broken_view_does_not_end_the_service(scene: Scene) -> None:
    """It is broken while the router waits to read it, and repaired afterwards."""
    await scene.load(JAKKE)
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{*}', '{}')")
    house = House(scene.pool, scene.vault, scene.running.url)
    async with anyio.create_task_group() as group, scene.pool.acquire() as other:
        async with other.transaction():
            await other.execute("alter view syncd_contract.product rename column product_key to k")
            group.start_soon(serve, house)
            await kept_waiting(scene.pool, by=other)
        house.stop.set()
    assert await scene.change("1") is None
    await scene.pool.execute("alter view syncd_contract.product rename column k to product_key")
    await scene.push()
    await equal(scene)


async def test_a_database_lost_while_renewing_is_known_for_what_it_is(
    scene: Scene, between: Between
) -> None:
    """An administrator ends the session that is about to renew, while Shopify's answer is out."""
    await scene.load(JAKKE)
    between.hold = anyio.Event()

    async def carry() -> None:
        with anyio.fail_after(20), pytest.raises(DATABASE_LOST):
            await lossy(scene, between, "ProductSet", renewed_s=0)

    async with anyio.create_task_group() as group, scene.pool.acquire() as other:
        group.start_soon(carry)
        await between.arrived.wait()
        async with other.transaction():
            await other.execute("select 1 from syncd.change for update")
            pid = await kept_waiting(scene.pool, by=other)
            assert await scene.pool.fetchval("select pg_terminate_backend($1)", pid)


async def test_who_lost_the_claim_writes_no_more(scene: Scene, between: Between) -> None:
    """One node stands still until its lease is over; another sends newer prices meanwhile."""
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.product set title = 'Ny jakke'")
    await scene.pool.execute("update retail.price set list_price = 5")
    between.hold = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(lossy, scene, between, "ProductUpdate")
        await between.arrived.wait()
        await due_now(scene)
        await scene.pool.execute("update retail.price set list_price = 7")
        await scene.push()
        between.hold.set()
    await scene.push()
    await equal(scene)


async def test_a_variant_called_default_title_is_not_deleted_by_a_second_one(scene: Scene) -> None:
    one = replace(JAKKE, option_names=("Title",), variants=(variant("Default Title", sku="A"),))
    await first_then(scene, one, replace(one, variants=(*one.variants, variant("XL", sku="B"))))
    assert list(scene.variants()) == ["A", "B"]


def test_a_picture_that_shopify_is_still_fetching_is_waited_for() -> None:
    """writes.md, 4.13: a just-created mediaId may be refused so."""
    said = {"message": "Image must be for this product", "code": "MUST_BE_FOR_THIS_PRODUCT"}
    refusal = refusals.of([said], key="1", form=mapping.gone(EMPTY))
    assert not isinstance(refusal, RowError)


async def test_a_catalogue_without_the_first_option_is_loaded(scene: Scene) -> None:
    two = replace(JAKKE, option_names=("A", "B"), variants=(variant("1", "2", sku="X"),))
    await first_then(scene, two, replace(two, option_names=("B",), variants=JAKKE.variants))
    await equal(scene)


# With pictures whose file ids are not known: as when an answer shows fewer files than were sent.


async def test_variants_keep_their_pictures_when_the_files_are_sent_anew(scene: Scene) -> None:
    await scene.load(WITH_PICTURE)
    await scene.push()
    await scene.pool.execute("update syncd.link set files = '{}'")
    await scene.pool.execute("update retail.image set alt = 'bak' where position = 2")
    await scene.push()
    assert len(scene.product()["pictures"]) == 2
    await equal(scene)


async def test_a_variant_gets_a_picture_whose_file_id_is_not_known(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update syncd.link set files = '{}'")
    await scene.load(WITH_PICTURE)
    await scene.push()
    await equal(scene)
