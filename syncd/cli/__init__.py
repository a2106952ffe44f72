"""The command line: one function a command, which parses, calls one function, prints.

run      the commands' common ground: settings, target, errors with their exit codes
service  run, migrate, status, psql
check    check, shop check
keys     key rotate
sending  send
runs     resync, runs, approve, reject, revert; following, serving  what happens meanwhile
link     link start, report, decide, approve, cancel
rehearse rehearse
pull     pull customers, orders, stock
shop     shop add, list, show, token, stock, declare-empty; credentials  what is given to sign in
shop_settings  shop set, enable, disable, remove, history
webhooks shop webhooks; receive
inbox    inbox list, show, retry, skip, receipts
sales    shop sales
explain  explain, show product
outbox   outbox, pause, resume
alerts   alerts, alerts test, mute, unmute
dead     dead list, retry, skip
tools    demo, sandbox, backoffice import
show     tables and lines; show_*  of one group each
"""

from __future__ import annotations

import typer

from syncd.cli import (
    alerts,
    check,
    dead,
    explain,
    inbox,
    keys,
    link,
    outbox,
    pull,
    rehearse,
    runs,
    sales,
    sending,
    service,
    shop,
    shop_settings,
    tools,
    user,
    webhooks,
)
from syncd.cli.run import guarded

app = typer.Typer(
    name="syncd",
    help="Keeps a retailer's Backoffice (Postgres) and its Shopify shop in sync.",
    epilog=(
        "Exit codes: 0 well · 1 something found wrong · 2 wrong usage · 65 the Backoffice breaks"
        " the contract · 69 Shopify refuses or is out of reach · 70 a bug of syncd · 74 a file"
        " cannot be used · 75 the database was lost · 78 a setting or an address is wrong"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
service.register(app)
sending.register(app)
runs.register(app)
rehearse.register(app)
explain.register(app)
outbox.register(app)
tools.register(app)
webhooks.register(app, shop.app)
sales.register(shop.app)
app.add_typer(alerts.app, name="alerts", help="What needs a person, who was told of it.")
check.register(app, shop.app)
shop_settings.register(shop.app)
app.add_typer(dead.app, name="dead", help="Changes that Shopify will not take as they stand.")
app.add_typer(pull.app, name="pull", help="Fetch from Shopify what changed there.")
app.add_typer(inbox.app, name="inbox", help="What Shopify told by webhooks.")
app.add_typer(explain.app, name="show", help="Look closer at one thing.")
app.add_typer(link.app, name="link", help="Link a shop with what is in it already.")
app.add_typer(shop.app, name="shop", help="Shops and their settings.")
app.add_typer(keys.app, name="key", help="The key that seals credentials.")
app.add_typer(user.app, name="user", help="Who may use the console.")
app.add_typer(tools.backoffice_app, name="backoffice", help="The reference Backoffice.")


def main() -> None:
    """The program `syncd`: run the command, turn an error into a message and an exit code."""
    with guarded():
        app()
