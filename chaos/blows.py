"""How each blow falls, how long it lasts."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import anyio

from chaos.scene import Node, Scene, answering
from chaos.schedule import Blow, Kind

Told = Callable[[str], None]
GRACE_S = 0.3  # until what a node has sent is answered, before it is frozen
FAULTS: Mapping[str, object] = {
    "http": {"probability": 0.02, "status": 503},
    "drop": {"probability": 0.02, "when": "after"},
    "slow": {"probability": 0.03, "seconds": 1.5},
    "internal": 0.01,
    "throttled": 0.01,
    "webhook_dropped": 0.1,
    "webhook_doubled": 0.1,
    "webhook_late": {"probability": 0.1, "seconds": 5},
}


async def fall(scene: Scene, blows: Sequence[Blow], *, seed: int, tell: Told) -> None:
    """Each at its time; returns when the last one is over."""
    began_s = anyio.current_time()
    await spoil(scene, seed)
    async with anyio.create_task_group() as group:
        for blow in blows:
            await anyio.sleep_until(began_s + blow.at_s)
            tell(str(blow))
            group.start_soon(_strike, scene, blow, seed)


async def spoil(scene: Scene, seed: int) -> None:
    """The shop answers badly, now and then; whenever it is started anew it is told again."""
    await scene.ask("faults", {"kind": "chaos", "seed": seed, "rates": FAULTS})


async def _strike(scene: Scene, blow: Blow, seed: int) -> None:
    if blow.kind == "kill postgres":
        await scene.kill_postgres()
    elif blow.kind == "kill shop":
        scene.sandbox.send(signal.SIGKILL)
        with suppress(Exception):  # it may die once more meanwhile
            await anyio.sleep(0.2)
            await answering(scene.base)
            await spoil(scene, seed)
    else:
        assert blow.node is not None
        await NODES[blow.kind](scene, scene.nodes[blow.node], blow)


async def _kill(scene: Scene, node: Node, blow: Blow) -> None:
    node.program.send(signal.SIGKILL)


async def _stop(scene: Scene, node: Node, blow: Blow) -> None:
    if not node.is_frozen:  # systemd would kill it
        await node.program.stop()


async def _freeze(scene: Scene, node: Node, blow: Blow) -> None:
    """As a machine that stands still; what it is about to send is lost with its connections.

    Without that, a call that it had decided on before would be sent afterwards: no lease can keep
    a frozen process from that (ARCHITECTURE.md, leases).
    """
    node.shop.hold()
    await anyio.sleep(GRACE_S)
    node.program.send(signal.SIGSTOP)
    node.is_frozen = True
    await anyio.sleep(blow.lasts_s)
    await node.shop.cut()
    node.program.send(signal.SIGCONT)
    node.is_frozen = False
    await node.shop.release()


async def _drop_database(scene: Scene, node: Node, blow: Blow) -> None:
    await node.database.cut()


async def _drop_shop(scene: Scene, node: Node, blow: Blow) -> None:
    await node.shop.cut()


async def _cut_network(scene: Scene, node: Node, blow: Blow) -> None:
    """Packets are lost both ways, to Postgres as to the shop."""
    node.database.hold()
    node.shop.hold()
    await anyio.sleep(blow.lasts_s)
    await node.shop.release()
    await node.database.release()


async def _step_clock(scene: Scene, node: Node, blow: Blow) -> None:
    if scene.has_clocks:
        node.clock.write_text(f"{blow.by_s:+d}")
        await anyio.sleep(blow.lasts_s)
        node.clock.write_text("+0")


async def _fill_disk(scene: Scene, node: Node, blow: Blow) -> None:
    if not scene.has_disks:
        return
    heap = node.disk / "heap"
    with suppress(OSError), heap.open("wb", buffering=0) as file:
        while True:
            file.write(os.urandom(65536))
    await anyio.sleep(blow.lasts_s)
    heap.unlink()


NODES: Mapping[Kind, Callable[[Scene, Node, Blow], Awaitable[None]]] = {
    "kill node": _kill,
    "stop node": _stop,
    "freeze node": _freeze,
    "drop database": _drop_database,
    "drop shop": _drop_shop,
    "cut network": _cut_network,
    "step clock": _step_clock,
    "fill disk": _fill_disk,
}
