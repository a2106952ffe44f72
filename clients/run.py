"""Runs each client's program against a fresh sandbox over HTTP; prints what each did.

Clients come from their registries, each into an environment of its own below build/clients/.
Words on the command line choose some by name.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio

from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import running

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "clients"
INSTALL_S, RUN_S = 300, 120

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Client:
    """A client, the registry that has it, the program that uses it."""

    registry: Literal["PyPI", "npm"]
    name: str
    version: str
    program: str
    api: str = "2026-10"

    @property
    def home(self) -> Path:
        return BUILD / f"{self.name.replace('@', '').replace('/', '-')}-{self.version}"

    @property
    def command(self) -> list[str]:
        interpreter = "node" if self.registry == "npm" else str(self.home / "bin" / "python")
        return [interpreter, str(HERE / self.program)]


CLIENTS = (
    Client("PyPI", "shopifyapp", "1.0.2", "shopify_app_python.py"),
    Client("PyPI", "ShopifyAPI", "12.7.0", "shopify_api_python.py"),
    Client("PyPI", "lib-shopify-graphql", "2.1.2", "lib_shopify_graphql_python.py", "2026-01"),
    Client("PyPI", "airbyte-source-shopify", "4.3.0", "airbyte_python.py"),
    Client("npm", "@shopify/admin-api-client", "2.0.0", "admin_api_client.mjs"),
    Client("npm", "shopify-api-node", "3.15.0", "shopify_api_node.mjs"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """`did` are the lines that the program printed; `why` says why it did not pass."""

    client: Client
    outcome: Outcome
    seconds: float = 0.0
    did: Sequence[str] = ()
    why: str = ""


async def install(client: Client) -> str | None:
    """Make the client's environment, once. What hindered it, if something did."""
    ready = client.home / ".ready"
    if ready.exists():
        return None
    if client.registry == "npm" and shutil.which("npm") is None:
        return "npm is not installed"
    client.home.mkdir(parents=True, exist_ok=True)
    for command in _steps(client):
        code, output = await _run(command, client.home, INSTALL_S)
        if code:
            return f"not installed: {output.strip().splitlines()[-1:] or code}"
    ready.touch()
    return None


def _steps(client: Client) -> list[list[str]]:
    if client.registry == "npm":
        (client.home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        package = f"{client.name}@{client.version}"
        return [["npm", "install", "--no-audit", "--no-fund", "--silent", package]]
    pip = [str(client.home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    return [
        [sys.executable, "-m", "venv", str(client.home)],
        [*pip, f"{client.name}=={client.version}"],
    ]


async def report(client: Client, command: Sequence[str], folder: Path) -> Report:
    """Run the client's program, in a folder, against a shop of its own."""
    began_s = time.monotonic()
    async with running(ShopOptions()) as shop:
        told = {"SANDBOX_URL": shop.url, "SANDBOX_VERSION": client.api}
        code, output = await _run(command, folder, RUN_S, told)
    lines = output.strip().splitlines()
    seconds = time.monotonic() - began_s
    if code == 0:
        return Report(client, "passed", seconds, lines)
    did = [line for line in lines if line[:1].islower()]
    return Report(client, "failed", seconds, did, "\n".join(lines[-12:]))


async def _run(
    command: Sequence[str], folder: Path, limit_s: float, told: dict[str, str] | None = None
) -> tuple[int, str]:
    """Exit code, and what was printed to either stream."""
    with anyio.move_on_after(limit_s):
        result = await anyio.run_process(
            command,
            cwd=folder,
            env={**os.environ, **(told or {})},
            stderr=-2,  # where stdout goes
            check=False,
        )
        return result.returncode, result.stdout.decode(errors="replace")
    return 124, f"gave up after {limit_s:.0f} s"


async def main(words: Sequence[str]) -> int:
    chosen = [one for one in CLIENTS if not words or any(word in one.name for word in words)]
    print(f"{'client':28}{'version':9}{'API':9}{'outcome':9}{'s':>6}  what it did")
    reports = []
    for client in chosen:
        hindrance = await install(client)
        one = (
            Report(client, "skipped", why=hindrance)
            if hindrance
            else await report(client, client.command, client.home)
        )
        reports.append(one)
        print(
            f"{client.name:28}{client.version:9}{client.api:9}{one.outcome:9}{one.seconds:6.1f}"
            f"  {'; '.join(one.did)}",
            flush=True,
        )
        if one.why:
            print(f"    {one.why.replace(chr(10), chr(10) + '    ')}", flush=True)
    counts = {
        outcome: sum(one.outcome == outcome for one in reports)
        for outcome in ("passed", "failed", "skipped")
    }
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main, sys.argv[1:]))
