"""The calls that change the pictures of a product and of its variants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.records import Form
from syncd.rules import changes, pictures
from syncd.rules.changes import Write
from tests.rules.forms import GID, form, link_to, row
from tests.rules.forms import pictures as shown

KNOWN = form(row("a", "Rød"), row("b", "Blå"), pictures=shown("p"))
A, B = KNOWN.variants
LINK = link_to(KNOWN, a="v1", b="v2")


def test_pictures_and_single_fields_go_in_one_call() -> None:
    wanted = replace(KNOWN, title="Jakke", pictures=shown("qp"))
    call = changes.set_pictures(wanted, LINK, pictures.EMPTY, LINK.files)
    assert call.write.variables == {
        "identifier": {"id": GID},
        "input": {
            "title": "Jakke",
            "files": [
                {"originalSource": "https://x.no/q.jpg", "alt": "q", "contentType": "IMAGE"},
                {"id": "file p", "alt": "p"},
            ],
        },
        "media": 2,
    }


def test_the_merchants_pictures_go_along_where_they_stand() -> None:
    album = pictures.Album(("m1", "file p"), frozenset({"m1"}))
    call = changes.set_pictures(replace(KNOWN, pictures=shown("pq")), LINK, album, LINK.files)
    p, q = shown("pq")
    assert call.entries == ("m1", p, q)
    files = call.write.variables["input"]["files"]
    assert [each.get("id") for each in files] == ["m1", "file p", None]
    assert call.write.variables["media"] == 3, "the answer must show an id for each"


def test_without_any_picture_the_list_is_sent_empty() -> None:
    call = changes.set_pictures(replace(KNOWN, pictures=()), LINK, pictures.EMPTY, LINK.files)
    assert call.write.variables["input"] == {"files": []}
    assert call.write.variables["media"] == 1, "Shopify takes no page of nothing"


@pytest.mark.parametrize(
    ("wanted", "differ"),
    [
        pytest.param(KNOWN, False, id="as they are"),
        pytest.param(replace(KNOWN, pictures=shown("pq")), True, id="one more"),
        pytest.param(replace(KNOWN, pictures=()), True, id="none"),
        pytest.param(replace(KNOWN, pictures=None), False, id="left to the merchant"),
        pytest.param(
            replace(KNOWN, variants=(A, replace(B, picture="https://x.no/p.jpg"))), False,
            id="a variant shows one whose file we know",
        ),
        pytest.param(
            replace(KNOWN, variants=(A, replace(B, picture="https://x.no/x.jpg"))), True,
            id="a variant shows one whose file we do not know",
        ),
    ],
)  # fmt: skip
def test_when_pictures_must_be_sent(wanted: Form, differ: bool) -> None:
    assert changes.pictures_differ(wanted, LINK) is differ


@pytest.mark.parametrize("after", ["https://x.no/x.jpg", None], ids=["as before", "none now"])
def test_the_pictures_stay_for_a_variant_that_needs_no_file_it_had_not(after: str | None) -> None:
    known = replace(KNOWN, variants=(A, replace(B, picture="https://x.no/x.jpg")))
    wanted = replace(KNOWN, variants=(A, replace(B, picture=after)))
    assert not changes.pictures_differ(wanted, link_to(known, a="v1", b="v2"))


@pytest.mark.parametrize(
    ("before", "after", "file"),
    [
        pytest.param("https://x.no/p.jpg", None, "file p", id="ours"),
        pytest.param("gid://m/7", None, "gid://m/7", id="one that is not ours"),
        pytest.param("https://x.no/lost.jpg", None, None, id="a file we have no id of"),
        pytest.param("https://x.no/p.jpg", "https://x.no/q.jpg", None, id="another shall be shown"),
        pytest.param(None, None, None, id="none before"),
    ],
)
def test_which_pictures_are_taken_from_a_variant(
    before: str | None, after: str | None, file: str | None
) -> None:
    known = replace(KNOWN, variants=(replace(A, picture=before), B))
    wanted = replace(KNOWN, variants=(replace(A, picture=after), B))
    writes = changes.detach_pictures(wanted, link_to(known, a="v1", b="v2"))
    pairs = [{"variantId": "v1", "mediaIds": [file]}]
    sent = {"productId": GID, "variantMedia": pairs}
    assert writes == ([Write("ProductVariantDetachMedia", sent)] if file else [])


def test_a_variant_that_leaves_keeps_its_picture_until_it_goes() -> None:
    known = replace(KNOWN, variants=(replace(A, picture="https://x.no/p.jpg"), B))
    wanted = replace(KNOWN, variants=(B,))
    assert changes.detach_pictures(wanted, link_to(known, a="v1", b="v2")) == []


def test_pictures_are_taken_from_a_hundred_variants_a_call() -> None:
    rows = [row(f"v{at}", f"{at}", picture="https://x.no/p.jpg") for at in range(250)]
    known = form(*rows, pictures=shown("p"))
    wanted = form(*[replace(each, picture=None) for each in rows])
    link = link_to(known, **{each.key: each.key for each in rows})
    pages = [write.variables["variantMedia"] for write in changes.detach_pictures(wanted, link)]
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [pair["variantId"] for page in pages for pair in page] == [each.key for each in rows]
