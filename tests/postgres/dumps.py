"""What pg_dump says of a test's database, by the programs of its own server."""

from __future__ import annotations

import subprocess

import anyio
from anyio import to_thread

from syncd.postgres import db
from syncd.postgres.embedded import Server
from tests.conftest import PROGRAMS

TIMEOUT_S = 60.0


async def run(server: Server, program: str, url: str, *words: str, given: bytes = b"") -> bytes:
    """Run a client program of this server's version; returns what it wrote, or fails with that."""
    folder = PROGRAMS[f"postgres{server.version.partition('.')[0]}"][0]
    plain, password = db.parted(url)

    def work() -> bytes:
        ended = subprocess.run(
            [str(folder / program), "--no-password", *words, "--dbname", plain],
            input=given,
            env={"PGPASSWORD": password, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr.decode()
        return ended.stdout + ended.stderr

    with anyio.fail_after(TIMEOUT_S):
        return await to_thread.run_sync(work)


async def schema(server: Server, url: str) -> list[str]:
    """The whole schema; without the random words by which newer releases guard a dump."""
    found = await run(server, "pg_dump", url, "--schema-only")
    lines = found.decode().splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]
