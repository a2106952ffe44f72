"""Sentences that lay in Postgres as English text, said in the reader's language."""

from __future__ import annotations

from string import Formatter
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.phrases import Phrase, catalogue, said
from syncd.recall import MOMENTS, ONE_WORD, recalled

WORD = st.text("bdfgjkmnpqrtvwxyzæøåBDFGJKM0123456789-_/%", min_size=2, max_size=9)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
# Templates that can be read in two ways, each with its reason.
AMBIGUOUS: dict[str, str] = {
    "there is no {what} {named}": "nothing parts the two; the kind is a phrase, or one word",
    "the {what} {named} could be several: {found}": "the same",
    "{count} h": "a single letter: known behind a number only",
    "{field} of {sku}": "too short by itself; a field is a phrase",
    "{done} of {total}": "a label of the console, like those below: never stored",
    "{ok} of {sent}": "a label",
    "of {count}": "a label",
    "of {most}": "a label",
    "In {shop}": "a label",
}
TEMPLATES = sorted(set(catalogue("nb")) - set(AMBIGUOUS))


def fields(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def value(name: str) -> st.SearchStrategy[str]:
    if name in MOMENTS:
        return st.just("2026-11-29 12:03")
    return WORD if name in ONE_WORD else TEXT


def known_again(template: str, values: dict[str, str]) -> bool:
    made = Phrase(template, values)
    return said(recalled(str(made)), "nb") == said(made, "nb")


def test_every_sentence_is_known_again() -> None:
    missed = []
    for template in TEMPLATES:
        names = fields(template)
        plain = {
            name: "2026-11-29 12:03" if name in MOMENTS else f"xq{number}-vz"
            for number, name in enumerate(names)
        }
        wordy = {
            name: text if name in MOMENTS or name in ONE_WORD else f"Bøtte {text} for ørret"
            for name, text in plain.items()
        }
        missed += [template for values in (plain, wordy) if not known_again(template, values)]
    assert not missed, "\n".join(["", *missed])


# Not by chance: two sentences may be alike for some values that one in a million has.
@settings(max_examples=300, derandomize=True)
@given(st.sampled_from(TEMPLATES), st.data())
def test_a_sentence_is_known_again_whatever_its_values(template: str, data: st.DataObject) -> None:
    assert known_again(template, {name: data.draw(value(name)) for name in fields(template)})


@pytest.mark.parametrize(
    ("stored", "norwegian"),
    [
        pytest.param("Jakke {x}", "Jakke {x}", id="what no template explains"),
        pytest.param("", "", id="nothing"),
        pytest.param("5 h", "5 t", id="a span of time"),
        pytest.param(
            "product 4711 (Jakke), SKU J-S: the price is less than 0 (Shopify says “price: no”)"
            "\n  → correct the price in the Backoffice; it will be sent by itself"
            "\n  request id 12-ab",
            "produkt 4711 (Jakke), SKU J-S: prisen er under 0 (Shopify sier “price: no”)"
            "\n  → rett prisen i Backoffice; da sendes det av seg selv"
            "\n  forespørsel 12-ab",
            id="an error with its next step and request",
        ),
        pytest.param(
            "count of J-S, xyz abc, names",
            "antall av J-S, xyz abc, navn",
            id="a list of which a part is known",
        ),
    ],
)
def test_a_stored_sentence_is_said_in_norwegian(stored: str, norwegian: str) -> None:
    assert said(recalled(stored), "nb") == norwegian
    assert str(recalled(stored)) == stored


@pytest.mark.parametrize("field", ["count of J-S", "price of J-S"])
def test_what_is_too_short_by_itself_is_known_by_its_values(field: str) -> None:
    assert isinstance(recalled(field), Phrase)


HOSTILE = st.text() | st.lists(
    st.sampled_from(
        [": ", "; ", ", ", " → ", "\n", "\n  → ", "{x}", "{", "'", "of ", "product ", "\0"]
    )
    | WORD
    | st.sampled_from(TEMPLATES),
    max_size=40,
).map("".join)


@given(HOSTILE)
def test_any_text_comes_back_as_it_is(text: str) -> None:
    assert str(recalled(text)) == text
    said(recalled(text), "nb")


@pytest.mark.parametrize("piece", ["a: ", ", ", "product 1 (", " has ", "x\n  → ", "'", "{x}"])
def test_a_text_of_ten_thousand_characters_ends_soon(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    start = process_time()
    assert str(recalled(text)) == text
    assert process_time() - start < 1.0
