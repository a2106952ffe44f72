"""The small resolvers that many types share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo

from syncd.sandbox import gids
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import Visit

Info: TypeAlias = "GraphQLResolveInfo[Visit]"
"""What graphql-core tells a resolver; its context is the visit."""

Resolver = Callable[..., Any]
Fields = Mapping[str, Mapping[str, Resolver]]


def shop_of(info: Info) -> Shop:
    return info.context.shop


def attribute(name: str) -> Resolver:
    """What the record holds under that name."""
    return lambda record, _info, **_: getattr(record, name)


def always(value: Any) -> Resolver:
    return lambda _record, _info, **_: value


def gid_of(kind: str) -> Resolver:
    return lambda record, _info: gids.gid(kind, record.id)


def legacy_id(record: Any, _info: Info) -> str:
    return str(record.id)


def count(number: int) -> dict[str, Any]:
    return {"count": number, "precision": "EXACT"}


def money(shop: Shop, amount: str | None) -> dict[str, str] | None:
    if amount is None:
        return None
    # MoneyV2 drops the last nought where Money keeps it: recorded "2.0" beside "14.25".
    return {"amount": short(amount), "currencyCode": shop.options.currency}


def short(amount: str) -> str:
    return amount[:-1] if amount.endswith("0") and "." in amount else amount
