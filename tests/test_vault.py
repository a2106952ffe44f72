from __future__ import annotations

import os
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import keyfile
from syncd.errors import ConfigError
from syncd.vault import Vault

KEY = b"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
OTHER = b"EkXPHvIxJ6sDFLU3gXLAQnqkN1b4GUYjPuW5wqgbUOo="


@given(st.text())
def test_what_is_sealed_can_be_unsealed(text: str) -> None:
    sealed = Vault(KEY).seal(text)
    assert Vault(KEY).unseal(sealed) == text
    assert len(text) < 8 or text.encode() not in sealed


def test_a_missing_key_is_made_only_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "key"
    with pytest.raises(ConfigError, match="there is no key file"):
        Vault.open(path)
    assert not path.parent.exists()
    sealed = Vault.open(path, create=True).seal("shpat_1")
    assert Vault.open(path).unseal(sealed) == "shpat_1"
    assert Vault.open(path, create=True).unseal(sealed) == "shpat_1"


def test_a_new_key_is_ours_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "key"
    before = os.umask(0)
    try:
        Vault.open(path, create=True)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


async def test_processes_that_create_it_at_once_get_the_same_key(tmp_path: Path) -> None:
    vaults: list[Vault] = []

    async def create() -> None:
        path = tmp_path / "key"
        vaults.append(await anyio.to_thread.run_sync(lambda: Vault.open(path, create=True)))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(create)
    sealed = vaults[0].seal("x")
    assert [vault.unseal(sealed) for vault in vaults] == ["x"] * 8


@pytest.mark.parametrize(
    ("mode", "is_refused"),
    [(0o600, False), (0o400, False), (0o640, False), (0o604, True), (0o660, True), (0o666, True)],
    ids=oct,
)
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int, is_refused: bool) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(mode)
    if not is_refused:
        Vault.open(path)
        return
    with pytest.raises(ConfigError, match="open to other accounts") as caught:
        Vault.open(path)
    assert caught.value.hint == f"chmod 600 {path}"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"secret", id="a word"),
        pytest.param(KEY[:-4], id="cut off"),
        pytest.param(KEY + KEY, id="two keys"),
        pytest.param(b"\xff" * 44, id="bytes"),
        pytest.param("nøkkel".encode(), id="letters beyond ASCII"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="does not hold a key") as caught:
        Vault.open(path)
    assert not content or content.decode(errors="replace") not in str(caught.value)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot use the key file"):
        Vault.open(tmp_path)


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(Vault(OTHER).seal("x"), id="by another key"),
        pytest.param(Vault(KEY).seal("x")[:-9], id="cut off"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"junk", id="junk"),
    ],
)
def test_what_another_key_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(ConfigError, match="another key") as caught:
        Vault(KEY).unseal(sealed)
    assert "SYNCD_KEY_FILE" in caught.value.hint


def test_a_vault_shows_nothing() -> None:
    vault = Vault(KEY)
    assert repr(vault) == str(vault) == "Vault()"


def test_the_first_key_of_a_file_seals_and_all_of_them_open() -> None:
    both = Vault(OTHER + b"\n" + KEY + b"\n")
    assert both.unseal(Vault(KEY).seal("x")) == "x"
    sealed = both.seal("y")
    assert Vault(OTHER).unseal(sealed) == "y"
    assert (both.is_newest(sealed), both.is_newest(Vault(KEY).seal("x"))) == (True, False)


def test_a_running_process_takes_up_the_keys_that_the_file_got(tmp_path: Path) -> None:
    path = tmp_path / "key"
    running = Vault.open(path, create=True)
    old = path.read_bytes().strip()
    keyfile.write(path, [KEY, old])
    assert running.unseal(Vault(KEY).seal("x")) == "x"
    assert Vault(KEY).unseal(running.seal("y")) == "y"
    path.write_bytes(b"junk")
    assert Vault(KEY).unseal(running.seal("y")) == "y"
    path.unlink()
    assert running.unseal(Vault(old).seal("z")) == "z"


def test_a_key_file_keeps_its_mode_and_a_link_to_it_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "key", tmp_path / "link"
    keyfile.create(path)
    path.chmod(0o640)
    link.symlink_to(path)
    before = os.umask(0o077)
    try:
        keyfile.write(link, [KEY])
    finally:
        os.umask(before)
    assert (path.stat().st_mode & 0o777, link.is_symlink()) == (0o640, True)
    assert keyfile.read(link) == KEY
    assert sorted(one.name for one in tmp_path.iterdir()) == ["key", "link"]


def test_a_key_that_cannot_be_changed_says_where_it_comes_from(tmp_path: Path) -> None:
    path = Path("/proc/self/status")  # a folder that takes no new file, even from root
    with pytest.raises(ConfigError, match="cannot be changed") as caught:
        keyfile.write(path, [KEY])
    assert "systemd" in caught.value.hint
    assert not list(tmp_path.iterdir())
