"""Settings from the environment: each wrong one is named, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd import settings
from syncd.errors import ConfigError


def test_other_variables_are_not_ours() -> None:
    assert settings.read({"PATH": "/bin", "SYNCD_LOG_LEVEL": ""}) == settings.read({})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("SYNCD_DATABASE_ULR", "x", "did you mean SYNCD_DATABASE_URL", id="misspelt"),
        pytest.param("SYNCD_COLOUR", "x", "there are SYNCD_DATABASE_URL", id="unknown"),
        pytest.param("SYNCD_DATABASE_URL", "mysql://x", "postgresql://USER", id="another database"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://evil.example", "this machine", id="elsewhere"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://10.0.0.1:80", "this machine", id="a private net"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://127.0.0.1:1/admin", "PORT", id="with a path"),
        pytest.param("SYNCD_SHOPIFY_URL", "ftp://127.0.0.1", "PORT", id="another scheme"),
        pytest.param("SYNCD_LOG_LEVEL", "loud", "debug", id="no such level"),
    ],
)
def test_a_wrong_setting_is_named_with_a_way_out(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        settings.read({name: value})
    assert name in raised.value.message
    assert said in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8600/", "http://localhost:1", "http://[::1]:9"])
def test_a_sandbox_of_this_machine_is_taken(url: str) -> None:
    assert settings.read({"SYNCD_SHOPIFY_URL": url}).shopify_url == url.rstrip("/")


def test_a_refused_value_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(ConfigError) as raised:
        settings.read({"SYNCD_DATABASE_URL": "mysql://me:secret@db/x"})
    assert "secret" not in str(raised.value)


def test_a_key_from_systemd_goes_before_the_file_that_is_named(tmp_path: Path) -> None:
    named = {"SYNCD_KEY_FILE": "/etc/syncd/key", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert settings.read(named).key_path == Path("/etc/syncd/key")
    (tmp_path / "syncd-key").touch()
    assert settings.read(named).key_path == tmp_path / "syncd-key"


def test_the_databases_password_is_in_no_repr() -> None:
    assert "geheim" not in repr(settings.read({"SYNCD_DATABASE_URL": "postgresql://a:geheim@b/c"}))
