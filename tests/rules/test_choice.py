"""What somebody named is found, or the choices are told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from syncd.errors import ConfigError
from syncd.rules.choice import choose

PLACES = {"hoved": "Hovedlager", "butikk": "Butikklager"}


@pytest.mark.parametrize(
    ("named", "offered", "key"),
    [
        pytest.param("hoved", PLACES, "hoved", id="by its key"),
        pytest.param("Butikklager", PLACES, "butikk", id="by its name"),
        pytest.param(" BUTIKKLAGER ", PLACES, "butikk", id="whatever its case"),
        pytest.param(None, {"nett": "Nettbutikk"}, "nett", id="the only one needs no name"),
        pytest.param("a", {"a": "b", "b": "a"}, "a", id="a key goes before a name"),
    ],
)
def test_found(named: str | None, offered: Mapping[str, str], key: str) -> None:
    assert choose("warehouse", named, offered) == key


@pytest.mark.parametrize(
    ("named", "offered", "said"),
    [
        pytest.param("hovd", PLACES, "did you mean 'hoved'?", id="misspelt"),
        pytest.param("x", PLACES, "hoved (Hovedlager), butikk (Butikklager)", id="unknown"),
        pytest.param(None, PLACES, "there are several", id="which one?"),
        pytest.param("x", {}, "make a warehouse first", id="there is none"),
        pytest.param("same", {"1": "Same", "2": "same"}, "could be several: 1, 2", id="twice"),
    ],
)
def test_not_found(named: str | None, offered: Mapping[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        choose("warehouse", named, offered)
    assert said in str(raised.value)
