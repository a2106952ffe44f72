"""Ask a public address, from here, whether the receiver of webhooks answers there."""

from __future__ import annotations

import aiohttp

from syncd.phrases import phrase

PATIENCE_S = 5.0  # as long as Shopify waits itself
ANSWER = 204  # the receiver's, to GET


async def trouble(address: str) -> str:
    """Why Shopify could not send there, in plain words; empty: the receiver answers.

    From inside a network an address may not be reached that the world reaches, or the other way
    round: it is a hint, no proof.
    """
    patience = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.get(address, allow_redirects=False) as response,
        ):
            status = response.status
    except TimeoutError:
        return phrase("no answer within {seconds} s", seconds=round(PATIENCE_S))
    except aiohttp.ClientError as error:
        return str(error) or type(error).__name__
    if status == ANSWER:
        return ""
    if 300 <= status < 400:
        return phrase(
            "it leads elsewhere (HTTP {status}), which Shopify does not follow", status=status
        )
    return phrase(
        "something else answers there (HTTP {status} instead of {wanted})",
        status=status,
        wanted=ANSWER,
    )
