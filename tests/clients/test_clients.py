"""Two clients that we did not write; `make clients` runs all of them."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from clients.run import CLIENTS, HERE, Client, install, report


def named(name: str) -> Client:
    return next(one for one in CLIENTS if one.name == name)


async def test_shopifys_python_package_finds_a_shopify() -> None:
    if find_spec("shopify_app") is None:
        pytest.skip("shopifyapp is not installed")
    client = named("shopifyapp")
    found = await report(client, [sys.executable, str(HERE / client.program)], HERE)
    assert found.outcome == "passed", found.why
    assert "verified a webhook that was delivered" in found.did


async def test_shopifys_javascript_client_finds_a_shopify() -> None:
    client = named("@shopify/admin-api-client")
    if hindrance := await install(client):
        pytest.skip(hindrance)
    found = await report(client, client.command, client.home)
    assert found.outcome == "passed", found.why
