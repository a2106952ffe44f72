"""Which pictures in Shopify are ours, and where ours go beside the merchant's."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.records import ObservedFile, Picture
from syncd.rules import pictures
from syncd.rules.pictures import Album

ONE = Picture("https://x.no/Jakke%201.jpg?a=1", None, "foran")
TWO = Picture("https://x.no/2.jpg", None, "")
NEWER = Picture("https://x.no/2.jpg", "b", "")
UUID = "3f2a9d4e-1b2c-5d3e-8f4a-0123456789ab"


def file(
    gid: str, name: str = "", state: Literal["pending", "ready", "failed"] = "ready"
) -> ObservedFile:
    return ObservedFile(gid, "", state, name)


def test_a_file_we_have_the_id_of_is_ours_whatever_it_is_called() -> None:
    files, album = pictures.sorted_out([TWO], {TWO.ref: "g2"}, [file("g2", "x.jpg"), file("g9")])
    assert files == {TWO.ref: "g2"}
    assert (album.order, album.theirs) == (("g2", "g9"), frozenset({"g9"}))


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        pytest.param("Jakke 1.jpg", True, id="as in the address"),
        pytest.param("jakke_1.png", True, id="other signs and ending"),
        pytest.param(f"jakke-1_{UUID}.jpg", True, id="with what Shopify adds to a second one"),
        pytest.param("Jakke%201.JPG", True, id="escaped"),
        pytest.param("jakke-12.jpg", False, id="another name"),
        pytest.param("", False, id="no name yet"),
    ],
)
def test_a_file_whose_id_we_never_learned_is_known_by_its_name(name: str, is_ours: bool) -> None:
    files, album = pictures.sorted_out([ONE], {}, [file("g1", name)])
    assert files == ({ONE.ref: "g1"} if is_ours else {})
    assert album.theirs == (frozenset() if is_ours else {"g1"})


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("https://x.no/bl%C3%A5b%C3%A6r.jpg", "blåbær.jpg", id="as it was"),
        pytest.param("https://x.no/bl%C3%A5b%C3%A6r.jpg", "bl_b_r.jpg", id="replaced"),
        pytest.param("https://x.no/bl%C3%A5b%C3%A6r.jpg", "bla\u030abær.jpg", id="å as two"),
        pytest.param("https://x.no/%D9%82%D9%85.jpg", "قم.jpg", id="not one letter of ours"),
    ],
)
def test_letters_beyond_ascii_make_no_other_name(address: str, name: str) -> None:
    files, _ = pictures.sorted_out([Picture(address, None, "")], {}, [file("g1", name)])
    assert files == {address: "g1"}


def test_names_of_other_letters_alone_are_told_apart() -> None:
    wanted = [Picture("https://x.no/%D9%82%D9%85.jpg", None, "")]
    files, album = pictures.sorted_out(wanted, {}, [file("g1", "قميص.jpg"), file("g2", "___.jpg")])
    assert (files, album.theirs) == ({}, frozenset({"g1", "g2"}))


def test_an_address_without_a_name_finds_no_file_by_it() -> None:
    wanted = [Picture("https://x.no/?id=7", None, "")]
    files, album = pictures.sorted_out(wanted, {}, [file("g1", f"_{UUID}.jpg")])
    assert (files, album.theirs) == ({}, frozenset({"g1"}))


def test_a_picture_whose_file_is_known_takes_no_second_one_of_its_name() -> None:
    shown = [file("g1", "2.jpg"), file("g2", "2.jpg")]
    files, album = pictures.sorted_out([TWO], {TWO.ref: "g2"}, shown)
    assert (files, album.theirs) == ({TWO.ref: "g2"}, frozenset({"g1"}))


def test_two_files_of_one_name_are_one_of_ours_and_one_of_theirs() -> None:
    files, album = pictures.sorted_out([TWO], {}, [file("g1", "2.jpg"), file("g2", "2.jpg")])
    assert (files, album.theirs) == ({TWO.ref: "g1"}, frozenset({"g2"}))


def test_a_name_does_not_tell_the_version_so_the_file_is_nobodys() -> None:
    files, album = pictures.sorted_out([NEWER], {}, [file("g1", "2.jpg"), file("g9", "y.jpg")])
    assert files == {}
    assert (album.order, album.theirs) == (("g9",), frozenset({"g9"}))


def test_what_shopify_could_not_fetch_is_not_there() -> None:
    files, album = pictures.sorted_out([TWO], {TWO.ref: "g2"}, [file("g2", "2.jpg", "failed")])
    assert (files, album) == ({}, Album())


def test_a_strange_file_under_way_may_be_ours() -> None:
    shown = [file("g1", "", "pending"), file("g2", "y.jpg"), file("g3", "2.jpg", "pending")]
    files, album = pictures.sorted_out([TWO], {}, shown)
    assert album.unclear == {"g1"}, "g2 has another name, g3 is known by it"
    assert files == {TWO.ref: "g3"}


@st.composite
def albums(draw: st.DrawFn) -> tuple[list[Picture], dict[str, str], Album]:
    wanted = [Picture(f"https://x.no/{at}.jpg", None, "") for at in draw(st.permutations(range(6)))]
    files = {one.ref: f"g{one.address}" for one in wanted if draw(st.booleans())}
    theirs = frozenset(f"t{at}" for at in range(draw(st.integers(0, 4))))
    order = draw(st.permutations([*files.values(), *theirs]))
    return wanted[: draw(st.integers(0, 6))], files, Album(tuple(order), theirs)


@given(albums())
def test_ours_stand_in_our_order_and_each_of_theirs_stays(
    given_album: tuple[list[Picture], dict[str, str], Album],
) -> None:
    wanted, files, album = given_album
    entries = pictures.arranged(wanted, files, album)
    assert [entry for entry in entries if isinstance(entry, Picture)] == wanted
    assert [entry for entry in entries if isinstance(entry, str)] == [
        gid for gid in album.order if gid in album.theirs
    ]


@given(albums())
def test_a_picture_of_theirs_keeps_its_place_while_enough_of_ours_stand_before_it(
    given_album: tuple[list[Picture], dict[str, str], Album],
) -> None:
    wanted, files, album = given_album
    entries = pictures.arranged(wanted, files, album)
    for gid in album.theirs:
        before = [one for one in album.order[: album.order.index(gid)] if one not in album.theirs]
        missing = max(0, len(before) - len(wanted))
        assert entries.index(gid) == album.order.index(gid) - missing


@given(albums())
def test_arranging_what_was_arranged_moves_nothing(
    given_album: tuple[list[Picture], dict[str, str], Album],
) -> None:
    wanted, files, album = given_album
    entries = pictures.arranged(wanted, files, album)
    gids = [one if isinstance(one, str) else files.get(one.ref, one.ref) for one in entries]
    again = pictures.arranged(wanted, files, Album(tuple(gids), album.theirs))
    assert again == entries


def test_a_picture_of_theirs_that_stands_first_stays_first() -> None:
    entries = pictures.arranged(
        [TWO, ONE], {ONE.ref: "g1"}, Album(("t", "g1", "u"), frozenset({"t", "u"}))
    )
    assert entries == ["t", TWO, "u", ONE]


@pytest.mark.parametrize("count", [0, 249, 250, 260])
def test_no_product_gets_more_pictures_than_it_may_have(count: int) -> None:
    theirs = [f"t{at}" for at in range(count)]
    entries = pictures.arranged([ONE, TWO], {}, Album(tuple(theirs), frozenset(theirs)))
    assert len(entries) == max(count, min(250, count + 2))
    assert [entry for entry in entries if isinstance(entry, str)] == theirs


def test_the_list_names_files_we_know_and_leaves_their_words() -> None:
    assert pictures.list_input([ONE, "t", TWO], {ONE.ref: "g1"}) == [
        {"id": "g1", "alt": "foran"},
        {"id": "t"},
        {"originalSource": TWO.address, "alt": "", "contentType": "IMAGE"},
    ]


@pytest.mark.parametrize(
    ("gids", "files"),
    [(["a", "b", "c"], {ONE.ref: "a", TWO.ref: "c"}), (["a", "b"], {})],
    ids=["in the order that was sent", "another number, so nothing is known"],
)
def test_ids_are_learned_from_the_answer(gids: list[str], files: dict[str, str]) -> None:
    assert pictures.accepted([ONE, "t", TWO], gids) == files


@pytest.mark.parametrize(
    ("alt", "borrowed", "is_usable"),
    [
        pytest.param("foran", {"g1"}, True, id="the same words"),
        pytest.param("ny", {"g1"}, False, id="other words for a file of another product"),
        pytest.param("ny", set(), True, id="other words for our own file"),
    ],
)
def test_a_borrowed_file_keeps_its_words(alt: str, borrowed: set[str], is_usable: bool) -> None:
    wanted = [Picture(ONE.address, None, alt)]
    found = pictures.usable(wanted, {ONE.ref: "g1"}, [ONE], borrowed)
    assert found == ({ONE.ref: "g1"} if is_usable else {})
