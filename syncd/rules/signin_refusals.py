"""Why Shopify gives an app no access token, in plain words."""

from __future__ import annotations

import json
import re

from syncd.errors import CallError, ShopError, ShopifyError
from syncd.phrases import Phrase, phrase

PAGE = re.compile(r"Oauth error ([a-z_]{3,40})")
CODE = re.compile(r"[a-z_]{3,40}")
MOST_WAIT_S = 60.0


def refusal(domain: str, status: int, body: bytes, retry_after: str | None) -> ShopifyError:
    """The error for an answer other than 200; of the body nothing is repeated but its code.

    Shopify answers JSON or a page; either may hold what was sent.
    """
    if status == 429:
        wait_s = _wait_s(retry_after)
        return CallError(phrase("Shopify asks for patience (HTTP 429)"), wait_s=wait_s)
    if status >= 500:
        hint = phrase("syncd tries again by itself; shopifystatus.com tells whether Shopify is up")
        what = phrase(
            "Shopify could not sign us in to {domain} (HTTP {status})",
            domain=domain,
            status=status,
        )
        return CallError(what, hint=hint)
    code = _code(body)
    what_said, hint_said = _words(domain, status, code)
    named = f"HTTP {status}, {code}" if code else f"HTTP {status}"
    return ShopError(
        phrase(
            "{domain} does not let the app sign in: {why} ({code})",
            domain=domain,
            why=what_said,
            code=named,
        ),
        hint=hint_said,
    )


def _words(domain: str, status: int, code: str) -> tuple[Phrase, Phrase]:
    anew = phrase("give both anew: syncd shop token {domain} --client-id …", domain=domain)
    match code:
        case "application_cannot_be_found":
            return phrase("Shopify knows no app with this client ID"), anew
        case "invalid_request" | "invalid_client" | "invalid_client_credentials":
            what = phrase("the client secret is not right; it may have been changed in Shopify")
            return what, anew
        case "app_not_installed" | "application_not_installed":
            hint = phrase("install the app in the shop again; syncd goes on by itself then")
            return phrase("the app is not installed in the shop"), hint
        case "shop_not_permitted":
            return (
                phrase("the app and the shop belong to different organisations"),
                phrase("make the app in the Dev Dashboard of the organisation that has the shop"),
            )
        case "unsupported_grant_type" | "unauthorized_client":
            return (
                phrase("the app may not sign in by itself"),
                phrase("make the app in the Dev Dashboard: docs/signin.md"),
            )
    if 300 <= status < 400 or status == 404:
        return phrase("there is no such shop"), phrase("check the shop's domain")
    if status == 402:
        hint = phrase("the shop's owner must pay Shopify")
        return phrase("the shop is frozen: its plan is not paid"), hint
    if status == 423:
        return phrase("the shop is locked"), phrase("ask Shopify's support why")
    if status == 401:
        return phrase("the client ID or the client secret is not right"), anew
    return phrase("Shopify does not say why"), anew


def _code(body: bytes) -> str:
    """Shopify's word for it; empty where none is found."""
    text = body[:20_000].decode(errors="replace")
    try:
        answer = json.loads(text)
    except ValueError:
        found = PAGE.search(text)
        return found.group(1) if found else ""
    code = answer.get("error") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _wait_s(retry_after: str | None) -> float:
    try:
        return min(MOST_WAIT_S, max(0.0, float(retry_after or 1)))
    except ValueError:
        return 1.0
