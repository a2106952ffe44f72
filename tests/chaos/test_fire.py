"""What `make chaos` is made of: its schedule, its relays, what it looks for afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from chaos.aftermath import back
from chaos.relay import HOST, Relay
from chaos.schedule import NODES, Kind, schedule

PATIENCE_S = 10.0


def test_a_seed_always_makes_the_same_blows() -> None:
    assert schedule(7, 60) == schedule(7, 60) != schedule(8, 60)


def test_ten_seeds_have_every_sort_of_blow_for_each_node() -> None:
    blows = [blow for seed in range(1, 11) for blow in schedule(seed, 120)]
    assert {blow.kind for blow in blows} == set(get_args(Kind))
    assert {blow.node for blow in blows} == {None, *range(NODES)}


def test_blows_come_in_order_within_their_time() -> None:
    times = [blow.at_s for blow in schedule(3, 60)]
    assert times == sorted(times) and times[0] > 0 and times[-1] < 60 and len(times) > 10


async def echo(stream: SocketStream) -> None:
    async with stream:
        async for chunk in stream:
            await stream.send(chunk)


@asynccontextmanager
async def relayed() -> AsyncIterator[tuple[Relay, SocketStream]]:
    """A connection through a relay to somebody who answers the same."""
    listener = await anyio.create_tcp_listener(local_host=HOST)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, echo)
        relay = await Relay(listener.extra(SocketAttribute.local_port)).listen(group)
        async with await anyio.connect_tcp(HOST, relay.port) as stream:
            with anyio.fail_after(PATIENCE_S):
                yield relay, stream
        group.cancel_scope.cancel()


async def test_a_relay_passes_what_is_said() -> None:
    async with relayed() as (_, stream):
        await stream.send(b"hei")
        assert await stream.receive() == b"hei"


async def test_a_relay_that_is_cut_ends_its_connections() -> None:
    async with relayed() as (relay, stream):
        await stream.send(b"hei")
        await stream.receive()
        await relay.cut()
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()


async def test_what_is_said_while_the_network_is_cut_never_arrives() -> None:
    async with relayed() as (relay, stream):
        await stream.send(b"hei")
        await stream.receive()
        relay.hold()
        await stream.send(b"lost")
        with anyio.move_on_after(0.1) as waited:
            await stream.receive()
        assert waited.cancelled_caught
        await relay.release()
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()


def test_a_version_that_goes_back_is_told() -> None:
    rows = [
        {"key": "1", "title": "Vare 1 v4"},
        {"key": "2", "title": "Vare 2 v1"},
        {"key": "1", "title": "Navn 9"},
        {"key": "1", "title": "Vare 1 v3"},
    ]
    assert back(rows) == ["product 1: v3 was sent after v4"]
