"""Requests by law, the app's own end: what stands in the inbox for them, what is held, receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from syncd.errors import ContractError
from syncd.phrases import phrase
from syncd.postgres.db import Connection, Executor, Statements
from syncd.postgres.inbox import ERROR_CHARS

sql = Statements("obey")
Counts = Mapping[str, int]
MISSING = (asyncpg.UndefinedFunctionError, asyncpg.InvalidSchemaNameError)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done, locked; `body` as rules/webhooks.py reads it."""

    inbox_id: int
    shop_id: int
    topic: str
    kind: str
    delivery_id: str
    triggered_at: datetime | None
    received_at: datetime
    body: Mapping[str, Any]
    failures: int
    domain: str
    account_id: str

    @property
    def customer(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get("customer") or {}
        return found

    @property
    def orders(self) -> Sequence[str]:
        return list(self.body.get("orders") or ())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was asked by law, what was done; names nobody."""

    receipt_id: int
    domain: str
    topic: str
    request_id: str | None
    customer_id: str | None
    asked_at: datetime | None
    done_at: datetime
    held: Counts
    told_backoffice: bool


async def next_request(connection: Connection) -> Request | None:
    """The oldest that is due, of any shop, locked until the transaction ends; None: nothing is."""
    row = await sql.next.row(connection)
    return None if row is None else Request(**{**row, "body": row["body"] or {}})


async def done(connection: Connection, request: Request, outcome: str) -> None:
    """It was done, in the same transaction; whom it named is forgotten."""
    await sql.done.execute(connection, inbox_id=request.inbox_id, outcome=outcome)


async def failed(connection: Connection, request: Request, error: str, *, wait_s: float) -> None:
    """It could not be done; again after `wait_s`, or with 0 not until a person has looked."""
    await sql.failed.execute(
        connection,
        inbox_id=request.inbox_id,
        is_dead=wait_s == 0,
        wait_s=wait_s,
        error=error.replace("\0", "")[:ERROR_CHARS] or "no reason was given",
    )


async def redact(connection: Connection, request: Request, *, is_dry: bool) -> Counts:
    """Rows by table that hold something of the customer; rubbed out unless it is only counted."""
    counts: Counts = await sql.redact.value(
        connection,
        shop_id=request.shop_id,
        customer=dict(request.customer),
        orders=request.orders,
        is_dry=is_dry,
    )
    return counts


async def redact_shop(connection: Connection, request: Request) -> Counts:
    """Rub out what is held of all the shop's customers, and switch the shop off."""
    counts: Counts = await sql.redact_shop.value(connection, shop_id=request.shop_id)
    return counts


async def tell_backoffice(connection: Connection, request: Request) -> None:
    """The Backoffice is to forget the customer; raises ContractError when it cannot be asked to."""
    number = request.customer.get("id")
    customer = {
        "id": number and f"gid://shopify/Customer/{number}",
        "email": request.customer.get("email"),
        "phone": request.customer.get("phone"),
        "orders": [f"gid://shopify/Order/{one}" for one in request.orders],
    }
    try:
        await sql.tell_backoffice.execute(
            connection, account_id=request.account_id, customer=customer
        )
    except MISSING as error:
        raise ContractError(
            phrase(
                "the Backoffice lacks syncd_contract.redact_customer"
                "(account_id text, customer jsonb)"
            ),
            hint=phrase("make it (docs/backoffice.md), then `syncd inbox retry --kind privacy`"),
        ) from error


async def write_receipt(
    connection: Connection, request: Request, held: Counts, *, told_backoffice: bool
) -> None:
    """Once a delivery, however often it is asked."""
    await sql.receipt.execute(
        connection,
        shop_id=request.shop_id,
        domain=request.domain,
        topic=request.topic,
        delivery_id=request.delivery_id,
        request_id=request.body.get("request_id"),
        customer_id=request.customer.get("id"),
        asked_at=request.triggered_at or request.received_at,
        held=dict(held),
        told_backoffice=told_backoffice,
    )


async def receipts(db: Executor, *, shop_id: int | None = None, most: int = 50) -> list[Receipt]:
    """The newest first, of one shop or of all."""
    rows = await sql.receipts.fetch(db, shop_id=shop_id, most=most)
    return [Receipt(**row) for row in rows]


async def uninstalled(connection: Connection, shop_id: int, reason: str) -> None:
    """Leave the shop alone until a person gives another token, or resumes it."""
    await sql.uninstalled.execute(connection, shop_id=shop_id, reason=reason)
