"""What is said of a shop that will not have our identity metafield."""

from __future__ import annotations

import pytest

from syncd.shopify import identity


@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        pytest.param(
            "LIMIT_EXCEEDED", "as many definitions", "delete definitions that nobody", id="known"
        ),
        pytest.param("NEW_ONE", "stands in its way", "remove what stands", id="unknown"),
        pytest.param(None, "stands in its way", "remove what stands", id="no code"),
    ],
)
def test_a_refused_definition_is_told_in_plain_words(
    code: str | None, said: str, hint: str
) -> None:
    refusal = identity.refused({"field": None, "message": "It is odd", "code": code})
    assert said in refusal.message and "It is odd" in refusal.message
    assert refusal.hint.startswith(hint)
