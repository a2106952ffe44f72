"""What the writers of bodies share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from graphql import DocumentNode, ExecutionResult, execute_sync, parse

from syncd.sandbox import gids
from syncd.sandbox.access import EVERYTHING
from syncd.sandbox.apps import app_of
from syncd.sandbox.hooks.records import Hint, Subscription
from syncd.sandbox.records import Metafield
from syncd.sandbox.schema import executable
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import Visit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """A body in the making: of which shop, for whom, about what."""

    shop: Shop
    subscription: Subscription
    hint: Hint

    def time(self, text: str | None) -> str | None:
        """A time with the offset of the shop's zone, as REST has it."""
        if text is None:
            return None
        zone = ZoneInfo(self.shop.options.timezone)
        return datetime.fromisoformat(text).astimezone(zone).isoformat(timespec="seconds")

    def asked(self, document: str, **variables: Any) -> Json | None:
        """The first root field's answer to a query, as the app that subscribed would have it."""
        app = app_of(self.shop, self.subscription.app) or self.shop.options.app
        version = self.subscription.version
        visit = Visit(self.shop, version, EVERYTHING, app=app)
        result = execute_sync(
            executable(version), read(document), context_value=visit, variable_values=variables
        )
        assert isinstance(result, ExecutionResult)
        return next(iter((result.data or {}).values()), None)

    def metafields(self, held: Iterable[Metafield], owner: tuple[str, int]) -> Json:
        """`metafields`, for a subscription that wants some."""
        spaces, names = self.subscription.metafield_namespaces, self.subscription.metafields
        if not spaces and not names:
            return {}
        chosen = [
            one for one in held if one.namespace in spaces or (one.namespace, one.key) in names
        ]
        return {"metafields": [self._metafield(one, owner) for one in chosen]}

    def _metafield(self, one: Metafield, owner: tuple[str, int]) -> Json:
        return {
            "id": one.id,
            "namespace": one.namespace,
            "key": one.key,
            "value": one.value,
            "type": one.type,
            "owner_id": owner[1],
            "owner_resource": owner[0],
            "created_at": self.time(one.created_at),
            "updated_at": self.time(one.updated_at),
            "admin_graphql_api_id": gids.gid("Metafield", one.id),
        }


Writer = Callable[[Writing], Json | None]


@cache
def read(document: str) -> DocumentNode:
    return parse(document)


def number(gid: str | None) -> int | None:
    """The number in a gid."""
    found = gids.parted(gid) if gid else None
    return found[1] if found else None


def only_id(writing: Writing) -> Json:
    return {"id": writing.hint.number}
