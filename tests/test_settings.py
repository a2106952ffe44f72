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
        pytest.param("SYNCD_COLOUR", "x", "SYNCD_DATABASE_URL, ", id="unknown"),
        pytest.param("SYNCD_DATABASE_URL", "mysql://x", "postgresql://USER", id="another database"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://evil.example", "this machine", id="elsewhere"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://10.0.0.1:80", "this machine", id="a private net"),
        pytest.param("SYNCD_SHOPIFY_URL", "http://127.0.0.1:1/admin", "PORT", id="with a path"),
        pytest.param("SYNCD_SHOPIFY_URL", "ftp://127.0.0.1", "PORT", id="another scheme"),
        pytest.param("SYNCD_ALERT_URL", "http://hooks.slack.com/x", "https://", id="open to all"),
        pytest.param("SYNCD_ALERT_URL", "https://", "https://HOST", id="no host"),
        pytest.param("SYNCD_ALERT_URL", "https://a:b@x.no/", "without user", id="with a password"),
        pytest.param("SYNCD_ALERT_URL", "file:///etc/passwd", "https://HOST", id="a file"),
        pytest.param("SYNCD_ALERT_EMAIL", "kari", "kari@example.no", id="no mailbox"),
        pytest.param("SYNCD_ALERT_EMAIL", "a@x.no\nBcc: b@x.no", "kari@", id="two lines"),
        pytest.param("SYNCD_ALERT_EMAIL", "Kari <a@x.no>", "kari@", id="with a name"),
        pytest.param("SYNCD_ALERT_EMAIL", "kari@x.no", "SYNCD_SMTP_URL", id="no server"),
        pytest.param("SYNCD_SMTP_URL", "http://x.no", "smtp://USER", id="no mail server"),
        pytest.param("SYNCD_SMTP_URL", "smtp://a:b/c@x.no", "%2F", id="an unwritten slash"),
        pytest.param("SYNCD_SMTP_URL", "smtp://a@x.no", "USER:PASSWORD", id="no password"),
        pytest.param("SYNCD_ALERT_LANGUAGE", "no", "nb", id="no such language"),
        pytest.param("SYNCD_ALERT_AFTER", "15m", "integer", id="a unit"),
        pytest.param("SYNCD_ALERT_AFTER", "0", "1", id="at once"),
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


def test_mailboxes_stand_in_one_variable() -> None:
    mail = {"SYNCD_ALERT_FROM": "s@x.no", "SYNCD_SMTP_URL": "smtps://a:b%40@x.no:465"}
    found = settings.read({"SYNCD_ALERT_EMAIL": " a@x.no, b+c@y.no,a@x.no,", **mail})
    assert found.alert_email == ("a@x.no", "b+c@y.no")
    assert settings.read(mail).alert_email == ()


def test_what_is_secret_is_not_shown() -> None:
    given = {"SYNCD_ALERT_URL": "https://x.no/secret", "SYNCD_SMTP_URL": "smtp://a:secret@x.no"}
    assert "secret" not in repr(settings.read(given))
    with pytest.raises(ConfigError) as raised:
        settings.read({"SYNCD_ALERT_URL": "http://x.no/secret"})
    assert "secret" not in str(raised.value)


def test_a_key_from_systemd_goes_before_the_file_that_is_named(tmp_path: Path) -> None:
    named = {"SYNCD_KEY_FILE": "/etc/syncd/key", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert settings.read(named).key_path == Path("/etc/syncd/key")
    (tmp_path / "syncd-key").touch()
    assert settings.read(named).key_path == tmp_path / "syncd-key"


def test_a_secret_from_systemd_goes_before_the_variable(tmp_path: Path) -> None:
    given = {
        "SYNCD_DATABASE_URL": "postgresql://a@b/c",
        "SYNCD_ALERT_URL": "https://x.no/variable",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    (tmp_path / "syncd-database-url").write_text("postgresql://x:geheim@y/z\n")
    (tmp_path / "syncd-alert-url").write_text("\n")  # empty: not given
    assert settings.read(given).database_url == "postgresql://x:geheim@y/z"
    assert settings.read(given).alert_url == "https://x.no/variable"


def test_a_credential_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "syncd-smtp-url").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot read a credential"):
        settings.read({"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_the_databases_password_is_in_no_repr() -> None:
    assert "geheim" not in repr(settings.read({"SYNCD_DATABASE_URL": "postgresql://a:geheim@b/c"}))
