"""What is the merchant's is left alone, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.records import Form, Prices, VariantForm
from syncd.rules import owners
from syncd.rules.pictures import EMPTY, Album
from tests.rules.forms import SHOP, form, pictures, row

ALWAYS = replace(SHOP, price_only_when_changed=False)
OVERWRITE, IF_EMPTY = (replace(SHOP, image_mode=mode) for mode in ("overwrite", "if_empty"))
ONE, TWO, THEIRS = ("1.00", None), ("2.00", "3.00"), ("9.00", None)


def priced(prices: Prices) -> VariantForm:
    return row("a", "Rød", price=prices[0], compare_at_price=prices[1])


@pytest.mark.parametrize(
    ("wanted", "known", "shown", "tried", "stands"),
    [
        pytest.param(ONE, ONE, ONE, (), ONE, id="all the same"),
        pytest.param(ONE, ONE, THEIRS, (), ONE, id="theirs: as if ours stood there"),
        pytest.param(ONE, ONE, ("1.00", "5.00"), (), ONE, id="their compare-at price"),
        pytest.param(ONE, ONE, TWO, (TWO,), TWO, id="we may have sent it and took it back"),
        pytest.param(ONE, ONE, THEIRS, (TWO,), ONE, id="not what we may have sent"),
        pytest.param(TWO, ONE, THEIRS, (), THEIRS, id="ours is new, theirs ends"),
        pytest.param(TWO, ONE, TWO, (), TWO, id="ours is new and has arrived"),
        pytest.param(ONE, None, THEIRS, (), THEIRS, id="nothing is known of it"),
        pytest.param(ONE, TWO, ONE, (ONE,), ONE, id="ours is new, its answer was lost"),
        pytest.param(ONE, ONE, THEIRS, (TWO, THEIRS), THEIRS, id="one of several we may have sent"),
        pytest.param(ONE, ONE, ("2.00", None), (TWO,), ONE, id="half of what we may have sent"),
    ],
)
def test_whose_price_stands_in_shopify(
    wanted: Prices, known: Prices | None, shown: Prices, tried: tuple[Prices, ...], stands: Prices
) -> None:
    seen = owners.of_variant(
        priced(wanted),
        priced(known) if known else None,
        priced(shown),
        shop=SHOP,
        album=EMPTY,
        tried=tried,
    )
    assert seen.prices == stands


def test_where_every_push_writes_it_no_price_is_theirs() -> None:
    seen = owners.of_variant(
        priced(ONE), priced(ONE), priced(THEIRS), shop=ALWAYS, album=EMPTY, tried=()
    )
    assert seen.prices == THEIRS


ALBUM = Album(("t", "g"), frozenset({"t"}))


@pytest.mark.parametrize(
    ("mode", "wanted", "shown", "stands"),
    [
        pytest.param("append", None, "t", None, id="theirs on a variant of ours that has none"),
        pytest.param("append", "p", "t", "t", id="theirs where ours shall be"),
        pytest.param("append", None, "p", "p", id="ours, to be taken away"),
        pytest.param("overwrite", None, "t", "t", id="theirs, to be taken away"),
        pytest.param("if_empty", None, "t", None, id="theirs where only an empty one gets ours"),
    ],
)
def test_whose_picture_a_variant_shows(
    mode: str, wanted: str | None, shown: str, stands: str | None
) -> None:
    seen = owners.of_variant(
        row("a", "Rød", picture=wanted),
        row("a", "Rød"),
        row("a", "Rød", picture=shown),
        shop=replace(SHOP, image_mode=mode),  # type: ignore[arg-type]
        album=ALBUM,
        tried=(),
    )
    assert seen.picture == stands


@pytest.mark.parametrize(
    ("wanted", "known", "shown", "stands"),
    [
        pytest.param(True, True, False, False, id="somebody let it sell again"),
        pytest.param(True, False, True, True, id="an answer was lost"),
        pytest.param(False, True, False, True, id="to be let go, whatever it looks like"),
        pytest.param(False, False, False, False, id="nothing to do with it"),
    ],
)
def test_whether_a_variant_counts_as_stopped(
    wanted: bool, known: bool, shown: bool, stands: bool
) -> None:
    one, two, three = (row("a", "Rød", stopped=is_so) for is_so in (wanted, known, shown))
    seen = owners.of_variant(one, two, three, shop=SHOP, album=EMPTY, tried=())
    assert seen.stopped is stands


@pytest.mark.parametrize(
    ("known", "stopped"),
    [
        pytest.param(row("a", "Rød", stopped=True), True, id="we had stopped it"),
        pytest.param(row("a", "Rød"), False, id="it sold until now"),
        pytest.param(None, False, id="nothing is known of it"),
    ],
)
def test_a_variant_that_left_is_seen_as_it_is_but_for_a_stop(
    known: VariantForm | None, stopped: bool
) -> None:
    shown = row("a", "Rød", price="9.00", picture="t", stopped=not stopped)
    seen = owners.of_variant(None, known, shown, shop=SHOP, album=ALBUM, tried=())
    assert seen == replace(shown, stopped=stopped)


P, Q = pictures("p"), pictures("pq")
WITH_P, WITHOUT = form(pictures=P), form()
WANTED = form(row("a", "Rød", picture=Q[0].ref), pictures=Q)


@pytest.mark.parametrize(
    ("mode", "known", "is_left"),
    [
        pytest.param("append", WITH_P, False, id="appended"),
        pytest.param("overwrite", WITH_P, False, id="overwritten"),
        pytest.param("if_empty", WITHOUT, False, id="if empty, and it is"),
        pytest.param("if_empty", WITH_P, True, id="if empty, and ours are there"),
        pytest.param("if_empty", replace(WITHOUT, pictures=None), True, id="and theirs are there"),
    ],
)
def test_pictures_are_left_where_only_an_empty_product_gets_ours(
    mode: str, known: Form, is_left: bool
) -> None:
    shop = replace(SHOP, image_mode=mode)  # type: ignore[arg-type]
    found = owners.ours(WANTED, known, shop)
    assert replace(found, pictures=WANTED.pictures, variants=WANTED.variants) == WANTED
    assert found.pictures == (known.pictures if is_left else WANTED.pictures)
    assert found.variants[0].picture == (None if is_left else Q[0].ref)


def test_where_ours_are_there_a_variant_keeps_its_picture_and_gets_the_rest() -> None:
    known = form(row("a", "Rød", picture=P[0].ref), pictures=P)
    wanted = form(row("a", "Rosa", picture=Q[1].ref), row("b", "Blå", picture=Q[1].ref), pictures=Q)
    a, b = owners.ours(wanted, known, IF_EMPTY).variants
    assert (a.values, a.picture, b.picture) == (("Rosa",), P[0].ref, None)


def test_of_the_pictures_shown_those_are_held_against_ours_that_may_be_ours() -> None:
    shown = pictures("tp")
    assert owners.of_pictures(shown, ALBUM, SHOP) == shown[1:]
    assert owners.of_pictures(shown, ALBUM, OVERWRITE) == shown
    assert owners.of_pictures(shown, ALBUM, IF_EMPTY) is None
    assert owners.of_pictures(shown[1:], Album(("g",)), IF_EMPTY) == shown[1:]
