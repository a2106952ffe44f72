"""Which variant of ours is which in Shopify."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.records import Form, ObservedProduct, VariantIds
from syncd.rules.identities import match_variants
from syncd.rules.text import fold
from tests.rules.forms import form, observed, row

KNOWN = form(row("a", "Rød"), row("b", "Blå"))


@pytest.mark.parametrize(
    ("wanted", "linked", "shown", "found"),
    [
        pytest.param(
            KNOWN,
            {"a": "v2", "b": "v1"},
            observed(["Farge"], v1=["Rød"], v2=["Blå"]),
            {"a": "v2", "b": "v1"},
            id="the link says more than the values",
        ),
        pytest.param(
            KNOWN,
            {},
            observed(["Farge"], v1=["BLÅ"], v2=["rød"]),
            {"a": "v2", "b": "v1"},
            id="case",
        ),
        pytest.param(
            KNOWN,
            {"a": "v1", "b": "v1"},
            observed(["Farge"], v1=["Rød"]),
            {"a": "v1"},
            id="a link that says one id twice",
        ),
        pytest.param(
            KNOWN,
            {"a": "v7"},
            observed(["Farge"], v1=["Rød"]),
            {"a": "v1"},
            id="deleted in Shopify, made again",
        ),
        pytest.param(
            KNOWN, {}, observed(["Farge"], v1=["Grå"], v2=["Gul"]), {}, id="never by position"
        ),
        pytest.param(
            form(row("c", "Rød")),
            {"a": "v1"},
            observed(["Farge"], v1=["Rød"]),
            {"c": "v1"},
            id="in the place of one that left",
        ),
        pytest.param(
            form(row("a", "S", "M"), row("b", "M", "S"), options=["Topp", "Bukse"]),
            {},
            observed(["Bukse", "Topp"], v1=["S", "M"], v2=["M", "S"]),
            {"a": "v2", "b": "v1"},
            id="options in another order",
        ),
        pytest.param(
            form(row("a", "S", "Rød"), options=["Mål", "Farge"]),
            {},
            observed(["Color", "Mål"], v1=["Rød", "S"]),
            {"a": "v1"},
            id="an option renamed",
        ),
        pytest.param(
            form(row("a", "S", "Rød"), options=["Mål", "Farge"]),
            {},
            observed(["Mål", "Color"], v1=["S", "Rød"]),
            {"a": "v1"},
            id="an option renamed, behind one that was not",
        ),
        pytest.param(
            KNOWN,
            {},
            replace(observed(["FARGE"], v1=["Rød"]), options=("Farge",)),
            {"a": "v1"},
            id="an option written otherwise than we sent it",
        ),
        pytest.param(
            form(row("a", "S", "Rød"), options=["Mål", "Farge"]),
            {},
            observed(["Mål"], v1=["S"]),
            {},
            id="another number of options",
        ),
    ],
)
def test_matching_variants(
    wanted: Form, linked: dict[str, str], shown: ObservedProduct, found: dict[str, str]
) -> None:
    ids = {key: VariantIds(gid, f"i{gid}") for key, gid in linked.items()}
    made = match_variants(wanted, ids, shown.variants)
    assert {key: each.variant for key, each in made.items()} == found
    assert all(each.inventory_item == f"i{each.variant}" for each in made.values())


COLOURS = ["Rød", "RØD", "Blå", "Grå", "Gul"]
GIDS = ["v1", "v2", "v3", "v4", "v5"]
KEYS = ["a", "b", "c", "d", "e"]


@given(
    ours=st.lists(st.sampled_from(COLOURS), min_size=1, unique_by=fold),
    theirs=st.lists(st.sampled_from(COLOURS), unique_by=fold),
    linked=st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*GIDS, "gone"])),
)
def test_an_id_goes_to_one_variant_at_most_and_for_a_reason(
    ours: list[str], theirs: list[str], linked: dict[str, str]
) -> None:
    wanted = form(*[row(key, value) for key, value in zip(KEYS, ours, strict=False)])
    shown = dict(zip(GIDS, theirs, strict=False))
    read = observed(["Farge"], **{gid: [value] for gid, value in shown.items()})
    ids = {key: VariantIds(gid, f"i{gid}") for key, gid in linked.items()}
    found = {key: one.variant for key, one in match_variants(wanted, ids, read.variants).items()}
    assert len(set(found.values())) == len(found)
    values = {one.key: fold(one.values[0]) for one in wanted.variants}
    for key, gid in found.items():
        assert gid == linked.get(key) or fold(shown[gid]) == values[key]
    left = {fold(value) for gid, value in shown.items() if gid not in found.values()}
    assert not [key for key in values if key not in found and values[key] in left]
