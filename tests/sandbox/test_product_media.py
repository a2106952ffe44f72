"""Pictures of products that are there already, pictures of their variants."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.happenings import happen
from tests.sandbox.shops import check_indexes
from tests.sandbox.till import SIZES, Till

ERRORS = "mediaUserErrors { field message code } userErrors { field message }"
NODES = "{ id alt status mediaContentType }"
CREATE = f"""
mutation Create($id: ID!, $media: [CreateMediaInput!]!) {{
  productCreateMedia(productId: $id, media: $media) {{
    media {NODES} {ERRORS} product {{ media(first: 9) {{ nodes {NODES} }} }}
  }}
}}
"""
UPDATE = f"""
mutation Update($id: ID!, $media: [UpdateMediaInput!]!) {{
  productUpdateMedia(productId: $id, media: $media) {{ media {NODES} {ERRORS} }}
}}
"""
DELETE = f"""
mutation Delete($id: ID!, $ids: [ID!]!) {{
  productDeleteMedia(productId: $id, mediaIds: $ids) {{
    deletedMediaIds deletedProductImageIds {ERRORS}
  }}
}}
"""
REORDER = f"""
mutation Reorder($id: ID!, $moves: [MoveInput!]!) {{
  productReorderMedia(id: $id, moves: $moves) {{ job {{ done }} {ERRORS} }}
}}
"""
VARIANT = """
mutation Change($id: ID!, $pairs: [ProductVariant%sMediaInput!]!) {
  productVariant%sMedia(productId: $id, variantMedia: $pairs) {
    productVariants { id media(first: 2) { nodes { id } } } userErrors { field message code }
  }
}
"""
APPEND, DETACH = (VARIANT % (name, name) for name in ("Append", "Detach"))
READ = """
query Read($id: ID!) {
  product(id: $id) {
    media(first: 9) { nodes { id alt status } } variants(first: 9) { nodes { id } }
  }
}
"""
UNKNOWN = "gid://shopify/MediaImage/1"
GONE = "gid://shopify/Product/1"


def asked(till: Till, document: str, **variables: Any) -> Any:
    happen(till.shop)
    body = till.ask(document, variables)
    assert "errors" not in body, body
    (payload,) = body["data"].values()
    return payload


def entry(name: str, **more: Any) -> dict[str, Any]:
    address = f"https://x.no/{name}.jpg"
    return {"mediaContentType": "IMAGE", "originalSource": address, "alt": name, **more}


def album(till: Till, *names: str) -> tuple[str, list[str]]:
    """A product with that many ready pictures; its gid, theirs."""
    product = till.make("Ski", **SIZES)
    made = asked(till, CREATE, id=product, media=[entry(name) for name in names])["media"]
    till.hands.passed_s += 2
    happen(till.shop)
    return product, [one["id"] for one in made]


def shown(till: Till, product: str) -> list[str]:
    return [one["id"] for one in asked(till, READ, id=product)["media"]["nodes"]]


def test_good_pictures_are_added_whatever_the_others_are() -> None:
    till = Till()
    product = till.make("Ski")
    payload = asked(till, CREATE, id=product, media=[entry("A"), entry("B", originalSource="no")])
    told = {"field": ["media", "1", "originalSource"], "message": "Image URL is invalid"}
    assert payload["userErrors"] == [told]
    assert payload["mediaUserErrors"] == [{**told, "code": "INVALID"}]
    (made,) = payload["media"]
    assert (made["alt"], made["status"]) == ("A", "UPLOADED")
    assert payload["product"]["media"]["nodes"] == [made]
    (read,) = asked(till, READ, id=product)["media"]["nodes"]
    assert read["status"] == "PROCESSING"


def test_an_unknown_product_has_no_media() -> None:
    told = {"message": "Product does not exist", "code": "PRODUCT_DOES_NOT_EXIST"}
    till = Till()
    for document, name, list_of in (
        (CREATE, "productId", "media"),
        (UPDATE, "productId", "media"),
        (DELETE, "productId", "ids"),
        (REORDER, "id", "moves"),
    ):
        payload = asked(till, document, id=GONE, **{list_of: []})
        assert payload["mediaUserErrors"] == [{"field": [name], **told}]
        assert payload.get("media") is payload.get("deletedMediaIds") is payload.get("job") is None


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        pytest.param([UNKNOWN], f"Media id {UNKNOWN} does not exist", id="one"),
        pytest.param(
            [UNKNOWN, f"{UNKNOWN}2"],
            f"Media ids {UNKNOWN},{UNKNOWN}2 do not exist",
            id="two are told together",
        ),
    ],
)
def test_one_unknown_picture_refuses_all(ids: list[str], message: str) -> None:
    till = Till()
    product, (picture,) = album(till, "A")
    rows = [{"id": id_, "alt": "new"} for id_ in (picture, *ids)]
    updated = asked(till, UPDATE, id=product, media=rows)
    deleted = asked(till, DELETE, id=product, ids=[picture, *ids])
    for payload, name in ((updated, "media"), (deleted, "mediaIds")):
        told = {"field": [name], "message": message, "code": "MEDIA_DOES_NOT_EXIST"}
        assert payload["mediaUserErrors"] == [told]
    assert updated["media"] is deleted["deletedMediaIds"] is None
    assert shown(till, product) == [picture]


def test_a_text_is_changed_a_picture_is_taken_off_its_file_stays() -> None:
    till = Till()
    product, (first, second) = album(till, "A", "B")
    (changed,) = asked(till, UPDATE, id=product, media=[{"id": first, "alt": "new"}])["media"]
    assert changed["alt"] == "new"
    payload = asked(till, DELETE, id=product, ids=[first])
    assert payload["deletedMediaIds"] == [first]
    assert shown(till, product) == [second]
    assert len(till.shop.media) == 2


@pytest.mark.parametrize(
    ("moves", "order"),
    [
        pytest.param([(2, "0")], [2, 0, 1], id="to the front"),
        pytest.param([(0, "99")], [1, 2, 0], id="beyond the end"),
        pytest.param([(1, "0"), (0, "99")], [1, 2, 0], id="one after the other"),
    ],
)
def test_pictures_are_moved(moves: list[tuple[int, str]], order: list[int]) -> None:
    till = Till()
    product, ids = album(till, "A", "B", "C")
    given = [{"id": ids[place], "newPosition": to} for place, to in moves]
    payload = asked(till, REORDER, id=product, moves=given)
    assert (payload["job"], payload["userErrors"]) == ({"done": False}, [])
    assert shown(till, product) == [ids[place] for place in order]
    unknown = asked(till, REORDER, id=product, moves=[{"id": UNKNOWN, "newPosition": "0"}])
    assert (unknown["job"], unknown["mediaUserErrors"]) == ({"done": False}, [])


def variants(till: Till, product: str) -> list[str]:
    return [one["id"] for one in asked(till, READ, id=product)["variants"]["nodes"]]


def told(payload: Any) -> list[tuple[str, str, str]]:
    return [(".".join(one["field"]), one["message"], one["code"]) for one in payload["userErrors"]]


def test_a_variant_shows_one_picture_at_a_time() -> None:
    till = Till()
    product, (first, second) = album(till, "A", "B")
    small, _ = variants(till, product)
    pair = {"variantId": small, "mediaIds": [first]}
    (changed,) = asked(till, APPEND, id=product, pairs=[pair])["productVariants"]
    assert changed == {"id": small, "media": {"nodes": [{"id": first}]}}
    other = {**pair, "mediaIds": [second]}
    message = "The given variant already has attached media."
    where = "variantMedia.0.variantId"
    payload = asked(till, APPEND, id=product, pairs=[other])
    assert told(payload) == [(where, message, "PRODUCT_VARIANT_ALREADY_HAS_MEDIA")]
    message = "The specified media is not attached to the specified variant."
    payload = asked(till, DETACH, id=product, pairs=[other])
    assert told(payload) == [(where, message, "MEDIA_IS_NOT_ATTACHED_TO_VARIANT")]
    (bare,) = asked(till, DETACH, id=product, pairs=[pair])["productVariants"]
    assert bare["media"]["nodes"] == []
    check_indexes(till.shop)


def test_what_a_variant_cannot_show() -> None:
    till = Till()
    product, (first, second) = album(till, "A", "B")
    other, (foreign,) = album(till, "C")
    small, large = variants(till, product)
    fresh = asked(till, CREATE, id=product, media=[entry("D")])["media"][0]["id"]
    video = "gid://shopify/ExternalVideo/1"
    for pairs, fault in (
        ([(small, [first])] * 101, ("", "MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED")),
        ([(small, [first, second])], (".0.mediaIds", "TOO_MANY_MEDIA_PER_INPUT_PAIR")),
        (
            [(small, [first]), (small, [second])],
            (".0.variantId", "PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES"),
        ),
        ([(small, [video])], (".0.mediaIds", "INVALID_MEDIA_TYPE")),
        (
            [(variants(till, other)[0], [first])],
            (".0.variantId", "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT"),
        ),
        ([(small, [foreign])], (".0.mediaIds", "MEDIA_DOES_NOT_EXIST_ON_PRODUCT")),
        ([(large, [fresh])], (".0.mediaIds", "NON_READY_MEDIA")),
    ):
        given = [{"variantId": variant, "mediaIds": ids} for variant, ids in pairs]
        payload = asked(till, APPEND, id=product, pairs=given)
        assert payload["productVariants"] is None
        ((where, _, code),) = told(payload)
        assert (where.removeprefix("variantMedia"), code) == fault


def test_a_deleted_file_leaves_products_with_their_variants() -> None:
    till = Till()
    product, (picture,) = album(till, "A")
    pair = {"variantId": variants(till, product)[0], "mediaIds": [picture]}
    asked(till, APPEND, id=product, pairs=[pair])
    delete = "mutation D($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds } }"
    assert asked(till, delete, ids=[picture]) == {"deletedFileIds": [picture]}
    assert shown(till, product) == []
    check_indexes(till.shop)


def test_a_file_is_put_on_a_product_by_reference() -> None:
    till = Till()
    product, (picture,) = album(till, "A")
    other = till.make("Stav")
    update = """
    mutation U($files: [FileUpdateInput!]!) {
      fileUpdate(files: $files) { userErrors { field message } }
    }
    """
    row = {"id": picture, "referencesToAdd": [other], "referencesToRemove": [product]}
    assert asked(till, update, files=[row]) == {"userErrors": []}
    assert (shown(till, product), shown(till, other)) == ([], [picture])
