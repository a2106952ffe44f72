"""Whatever the bulk calls for variants are given, products stay whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.shops import RED_BLUE, a_product, call, check_indexes, chosen, new_shop
from tests.sandbox.test_variants_bulk import CREATE, UPDATE

COLORS = ("Red", "Blue", "Green", "Black", "White")
PICTURES = [
    {"originalSource": f"https://x.no/{name}.jpg", "mediaContentType": "IMAGE"} for name in "ab"
]

# A place among the variants there are, a colour, a price that may be refused, a picture.
Row = tuple[int, str, str, str | None]
rows = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(COLORS),
        st.sampled_from(("1", "2", "-1")),
        st.sampled_from((None, "https://x.no/a.jpg", "https://x.no/c.jpg")),
    ),
    min_size=1,
    max_size=5,
)
calls = st.lists(st.tuples(st.sampled_from((CREATE, UPDATE)), st.booleans(), rows), max_size=6)


def entry(row: Row, ids: list[int] | None) -> dict[str, Any]:
    place, color, price, picture = row
    made: dict[str, Any] = {"optionValues": chosen(Color=color), "price": price}
    if picture:
        made["mediaSrc"] = [picture]
    if ids is not None:
        made["id"] = f"gid://shopify/ProductVariant/{ids[place % len(ids)]}"
    return made


@settings(max_examples=80, deadline=None)
@given(calls)
def test_products_stay_whole(calls: list[tuple[str, bool, list[Row]]]) -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)["id"]
    for document, is_partial, rows in calls:
        before = dict(shop.products)
        ids = list(shop.variants) if document == UPDATE else None
        more = {"partial": is_partial} if document == UPDATE else {}
        given = [entry(row, ids) for row in rows]
        payload = call(shop, document, productId=product, variants=given, media=PICTURES, **more)
        if payload["userErrors"] and not more.get("partial"):
            assert shop.products == before
        check_indexes(shop)
