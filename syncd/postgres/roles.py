"""The roles of those who look after syncd's tables, or write its events."""

from __future__ import annotations

from syncd.errors import ConfigError
from syncd.postgres.db import Connection, Statements

sql = Statements("roles")


async def check(connection: Connection) -> None:
    """Raises ConfigError when the roles are not there and we may not make them."""
    row = await sql.standing.row(connection)
    assert row is not None  # a select without from
    if not row["are_there"] and not row["may_make"]:
        raise ConfigError(
            f"the database role {row['name']} may not make roles",
            hint="let somebody who may do it once for the cluster: create role syncd_dba nologin; "
            "create role syncd_backoffice nologin; then `syncd migrate` gives them their rights",
        )


async def make(connection: Connection) -> None:
    """Make the roles that are missing; they may do nothing before `grant`."""
    await sql.make.execute(connection)


async def grant(connection: Connection) -> None:
    """Give those that are there exactly what they may; needed again whenever a view is made anew.

    Everything of syncd must belong to us.
    """
    await sql.grant.execute(connection)
