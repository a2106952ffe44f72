"""The process's settings: SYNCD_* variables of the environment, read once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from syncd import addresses
from syncd.errors import ConfigError

PREFIX = "SYNCD_"
# Credentials of systemd's, LoadCredential=syncd-key:/etc/syncd/credentials/syncd-key say: one is
# given as its path, those of TEXTS as what stands in them.
KEY = "key_file"
TEXTS = ("database_url", "smtp_url", "alert_url")


def _of_systemd(environment: Mapping[str, str]) -> dict[str, str]:
    """What systemd hands to a service, by setting; it may be unable to read where it came from.

    Raises ConfigError for a file that cannot be read.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return {}
    paths = {name: Path(folder) / f"syncd-{name.replace('_', '-')}" for name in TEXTS}
    key = Path(folder) / "syncd-key"
    try:
        found = {name: path.read_text("utf-8") for name, path in paths.items() if path.is_file()}
        found |= {KEY: str(key)} if key.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        why = f"cannot read a credential in {folder}: {error}"
        hint = "each is one line of text that root alone may read: be root, or let systemd start us"
        raise ConfigError(why, hint=hint) from error
    return {name: text.strip() for name, text in found.items() if text.strip()}


class Settings(BaseModel):
    """One field a variable: `database_url` is SYNCD_DATABASE_URL; its description says what for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[
        Annotated[str, AfterValidator(addresses.postgres)] | None,
        Field(
            description="The Backoffice's Postgres, as postgresql://USER:PASSWORD@HOST/DATABASE",
            repr=False,
        ),
    ] = None
    state_dir: Annotated[
        Path, Field(description="Folder for the demo's data and, by default, the key")
    ] = Path(".syncd")
    key_file: Annotated[
        Path | None,
        Field(
            description="File with the key that seals credentials; a systemd credential named "
            "syncd-key goes before it; default: STATE_DIR/key"
        ),
    ] = None
    shopify_url: Annotated[
        Annotated[str, AfterValidator(addresses.loopback)] | None,
        Field(description="A sandbox instead of Shopify, on this machine only"),
    ] = None
    receiver_host: Annotated[
        str, Field(description="Address on which webhooks are received, behind a TLS proxy")
    ] = "127.0.0.1"
    receiver_port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="Port for webhooks; without it none are received"),
    ] = None
    console_host: Annotated[str, Field(description="Address on which the console is shown")] = (
        "127.0.0.1"
    )
    console_port: Annotated[
        int, Field(ge=0, le=65535, description="Port for the console; 0: it is not shown")
    ] = 8480
    console_address: Annotated[
        Annotated[str, AfterValidator(addresses.public)] | None,
        Field(description="The console's public address, as its TLS proxy has it: https://HOST"),
    ] = None
    metrics_host: Annotated[str, Field(description="Address on which monitoring asks")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        int,
        Field(ge=0, le=65535, description="Port for /metrics, /healthz, /readyz; 0: not shown"),
    ] = 0
    ready_after: Annotated[
        int,
        Field(ge=1, le=1440, description="Minutes a change may be due while /readyz says 200"),
    ] = 15
    alert_url: Annotated[
        Annotated[str, AfterValidator(addresses.chat)] | None,
        Field(repr=False, description="A chat's incoming webhook that alarms are told to"),
    ] = None
    alert_email: Annotated[
        tuple[Annotated[str, AfterValidator(addresses.mailbox)], ...],
        BeforeValidator(addresses.mailboxes),
        Field(description="Whom alarms are mailed to, several with commas between"),
    ] = ()
    alert_from: Annotated[
        Annotated[str, AfterValidator(addresses.mailbox)] | None,
        Field(description="The sender of these mails"),
    ] = None
    smtp_url: Annotated[
        Annotated[str, AfterValidator(addresses.smtp)] | None,
        Field(repr=False, description="The mail server: smtp[s]://USER:PASSWORD@HOST:PORT"),
    ] = None
    alert_language: Annotated[
        Literal["en", "nb"], Field(description="The language of alerts: en or nb")
    ] = "en"
    alert_after: Annotated[
        int | None,
        Field(ge=1, le=1440, description="Minutes a change may wait before it is an alarm"),
    ] = None
    log_format: Annotated[
        Literal["text", "json"], Field(description="How log lines look: text or json")
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="The least that is logged: debug, info, warning or error"),
    ] = "info"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.state_dir / "key"


def read(environment: Mapping[str, str]) -> Settings:
    """Take the settings out of an environment; an empty value counts as not set.

    Raises ConfigError, naming the variable, for one that is unknown or wrong.
    """
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value
    }
    for name in given.keys() - Settings.model_fields.keys():
        raise _unknown(name)
    given |= _of_systemd(environment)
    try:
        found = Settings.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        variable = f"{PREFIX}{str(fault['loc'][0]).upper()}"
        what = fault["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{variable} is not right: {what}", hint=f"correct {variable}") from error
    _check_mail(found)
    return found


def _check_mail(found: Settings) -> None:
    """Mail needs a server, a sender and somebody to read it."""
    parts = {
        "SYNCD_ALERT_EMAIL": bool(found.alert_email),
        "SYNCD_ALERT_FROM": bool(found.alert_from),
        "SYNCD_SMTP_URL": bool(found.smtp_url),
    }
    lacking = [name for name, is_there in parts.items() if not is_there]
    if lacking and parts["SYNCD_ALERT_EMAIL"]:
        raise ConfigError(
            f"SYNCD_ALERT_EMAIL needs {' and '.join(lacking)}, too",
            hint="give them, or leave SYNCD_ALERT_EMAIL out (docs/alerts.md)",
        )


def _unknown(name: str) -> ConfigError:
    known = sorted(Settings.model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    names = ", ".join(f"{PREFIX}{field.upper()}" for field in known)
    hint = f"did you mean {PREFIX}{near[0].upper()}?" if near else f"there are {names}"
    return ConfigError(f"there is no setting {PREFIX}{name.upper()}", hint=hint)
