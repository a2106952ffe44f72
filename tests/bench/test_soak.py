from __future__ import annotations

import random

import pytest

from chaos.soak import verdicts


def samples(last_mb: float, last_kb: float, noise_mb: float = 0.0) -> list[dict[str, float]]:
    """An hour in which both grow from 100, the memory up and down meanwhile."""
    chance = random.Random(1)
    return [
        {
            "seconds": 10.0 * at,
            "nodes_mb": 100 + (last_mb - 100) * at / 360 + chance.uniform(-noise_mb, noise_mb),
            "link_kb": 100 + (last_kb - 100) * at / 360,
            "history_kb": 100.0 * at,
        }
        for at in range(361)
    ]


@pytest.mark.parametrize(
    ("given", "flat"),
    [
        pytest.param(samples(100, 100), {"nodes_mb", "link_kb"}, id="nothing grows"),
        pytest.param(samples(102, 100, 15), {"nodes_mb", "link_kb"}, id="noise is no growth"),
        pytest.param(samples(130, 100, 15), {"link_kb"}, id="memory leaks, within noise"),
        pytest.param(samples(100, 5000), {"nodes_mb"}, id="a table grows"),
    ],
)
def test_what_grows_is_told_from_noise(given: list[dict[str, float]], flat: set[str]) -> None:
    found = verdicts(given)
    assert found.keys() == {"nodes_mb", "link_kb"}  # the history is kept for days, it may grow
    assert {name for name, (_, _, is_flat) in found.items() if is_flat} == flat


def test_a_growth_is_told_by_the_hour() -> None:
    _, hourly, _ = verdicts(samples(130, 100))["nodes_mb"]
    assert hourly == pytest.approx(30)
