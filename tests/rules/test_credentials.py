"""What people paste where a token belongs, each told apart and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import ConfigError
from syncd.phrases import said
from syncd.rules import credentials
from syncd.rules.credentials import Grant, Token

HEX = "0123456789abcdef0123456789abcdef"
WHOLE = f"shpat_{HEX}"


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param(WHOLE, id="alone"),
        pytest.param(f"  {WHOLE}\r\n", id="space round it"),
        pytest.param(f'"{WHOLE}"', id="quotes"),
        pytest.param(f"“{WHOLE}”.", id="quotes of a letter"),
        pytest.param(f"\u200b{WHOLE}\ufeff", id="invisible characters"),
        pytest.param(f"Token: {WHOLE}", id="a line"),
        pytest.param(f"X-Shopify-Access-Token: {WHOLE}", id="a header"),
        pytest.param(f"SHOPIFY_ACCESS_TOKEN={WHOLE}", id="an assignment"),
        pytest.param(f"{WHOLE} {WHOLE}", id="twice the same"),
    ],
)
def test_the_token_in_a_paste_is_taken(pasted: str) -> None:
    assert credentials.token(pasted) == Token(WHOLE)


@pytest.mark.parametrize(
    ("pasted", "english", "norwegian"),
    [
        pytest.param(f"shpss_{HEX}", "the app's API secret", "appens API-hemmelighet", id="secret"),
        pytest.param(
            f"API secret key: shpss_{HEX}", "by mistake", "ved en feil", id="a line with the secret"
        ),
        pytest.param(HEX, "32 hexadecimal digits", "32 heksadesimale", id="old secret or key"),
        pytest.param(f"API key: {HEX}", "32 hexadecimal digits", "32 heksadesimale", id="key"),
        pytest.param(f"shpua_{HEX}", "under development", "under utvikling", id="of the CLI"),
        pytest.param(f"shprt_{HEX}", "refresh token", "fornyelsestoken", id="refresh"),
        pytest.param(f"shptka_{HEX}", "themes", "temaer", id="theme access"),
        pytest.param("shpk1234", "cut off", "kuttet", id="shpk"),
        pytest.param(f"shpx_{HEX}", "a key of Shopify's", "en nøkkel fra Shopify", id="unknown"),
        pytest.param("shpat", "cut off", "kuttet", id="the beginning"),
        pytest.param("shpat_", "0 characters", "0 tegn", id="the prefix"),
        pytest.param(WHOLE[:-3], "29 characters", "29 tegn", id="cut off"),
        pytest.param(f"{WHOLE}0", "33 characters", "33 tegn", id="one too many"),
        pytest.param("shpat_••••••••ab12", "hides it", "skjuler", id="hidden"),
        pytest.param("shpat_1a2b…", "hides it", "skjuler", id="shortened"),
        pytest.param("https://x.myshopify.com/admin", "an address", "en adresse", id="address"),
        pytest.param("x.myshopify.com", "an address", "en adresse", id="domain"),
        pytest.param("per@example.no", "an address", "en adresse", id="e-mail"),
        pytest.param("hemmelig", "begin with shpat_", "begynner med shpat_", id="a word"),
        pytest.param("🙂", "begin with shpat_", "begynner med shpat_", id="emoji"),
        pytest.param("' or 1=1 --", "begin with shpat_", "begynner med shpat_", id="SQL"),
        pytest.param("x" * 10_000, "too long", "for langt", id="10 kB"),
        pytest.param(f"{WHOLE} shpss_{HEX}", "several", "flere", id="two of them"),
        pytest.param("", "no access token", "ikke noe tilgangstoken", id="nothing"),
        pytest.param(' "" ', "no access token", "ikke noe tilgangstoken", id="quotes alone"),
    ],
)
def test_what_is_no_token_is_called_by_its_name(pasted: str, english: str, norwegian: str) -> None:
    with pytest.raises(ConfigError) as caught:
        credentials.token(pasted)
    error = caught.value
    assert english in error.message
    assert norwegian in said(error.message, "nb")
    assert said(error.hint, "nb") != error.hint != ""
    shown = f"{error.message} {error.hint} {error!r}"
    assert HEX not in shown
    assert len(pasted) < 7 or pasted not in shown


@pytest.mark.parametrize(
    ("client_id", "secret", "what"),
    [
        pytest.param("", "x", "no client ID", id="no id"),
        pytest.param(HEX, " ", "no client secret", id="no secret"),
        pytest.param(HEX, HEX, "as the client ID, too", id="the same twice"),
        pytest.param(f"shpss_{HEX}", "x", "as the client ID, too", id="the wrong way round"),
        pytest.param(HEX, WHOLE, "an access token was given", id="a token as the secret"),
        pytest.param(WHOLE, "x", "an access token was given", id="a token as the id"),
        pytest.param(HEX, f"shpss_{HEX[:-1]}", "31 characters", id="cut off"),
        pytest.param(HEX, "shpss_****", "hides it", id="hidden"),
        pytest.param("https://x.no", "x", "neither", id="an address"),
        pytest.param("a b", "x", "neither", id="two words"),
        pytest.param(HEX, f"shprt_{HEX}", "refresh token", id="a refresh token"),
    ],
)
def test_half_of_a_grant_that_is_wrong_is_told(client_id: str, secret: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        credentials.grant(client_id, secret)
    assert what in caught.value.message
    assert said(caught.value.message, "nb") != caught.value.message


def test_both_halves_of_a_grant_are_taken_out_of_what_was_pasted() -> None:
    taken = credentials.grant(f"Client ID: {HEX}", f' "shpss_{HEX}" ')
    assert taken == Grant(HEX, f"shpss_{HEX}")
    assert credentials.grant(HEX, HEX[::-1]).client_secret == HEX[::-1]


def test_tokens_of_older_sorts_are_taken_with_a_remark() -> None:
    assert credentials.remark(WHOLE) is None
    for prefix, what in (("shppa_", "private app"), ("shpca_", "custom app")):
        taken = credentials.token(f"{prefix}{HEX}")
        assert what in (credentials.remark(taken.text) or "")


@given(st.text(min_size=1), st.text(min_size=1))
def test_credentials_are_read_as_they_were_written(client_id: str, secret: str) -> None:
    given = Grant(client_id, secret)
    assert credentials.read(credentials.written(given)) == given
    assert credentials.read(credentials.written(Token(WHOLE))) == Token(WHOLE)


@given(st.text(max_size=400))
def test_any_paste_is_a_token_or_one_clear_message(pasted: str) -> None:
    try:
        taken = credentials.token(pasted)
    except ConfigError as error:
        assert error.message and error.hint
    else:
        assert taken.text.startswith("shp") and taken.text in pasted


def test_secrets_are_in_no_repr() -> None:
    assert HEX not in repr(Token(WHOLE)) + repr(Grant("id", HEX))
