"""The commands about who may use the console: user add, link, list, password, remove."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from syncd import passwords
from syncd.cli.run import Target, console, opened, run, target
from syncd.errors import ConfigError
from syncd.flows import entering
from syncd.postgres import people
from syncd.postgres.people import Role

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="What they sign in with, such as kari")]
Of = Annotated[str, typer.Option("--role", help="viewer looks, operator sends too, admin all")]


@app.callback()
def user() -> None:
    """Who may use the console."""


@app.command()
def add(name: Name, role: Of = "viewer") -> None:
    """Let somebody in; asks for their password."""
    found, chosen = target(), _role(role)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def work() -> None:
        async with opened(found, name="syncd user", size=1) as pool:
            one = await entering.add(pool, name, password, chosen)
            await people.note(pool, "add_user", given={"name": one.name, "role": chosen})
            console.print(f"[green]✓[/] {one.name} may sign in to the console as {chosen}")

    run(work)


@app.command()
def link(role: Of = "admin") -> None:
    """Make a one-time link by which somebody adds themselves; it lasts a day."""
    found, chosen = target(), _role(role)

    async def work() -> None:
        async with opened(found, name="syncd user", size=1) as pool:
            token = await entering.invite(pool, chosen)
            await people.note(pool, "invite", given={"role": chosen})
            console.print(f"{_base(found)}/first/{token}", soft_wrap=True)

    run(work)


@app.command("list")
def list_() -> None:
    """Everybody who may use the console."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd user", size=1) as pool:
            rows = await people.all(pool)
        if not rows:
            console.print("nobody yet  → syncd user add, or syncd user link")
            return
        table = Table("user", "role", "last seen", box=None, header_style="dim")
        for one in rows:
            table.add_row(
                one.name, one.role, f"{one.seen_at:%Y-%m-%d %H:%M}" if one.seen_at else "–"
            )
        console.print(table)

    run(work)


@app.command()
def password(name: Name) -> None:
    """Give somebody another password; they are signed out everywhere."""
    found = target()
    new = typer.prompt("New password", hide_input=True, confirmation_prompt=True)

    async def work() -> None:
        hashed = await passwords.hashed(new)
        async with opened(found, name="syncd user", size=1) as pool:
            if not await people.set_password(pool, entering.named(name), hashed):
                raise _nobody(name)
            await people.note(pool, "password", given={"name": name})
            console.print(f"[green]✓[/] {name} has another password")

    run(work)


@app.command()
def remove(name: Name) -> None:
    """Let somebody in no more; they are signed out at once."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd user", size=1) as pool:
            if not await people.remove(pool, entering.named(name)):
                raise _nobody(name)
            await people.note(pool, "remove_user", given={"name": name})
            console.print(f"[green]✓[/] {name} can sign in no more")

    run(work)


def _role(text: str) -> Role:
    match text:
        case "viewer" | "operator" | "admin":
            return text
    raise ConfigError(f"there is no role {text!r}", hint="viewer, operator or admin")


def _nobody(name: str) -> ConfigError:
    return ConfigError(f"there is no user {name}", hint="`syncd user list` shows them")


def _base(found: Target) -> str:
    at = found.console
    if at is None:
        raise ConfigError("the console is switched off", hint="set SYNCD_CONSOLE_PORT")
    return at.address or f"http://{at.host}:{at.port}"
