"""What an app signs in with: recognised when it is pasted, written down, read again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from syncd.errors import ConfigError
from syncd.phrases import Phrase, phrase

FRAME = " \t\r\n\"'`‘’“”«»<>()[]{},;:.​\ufeff"  # round what is copied from pages and letters
WORD = re.compile(r"(?<![A-Za-z0-9])(shp[a-z]{1,4}_[^\s\"'`,;]*)")
MASK = re.compile(r"[•●*…xX]{4,}|\.\.\.|…")
PLAIN = re.compile(r"[A-Za-z0-9_\-]+")
HEX = re.compile(r"[0-9a-fA-F]+")
BODY = 32  # characters of a token after its prefix; shopify.dev/changelog, April 2020
LONGEST = 300  # of what may be a credential; more is a page, a file
TOKENS = ("shpat_", "shpca_", "shppa_")  # of an app, a custom app, a private app of old


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that does not end."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is had with, again and again; Shopify signs webhooks with the secret, too."""

    client_id: str
    client_secret: str = field(repr=False)


Credentials = Token | Grant


def written(credentials: Credentials) -> str:
    """As it is sealed: a token is its text, as ever."""
    match credentials:
        case Token(text):
            return text
        case Grant(client_id, client_secret):
            return json.dumps({"client_id": client_id, "client_secret": client_secret})


def read(text: str) -> Credentials:
    """What `written` made."""
    if not text.startswith("{"):
        return Token(text)
    fields = json.loads(text)
    return Grant(fields["client_id"], fields["client_secret"])


def token(pasted: str) -> Token:
    """The access token in what was pasted: alone, in quotes, or in a line with a word before it.

    Raises ConfigError, which says what it is instead and where the token is found. It never
    repeats what was pasted.
    """
    text = _taken(pasted)
    if not text:
        _refuse(phrase("no access token was given"), _where())
    if not text.startswith(TOKENS):
        _refuse(_instead(text), _where())
    return Token(_whole(text))


def grant(client_id: str, client_secret: str) -> Grant:
    """Both halves of an app's credentials; raises ConfigError as `token` does."""
    named, secret = _taken(client_id), _taken(client_secret)
    if not named:
        _refuse(phrase("no client ID was given"), _settings())
    if not secret:
        _refuse(phrase("no client secret was given"), _settings())
    if named.startswith("shpss_") or named == secret:
        _refuse(phrase("the client secret was given as the client ID, too"), _settings())
    if named.startswith(TOKENS) or secret.startswith(TOKENS):
        _refuse(
            phrase("an access token was given as a part of the client credentials"),
            phrase("give the access token alone, or the client ID with its client secret"),
        )
    for one in (named, secret):
        if one.startswith("shp") and "_" in one and not one.startswith("shpss_"):
            _refuse(_instead(one), _settings())
        if MASK.search(one):
            _whole(one)
        if _is_address(one) or not PLAIN.fullmatch(one):
            what = phrase("that is neither a client ID nor a client secret of Shopify's")
            _refuse(what, _settings())
    return Grant(named, _whole(secret))


def remark(text: str) -> Phrase | None:
    """What is worth knowing of a token that is taken; None for the usual sort."""
    if text.startswith("shppa_"):
        return phrase(
            "this is the password of a private app of old: it works as long as Shopify keeps it"
        )
    if text.startswith("shpca_"):
        return phrase("this is the token of a custom app: it works until the app is removed")
    return None


def _taken(pasted: str) -> str:
    """What matters of a paste; two different ones in it are too many."""
    text = pasted.strip(FRAME)
    if len(text) > LONGEST:
        what = phrase("that is too long for a token: it was pasted with much else")
        _refuse(what, phrase("copy the token alone"))
    found: set[str] = {one.strip(FRAME) for one in WORD.findall(text)}
    if len(found) > 1:
        what = phrase("several tokens or secrets were pasted at once")
        _refuse(what, phrase("copy the token alone"))
    if found:
        return found.pop()
    label, _, value = text.rpartition(":")  # "Client ID: 1a2b…"
    is_labelled = bool(label) and "//" not in text
    return value.strip(FRAME) if is_labelled else text


def _whole(text: str) -> str:
    """A token or secret that nothing is missing of; raises ConfigError."""
    prefix, _, body = text.rpartition("_")
    if MASK.search(body) or not PLAIN.fullmatch(body or "-"):
        _refuse(
            phrase("only a part of the token is legible: Shopify hides it until asked"),
            phrase("press Reveal in Shopify, or make a new one, and copy the whole of it"),
        )
    is_hex = HEX.fullmatch(body) is not None
    if prefix.startswith("shp") and (not body or (is_hex and len(body) != BODY)):
        _refuse(
            phrase(
                "the token has {present} characters after its prefix instead of {wanted}: "
                "it was not copied as a whole",
                present=len(body),
                wanted=BODY,
            ),
            phrase("copy it again, with Shopify's copy button"),
        )
    return text


def _instead(text: str) -> Phrase:
    """What was given in place of an access token."""
    if text.startswith("shpss_"):
        return phrase(
            "that is the app's API secret, not an access token; guides of the former connector "
            "name it by mistake"
        )
    if text.startswith("shpua_"):
        return phrase("that is a token of an app under development, which ends within a day")
    if text.startswith("shprt_"):
        return phrase("that is a refresh token, not an access token")
    if text.startswith("shptka_"):
        return phrase("that is a password for themes (Theme Access), not an access token")
    if text.startswith("shp") and "_" not in text:
        return phrase("the token was cut off, or it is an API key")
    if text.startswith("shp"):
        return phrase("that is a key of Shopify's, but not an access token")
    if HEX.fullmatch(text) and len(text) == BODY:
        return phrase(
            "32 hexadecimal digits are the app's API key (client ID) or its API secret, "
            "not an access token; guides of the former connector name the secret by mistake"
        )
    if _is_address(text):
        return phrase("that is an address, not an access token")
    return phrase("that is no access token of Shopify's: those begin with shpat_")


def _is_address(text: str) -> bool:
    return "://" in text or text.startswith("www.") or ".myshopify.com" in text or "@" in text


def _where() -> Phrase:
    return phrase(
        "in Shopify: Settings → Apps → Develop apps → your app → API credentials shows the "
        "Admin API access token (shpat_…). An app of the Dev Dashboard has none: give its client "
        "ID and client secret instead (--client-id)"
    )


def _settings() -> Phrase:
    return phrase(
        "in Shopify's Dev Dashboard: Apps → your app → Settings shows the client ID and the "
        "client secret"
    )


def _refuse(what: Phrase, hint: Phrase) -> NoReturn:
    raise ConfigError(what, hint=hint)
