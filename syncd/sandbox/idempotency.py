"""Calls that are done once however often they are sent: the directive `@idempotent(key:)`.

For a mutation that takes it, in the FIELDS of its module:

    "refundCreate": once(refund_create)                     mandatory since 2026-04
    "orderCreateMandatePayment": once(..., since=None)      never mandatory
    "inventorySetQuantities": once(..., check=...)          what is refused before the key is asked

A key is remembered for a day of the shop's clock with a fingerprint of the mutation's name and
arguments. The answer to a repeat is the first one with its records as they are by then: a payload
may hold records (of `resolvers.nodes.TYPE_NAMES`), lists, dicts and plain values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    get_directive_values,
    get_named_type,
)

from syncd.sandbox import gids
from syncd.sandbox.resolvers.fields import Info, Resolver, shop_of
from syncd.sandbox.resolvers.nodes import TYPE_NAMES
from syncd.sandbox.resolvers.order_nodes import part_named
from syncd.sandbox.resolvers.order_parts import Of
from syncd.sandbox.resolvers.stock import Stocked, level_named
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockrecords import KeyedCall
from syncd.sandbox.words import refusal

Check = Callable[[Info, Mapping[str, Any]], None]
"""Raises what refuses the whole call."""

KIND = "KeyedCall"
KEPT = timedelta(hours=24)  # shopify.dev/docs/api/usage/implementing-idempotency, read 2026-11
RECORD = "gid of the record"
MISSING = "The @idempotent directive is required for this mutation but was not provided."
BLANK = "The idempotency key can't be blank."
RUNNING = (
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "This request is currently in progress, please try again.",
)
OTHER = (
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "The same idempotency key cannot be used with different operation parameters.",
)
FAILED = (
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    "A previous request with this idempotency key failed. Retry with a new idempotency key.",
)


def once(
    resolve: Resolver, *, since: str | None = "2026-04", check: Check | None = None
) -> Resolver:
    """The mutation, done once a key. `since` is the version from which a key must be given."""

    def keyed(source: Any, info: Info, **arguments: Any) -> Any:
        if check:
            check(info, arguments)
        if (key := key_of(info)) is None:
            if since and info.context.is_since(since):
                raise refusal(MISSING, "BAD_REQUEST")
            return resolve(source, info, **arguments)
        if not key.strip():
            raise refusal(BLANK, "BAD_REQUEST")
        fingerprint = fingerprint_of(info.field_name, arguments)
        number = number_of(key, info.context.app.client_id)
        before = known(shop_of(info), number)
        if before is None:
            payload = resolve(source, info, **arguments)
            remember(info, number, fingerprint, payload)
            return payload
        return _repeated(info, before, fingerprint)

    return keyed


def key_of(info: Info) -> str | None:
    """The key in the directive on the field, which may be a variable."""
    directive = info.schema.get_directive("idempotent")
    for node in info.field_nodes if directive else ():
        if values := get_directive_values(directive, node, info.variable_values):  # type: ignore[arg-type]
            return str(values["key"])
    return None


def fingerprint_of(name: str, arguments: Mapping[str, Any]) -> str:
    text = orjson.dumps([name, arguments], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def number_of(key: str, app: str) -> int:
    """What a call is kept under: each app has keys of its own. `app` is its client id."""
    return int.from_bytes(hashlib.sha256(f"{app} {key}".encode()).digest()[:7])


def known(shop: Shop, number: int) -> KeyedCall | None:
    """The call that had the key within the last day."""
    call: KeyedCall | None = shop.held[KIND].get(number)
    return None if call is None or is_forgotten(shop, call) else call


def is_forgotten(shop: Shop, call: KeyedCall) -> bool:
    return datetime.fromisoformat(call.at) + KEPT <= shop.options.clock.now().astimezone(UTC)


def remember(info: Info, number: int, fingerprint: str, payload: Mapping[str, Any]) -> None:
    shop, name = shop_of(info), errors_name(info)
    call = KeyedCall(
        number,
        fingerprint,
        shop.now(),
        "failed" if payload.get(name) and _can_fail(info) else "done",
        remembered(payload),
    )
    if call.id in shop.held[KIND]:
        shop.remove(KIND, call)  # so that it is the youngest again
    shop.put(KIND, call)


def _repeated(info: Info, before: KeyedCall, fingerprint: str) -> Any:
    if before.fingerprint != fingerprint:
        return refused(info, *OTHER)
    if before.state == "running":
        return refused(info, *RUNNING)
    if before.state == "failed":
        return refused(info, *FAILED)
    return recalled(shop_of(info), before.payload)


def refused(info: Info, code: str, message: str) -> dict[str, Any]:
    """The mutation's payload with nothing in it but this error."""
    errors = [{"field": None, "message": message, "code": code}]
    return dict.fromkeys(_payload_type(info).fields) | {errors_name(info): errors}


def errors_name(info: Info) -> str:
    """`userErrors`, or what the payload calls them."""
    names = list(_payload_type(info).fields)
    return "userErrors" if "userErrors" in names else next(n for n in names if "UserErrors" in n)


def _payload_type(info: Info) -> GraphQLObjectType:
    type_ = get_named_type(info.return_type)
    assert isinstance(type_, GraphQLObjectType)
    return type_


def _can_fail(info: Info) -> bool:
    """Whether the mutation can say that an attempt failed; those of locations cannot."""
    error = get_named_type(_payload_type(info).fields[errors_name(info)].type)
    assert isinstance(error, GraphQLObjectType)
    codes = get_named_type(error.fields["code"].type) if "code" in error.fields else None
    return not isinstance(codes, GraphQLEnumType) or FAILED[0] in codes.values


def remembered(value: Any) -> Any:
    """A payload as it can be kept: records become their gids."""
    if isinstance(value, Stocked):
        return {RECORD: value.gid}
    if isinstance(value, Of):
        return {RECORD: gids.gid(value.kind, value.id)}
    if type(value) in TYPE_NAMES:
        return {RECORD: gids.gid(TYPE_NAMES[type(value)], value.id)}
    if isinstance(value, Mapping):
        return {name: remembered(one) for name, one in value.items()}
    return [remembered(one) for one in value] if isinstance(value, list | tuple) else value


def recalled(shop: Shop, value: Any) -> Any:
    """A kept payload with its records as they are now, null for those that are gone."""
    if isinstance(value, Mapping):
        if RECORD in value:
            gid = value[RECORD]
            return level_named(shop, gid) or shop.find(gid) or part_named(shop, gid)
        return {name: recalled(shop, one) for name, one in value.items()}
    return [recalled(shop, one) for one in value] if isinstance(value, list) else value
