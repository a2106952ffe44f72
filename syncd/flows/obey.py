"""Do what the law asks for, note that the app was removed: by the database alone, for any shop."""

from __future__ import annotations

import random

import asyncpg
import structlog

from syncd.errors import ContractError
from syncd.postgres import obey, webhooks
from syncd.postgres.db import Connection, transaction
from syncd.postgres.obey import Request
from syncd.rules.retry import MAX_FAILURES, backoff_s

UNINSTALLED = (
    "the app was removed from the shop; install it again, then give its token: syncd shop token"
)
log = structlog.get_logger()


async def obey_once(pool: asyncpg.Pool) -> bool:
    """Do one thing that is asked, with its receipt, in one transaction; False: nothing is due.

    Needs no lease and no client: a shop that is paused, or has thrown us out, has the same rights.
    Twice does no harm. What fails is tried again eight times, then waits for a person.
    """
    async with transaction(pool) as connection:
        request = await obey.next_request(connection)
        if request is None:
            return False
        try:
            async with connection.transaction():
                outcome = await _obey(connection, request)
                await obey.done(connection, request, outcome)
        except (asyncpg.PostgresError, ContractError) as error:
            await _put_off(connection, request, error)
        else:
            log.info("obeyed", shop=request.domain, topic=request.topic, outcome=outcome)
    return True


async def _put_off(connection: Connection, request: Request, error: Exception) -> None:
    attempt = request.failures + 1
    chance = random.random()  # nosec B311  # spreads a wait
    wait_s = 0.0 if attempt >= MAX_FAILURES else backoff_s(attempt, chance)
    log.error("not_obeyed", shop=request.domain, topic=request.topic, attempt=attempt)
    await obey.failed(connection, request, str(error), wait_s=wait_s)


async def _obey(connection: Connection, request: Request) -> str:
    match request.topic:
        case "app/uninstalled":
            await webhooks.forget(connection, request.shop_id)
            await obey.uninstalled(connection, request.shop_id, UNINSTALLED)
            return "paused"
        case "customers/data_request":
            held = await obey.redact(connection, request, is_dry=True)
            await obey.write_receipt(connection, request, held, told_backoffice=False)
            return "counted"
        case "customers/redact":
            held = await obey.redact(connection, request, is_dry=False)
            await obey.tell_backoffice(connection, request)
            await obey.write_receipt(connection, request, held, told_backoffice=True)
            return "redacted"
        case "shop/redact":
            held = await obey.redact_shop(connection, request)
            await obey.write_receipt(connection, request, held, told_backoffice=False)
            return "redacted"
        case _:
            return "skipped"
