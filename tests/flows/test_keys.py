"""Another key for what is sealed: whatever dies on the way, everything can still be opened."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from syncd import keyfile
from syncd.errors import ConfigError
from syncd.flows import keys
from syncd.postgres import credentials, shops, webhooks
from syncd.postgres.embedded import Server
from syncd.vault import Vault
from tests.postgres.test_shops import NEW

DIGESTS = {"token_hash", "who"}  # of the console: nobody opens a digest
TEXTS = ["shpat_1", "shpss_2", "shpss_1", "shpat_2"]


@pytest.fixture
def postgres(embedded: Server) -> Server:
    """What is looked at here does not hang on the server."""
    return embedded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
async def vault(pool: asyncpg.Pool, path: Path) -> Vault:
    """That of a daemon which runs all the time; every sealed column holds something."""
    vault = Vault.open(path, create=True)
    shop = await shops.add(pool, NEW)
    for secret in TEXTS[2:0:-1]:
        await webhooks.set_secret(pool, shop.shop_id, vault.seal(secret))
    await credentials.replace(
        pool,
        shop.shop_id,
        credentials=vault.seal(TEXTS[0]),
        token=vault.seal(TEXTS[3]),
        lasts_s=99,
    )
    return vault


async def opened(pool: asyncpg.Pool, vault: Vault) -> list[str]:
    (row,) = await credentials.sealed(pool)
    order = ("credentials", "app_secret", "app_secret_before", "access_token")
    return [vault.unseal(row.sealed[name] or b"") for name in order]


async def test_a_rotation_leaves_one_key_and_everything_readable(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    (before,) = await credentials.sealed(pool)
    assert await keys.rotate(pool, path) == keys.Rotation(4, 2)
    assert await opened(pool, vault) == TEXTS  # it has read the file again
    assert await keys.finish(pool, path) == keys.Rotation(0, 1)
    assert await opened(pool, vault) == await opened(pool, Vault.open(path)) == TEXTS
    with pytest.raises(ConfigError):
        Vault.open(path).unseal(before.sealed["credentials"] or b"")


async def test_no_sealed_column_is_forgotten(pool: asyncpg.Pool) -> None:
    rows = await pool.fetch(
        "select attname from pg_attribute where atttypid = 'bytea'::regtype and not attisdropped"
        " and attrelid in (select oid from pg_class where relnamespace = 'syncd'::regnamespace"
        " and relkind in ('r', 'p'))"
    )
    sealed = (row["attname"] for row in rows if row["attname"] not in DIGESTS)
    assert sorted(sealed) == sorted(credentials.SEALED)


async def test_a_rotation_that_died_before_its_commit_is_finished_by_the_next(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    await keys.prepare(pool, path)  # the file is written, the database is not
    assert await opened(pool, Vault.open(path)) == await opened(pool, vault) == TEXTS
    assert await keys.prepare(pool, path) == keys.Rotation(0, 2)  # no third key
    assert await keys.rotate(pool, path) == keys.Rotation(4, 2)
    assert await keys.rotate(pool, path) == keys.Rotation(0, 2)


async def test_what_a_process_sealed_with_the_old_key_meanwhile_is_not_lost(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    late = Vault(keyfile.read(path))  # has its key from systemd: it cannot read the file again
    await keys.rotate(pool, path)
    await pool.execute("update syncd.shop set app_secret = $1", late.seal("shpss_3"))
    assert await keys.finish(pool, path) == keys.Rotation(1, 1)
    assert (await opened(pool, Vault.open(path)))[1] == "shpss_3"


async def test_a_running_process_seals_with_the_new_key_at_once(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    await keys.prepare(pool, path)
    assert Vault.open(path).is_newest(vault.seal("x"))


async def test_finishing_without_a_rotation_changes_nothing(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    before = keyfile.read(path)
    assert await keys.finish(pool, path) == keys.Rotation(0, 1)
    assert keyfile.read(path) == before


async def test_what_cannot_be_opened_stops_a_rotation_before_anything_is_sealed(
    pool: asyncpg.Pool, path: Path, vault: Vault
) -> None:
    await pool.execute("update syncd.shop set app_secret_before = 'junk'")
    (before,) = await credentials.sealed(pool)
    for step in (keys.rotate, keys.finish):
        with pytest.raises(ConfigError, match="another key"):
            await step(pool, path)
    assert await credentials.sealed(pool) == [before]
    assert Vault.open(path).key_count == 2
