"""Changes a shop's settings as `syncd shop set` does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syncd.flows import configure
from syncd.flows.configure import Done
from syncd.postgres import shops
from syncd.rules import shop_settings as rules
from syncd.rules.shop_settings import Given
from syncd.shopify.client import Client
from tests.flows.conftest import Scene


async def change(scene: Scene, *words: str, secret: str | None = None) -> Done:
    """The settings of these words are the shop's from now on."""
    secrets = {} if secret is None else {"app_secret": secret}
    given = Given(rules.read(rules.pairs(words)), secrets)

    @asynccontextmanager
    async def visit() -> AsyncIterator[Client]:
        yield scene.client

    done = await configure.change(
        scene.pool, scene.shop, given, visit=visit, author="ola", vault=scene.vault
    )
    found = await shops.find(scene.pool, scene.shop.domain)
    assert found is not None
    scene.shop = found
    return done
