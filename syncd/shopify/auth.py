"""The access token of an app in a shop: had by signing in, renewed before it ends."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import aiohttp
import anyio
import orjson
import structlog

from syncd.errors import CallError, ShopError, ShopifyError
from syncd.phrases import phrase
from syncd.rules.credentials import Grant
from syncd.rules.signin_refusals import refusal

HEADER = "X-Shopify-Access-Token"
ADDRESS = "/admin/oauth/access_token"
EARLY_PART = 0.2  # of its life is left when a new token is renewed
EARLY_S = EARLY_PART * 24 * 3600  # the same, of one whose life is not known any more
AGAIN_S = 300.0  # after a renewal that failed while the token still lasts
PATIENCE_S = 10.0  # for one question
TRIES = 3
FIRST_WAIT_S = 0.5
now_s = time.monotonic
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    """A token with the seconds for which it still lasts; None: it does not end.

    `is_new`: Shopify gave it just now, so there is no better one.
    """

    token: str = field(repr=False)
    lasts_s: float | None = None
    is_new: bool = False


Renew = Callable[[str], Awaitable[Held]]
"""Gives a token other than this one, which was refused or ends soon. Raises ShopError, CallError"""


class Access:
    """The token of one app in one shop as it is now, for all who make calls there.

    They read `token`, and look at `renew_at_s` (monotonic): until then there is nothing to do.
    """

    __slots__ = ("_ends_s", "_headers", "_is_new", "_lock", "_renew", "renew_at_s", "token")

    def __init__(self, held: Held | None, renew: Renew | None = None) -> None:
        """`held` None: one is asked for before the first call."""
        self.token = ""  # nosec B105  # none yet
        self.renew_at_s = self._ends_s = -inf
        self._is_new = False
        self._lock = anyio.Lock()
        self._renew = renew
        self._headers: MutableMapping[str, str] = {}
        if held is not None:
            self._take(held)

    def __repr__(self) -> str:
        return "Access()"

    @classmethod
    def fixed(cls, token: str) -> Access:
        """One that does not end, and cannot be renewed."""
        return cls(Held(token))

    @property
    def is_renewable(self) -> bool:
        return self._renew is not None

    def worn_in(self, headers: MutableMapping[str, str]) -> None:
        """Keep the token in the headers of a session: each call copies them as they are then."""
        self._headers = headers
        headers[HEADER] = self.token

    async def renew_early(self) -> None:
        """Another token before this one ends; a failure counts only when it has ended."""
        async with self._lock:
            if now_s() < self.renew_at_s or self._renew is None:
                return  # another has done it meanwhile
            try:
                self._take(await self._renew(self.token))
            except ShopifyError as error:
                left_s = self._ends_s - now_s()
                if left_s <= 0:
                    raise
                self.renew_at_s = now_s() + min(AGAIN_S, left_s)
                log.warning("token_not_renewed", lasts_s=round(left_s), error=str(error))

    async def replace(self, refused: str) -> bool:
        """Have another token than the refused one; returns whether Shopify has just given it.

        All who were refused with the same one wait for a single renewal. Raises ShopError when
        Shopify gives none, CallError when it does not answer.
        """
        async with self._lock:
            if self.token == refused and self._renew is not None:
                self._take(await self._renew(refused))
            return self._is_new

    def _take(self, held: Held) -> None:
        self.token, self._is_new = held.token, held.is_new
        if held.lasts_s is None:
            self.renew_at_s = self._ends_s = inf
        else:
            self._ends_s = now_s() + held.lasts_s
            early_s = EARLY_PART * held.lasts_s if held.is_new else EARLY_S
            self.renew_at_s = self._ends_s - early_s
        self._headers[HEADER] = held.token


async def sign_in(domain: str, grant: Grant, *, url: str | None = None) -> Held:
    """Ask for a token by the client-credentials grant; those given before stay valid.

    Repeated for some seconds when there is no answer: asking twice does no harm. Raises ShopError
    when Shopify gives none, CallError when it does not answer. `url` as for `client.connect`.
    """
    wait_s = FIRST_WAIT_S
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session:
        for left in reversed(range(TRIES)):
            try:
                return await _asked(session, domain, grant, url)
            except CallError as error:
                if not left:
                    raise
                await anyio.sleep(wait_s if error.wait_s is None else min(error.wait_s, PATIENCE_S))
            wait_s *= 2
    raise AssertionError("unreachable")


async def _asked(
    session: aiohttp.ClientSession, domain: str, grant: Grant, url: str | None
) -> Held:
    form = {
        "grant_type": "client_credentials",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
    }
    began_s = now_s()
    try:
        # A redirect would carry the secret elsewhere.
        async with session.post(
            f"{url or f'https://{domain}'}{ADDRESS}",
            data=form,
            headers={"Accept": "application/json"},
            allow_redirects=False,
        ) as response:
            status, body = response.status, await response.read()
            retry_after = response.headers.get("Retry-After")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CallError(
            phrase(
                "could not sign in to {domain}: no answer ({why})",
                domain=domain,
                why=type(error).__name__,
            ),
            hint=phrase("check the network here; shopifystatus.com tells whether Shopify is up"),
        ) from None  # what aiohttp raises may name the request with its headers
    if status != 200:
        raise refusal(domain, status, body, retry_after)
    return _held(domain, body, now_s() - began_s)


def _held(domain: str, body: bytes, took_s: float) -> Held:
    try:
        answer: Any = orjson.loads(body)
        token, lasts_s = str(answer["access_token"]), answer.get("expires_in")
        lasts_s = None if lasts_s is None else max(0.0, float(lasts_s) - took_s)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ShopError(
            phrase("{domain} was signed in to, but gave no token", domain=domain),
            hint=phrase("check the shop's domain"),
        ) from None
    return Held(token, lasts_s, is_new=True)
