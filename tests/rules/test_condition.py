"""One sentence a shop: of all that is true the most pressing, in both languages."""

from __future__ import annotations

import pytest

from syncd.phrases import said
from syncd.rules.condition import Doing, Known, condition

ASKING = Doing(12, "resync", "held", is_asking=True)
COMPARING = Doing(13, "resync", "comparing", done=50, total=200)


@pytest.mark.parametrize(
    ("known", "sentence", "is_well"),
    [
        pytest.param(
            Known(last_s=12.2),
            "Alt er oppdatert. Siste endring nådde Shopify for 12 s siden.",
            True,
            id="all is well",
        ),
        pytest.param(
            Known(last_s=3 * 3600),
            "Alt er oppdatert. Siste endring nådde Shopify for 3 t siden.",
            True,
            id="hours are timer",
        ),
        pytest.param(
            Known(), "Alt er oppdatert. Ingenting er sendt i det siste.", True, id="nothing sent"
        ),
        pytest.param(
            Known(waiting=1, oldest_s=3),
            "Underveis: én endring har ventet i 3 s.",
            True,
            id="one change waits",
        ),
        pytest.param(
            Known(waiting=20, oldest_s=150),
            "Underveis: 20 endringer venter, den eldste har ventet i 2 min.",
            True,
            id="many wait",
        ),
        pytest.param(
            Known(waiting=20, oldest_s=5400, is_late=True),
            "Sendingen henger etter: 20 endringer venter, den eldste har ventet i 90 min.",
            False,
            id="they wait too long",
        ),
        pytest.param(
            Known(waiting=20, oldest_s=5, runs=(COMPARING,)),
            "Hele butikken sammenlignes: 50 av 200 produkter er gått gjennom.",
            True,
            id="a run goes before what waits",
        ),
        pytest.param(
            Known(dead=1, runs=(COMPARING,)),
            "Én endring trenger hjelp fra deg; alt annet går som det skal.",
            False,
            id="what needs a person goes before what does not",
        ),
        pytest.param(
            Known(dead=3, runs=(COMPARING, ASKING)),
            "Kjøring 12 er holdt tilbake og venter på svar.",
            False,
            id="a question goes before errors",
        ),
        pytest.param(
            Known(is_linked=False, runs=(ASKING,)),
            "Butikken er ikke koblet ennå: Ingenting sendes før den er det.",
            False,
            id="not linked",
        ),
        pytest.param(
            Known(is_linked=False, runs=(Doing(1, "link", "held", is_asking=True),)),
            "Den første koblingen er klargjort og venter på svar: kjøring 1.",
            False,
            id="a link waits for its answer",
        ),
        pytest.param(
            Known(is_served=False, dead=3, is_late=True),
            "syncd kjører ikke: Endringene venter, ingenting går tapt.",
            False,
            id="no daemon",
        ),
        pytest.param(
            Known(paused_s=600, paused_why="stock-taking\n  → wait", is_served=False),
            "Satt på pause i 10 min til: stock-taking.",
            False,
            id="paused for a while",
        ),
        pytest.param(
            Known(paused_s=1e11, paused_why="stock-taking"),
            "Satt på pause til noen starter den igjen: stock-taking.",
            False,
            id="paused without an end",
        ),
        pytest.param(
            Known(paused_s=60, paused_why="the access token is not valid (HTTP 401: no)"),
            "Shopify godtar ikke tilgangstokenet, så ingenting sendes. Legg inn et nytt.",
            False,
            id="the token is refused",
        ),
        pytest.param(
            Known(paused_s=1e11, paused_why="the app was removed from the shop; install it"),
            "Appen er fjernet fra butikken, så ingenting sendes.",
            False,
            id="the app is gone",
        ),
        pytest.param(
            Known(enabled=False, paused_s=60, dead=4),
            "Butikken er slått av: Ingenting sendes, endringene venter.",
            False,
            id="switched off goes before all",
        ),
        pytest.param(
            Known(trouble="Webhooks are missing"),
            "Noe trenger hjelp fra deg: Webhooks are missing.",
            False,
            id="any other alarm",
        ),
    ],
)
def test_the_most_pressing_truth_is_said(known: Known, sentence: str, is_well: bool) -> None:
    found = condition(known)
    assert (said(found.sentence, "nb"), found.is_well) == (sentence, is_well)
