"""The command about the key that seals credentials: key rotate."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.run import console, opened, run, target
from syncd.errors import ConfigError
from syncd.flows import keys

app = typer.Typer(no_args_is_help=True)
Prepare = Annotated[
    bool,
    typer.Option(
        "--prepare",
        help="Only add the new key: for services that have the key from systemd, which are "
        "started again before the rest is done",
    ),
]
Finish = Annotated[
    bool, typer.Option("--finish", help="Take the old key out, once nothing needs it any more")
]


@app.callback()
def key() -> None:
    """The key that seals credentials."""


@app.command()
def rotate(prepare: Prepare = False, finish: Finish = False) -> None:
    """Seal all credentials with a new key; the old one stays in the file until --finish."""
    if prepare and finish:
        raise ConfigError(
            "--prepare and --finish exclude each other",
            hint="first --prepare, then neither, then --finish",
        )
    found = target()
    step = keys.prepare if prepare else keys.finish if finish else keys.rotate

    async def work() -> None:
        async with opened(found, name="syncd key rotate", size=1) as pool:
            done = await step(pool, found.key_path)
        if prepare:
            console.print(f"[green]✓[/] {found.key_path} has a new key in front")
            console.print("  → start services again whose key comes from systemd, then: ", end="")
            console.print("syncd key rotate")
        elif finish:
            console.print(f"[green]✓[/] {found.key_path} holds {done.key_count} key")
        else:
            console.print(f"[green]✓[/] {done.sealed} credentials are sealed with the new key")
            console.print("  → the old key is still there: syncd key rotate --finish")

    run(work)
