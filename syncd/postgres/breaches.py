"""Hold a Backoffice against the contract: what is missing, of a wrong type, null or double."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from syncd.postgres.db import Executor, Statements

sql = Statements("breaches")

SCHEMA = "syncd_contract"
ROWS_LOOKED_AT = 50_000  # of each view; more would make the check a burden
LOOK_TIMEOUT_S = 20.0
FITS = {  # the contract's type: those that read the same
    "text": {"text", "character varying", "character"},
    "integer": {"integer", "smallint", "bigint"},
    "numeric": {"numeric", "integer", "smallint", "bigint"},
    "boolean": {"boolean"},
    "timestamptz": {"timestamp with time zone"},
    "jsonb": {"jsonb"},
}
OPTIONAL = {"receive_product"}  # functions whose lack breaks nothing
KEYS = {  # what tells the rows of a view apart
    "product": ("account_id", "product_key"),
    "option": ("account_id", "product_key", "position"),
    "variant": ("account_id", "variant_key"),
    "image": ("account_id", "product_key", "image_key"),
    "price": ("account_id", "department_key", "variant_key"),
    "stock": ("account_id", "warehouse_key", "variant_key"),
    "department": ("account_id", "department_key"),
    "warehouse": ("account_id", "warehouse_key"),
    "order_completion": ("account_id", "order_key"),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A place of the contract, such as `syncd_contract.price.list_price`, its fault, a way out."""

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where} {self.what}"


async def check(db: Executor) -> list[Breach]:
    """All breaches: first of structure, then, in views that are whole, nulls and double keys.

    Looks at no more than ROWS_LOOKED_AT rows of each view. Empty: the contract is kept.
    """
    faults = await structure(db)
    if any(fault.where in ("syncd.contract", SCHEMA) for fault in faults):
        return faults
    broken = {fault.where.split(".")[1] for fault in faults}
    required: dict[str, list[str]] = defaultdict(list)
    for row in await sql.columns.fetch(db):
        if row["is_required"] and row["view"] not in broken:
            required[row["view"]].append(row["column"])
    for view, columns in required.items():
        faults += await _look(db, view, columns)
    return faults


async def lacking(db: Executor) -> list[str]:
    """The optional functions that are not there."""
    rows = await sql.functions.fetch(db)
    return [row["name"] for row in rows if row["name"] in OPTIONAL and not row["found"]]


async def structure(db: Executor) -> list[Breach]:
    """Breaches that the catalogue of Postgres shows, without looking at a row."""
    row = await sql.has_contract.row(db)
    assert row is not None  # a select without from
    if not row["knows"]:
        return [Breach("syncd.contract", "is missing", "run `syncd migrate` first")]
    if not row["is_there"]:
        hint = "the Backoffice must provide it; see docs/backoffice.md"
        return [Breach(SCHEMA, "is missing: there is no such schema", hint)]
    if not row["is_usable"]:
        hint = f"grant usage on schema {SCHEMA} to syncd's role"
        return [Breach(SCHEMA, "may not be entered", hint)]
    return _views(await sql.columns.fetch(db)) + _functions(await sql.functions.fetch(db))


def _views(rows: Sequence[asyncpg.Record]) -> list[Breach]:
    faults: dict[str, Breach] = {}
    for row in rows:
        view = f"{SCHEMA}.{row['view']}"
        column = f"{view}.{row['column']}"
        meaning = f"its columns and meanings stand in syncd.contract, name '{row['view']}'"
        if not row["is_there"]:
            faults[view] = Breach(view, "is missing", f"create the view; {meaning}")
        elif not row["is_readable"]:
            hint = f"grant select on {view} to syncd's role"
            faults[view] = Breach(view, "may not be read", hint)
        elif row["found"] is None:
            faults[column] = Breach(column, "is missing", f"add it as {row['wanted']}; {meaning}")
        elif row["found"] not in FITS[row["wanted"]]:
            what = f"is {row['found']}, must be {row['wanted']}"
            faults[column] = Breach(column, what, f"cast it to {row['wanted']} in the view")
    return list(faults.values())


def _functions(rows: Sequence[asyncpg.Record]) -> list[Breach]:
    faults = []
    for row in rows:
        where = f"{SCHEMA}.{row['name']}"
        call = f"{where}({row['takes']})"
        if not row["found"] and row["name"] in OPTIONAL:
            continue
        if not row["found"]:
            faults.append(Breach(where, "is missing", f"create {call} returning {row['returns']}"))
        elif not row["is_there"]:
            what = f"takes ({row['found'][0]}), must take ({row['takes']})"
            faults.append(Breach(where, what, f"create {call} returning {row['returns']}"))
        elif row["found_returns"] != row["returns"]:
            what = f"returns {row['found_returns']}, must return {row['returns']}"
            faults.append(Breach(where, what, "drop it and create it again"))
        elif not row["is_callable"]:
            hint = f"grant execute on function {call} to syncd's role"
            faults.append(Breach(where, "may not be called", hint))
    return faults


async def _look(db: Executor, view: str, columns: Sequence[str]) -> list[Breach]:
    """Nulls in required columns and keys in two rows, among the first rows of a view.

    The names come from our own contract; the text differs by view, so it has no named statement.
    """
    keys = ", ".join(KEYS[view])
    whole = " and ".join(f"{key} is not null" for key in KEYS[view])
    # Names of our own contract, nothing that anybody gave.
    nulls = ", ".join(f"count(*) filter (where {column} is null) as {column}" for column in columns)
    source = f"{SCHEMA}.{view} limit {ROWS_LOOKED_AT}"
    rows = f"(select {', '.join(columns)} from {source}) as looked_at"  # nosec B608
    doubles = f"where {whole} group by {keys} having count(*) > 1 limit 1"
    try:
        counting = f"select {nulls} from {rows}"  # nosec B608
        counts = await db.fetchrow(counting, timeout=LOOK_TIMEOUT_S)
        doubling = f"select {keys} from {rows} {doubles}"  # nosec B608
        double = await db.fetchrow(doubling, timeout=LOOK_TIMEOUT_S)
    except (asyncpg.PostgresError, TimeoutError) as error:
        what = f"cannot be read: {error or f'no answer within {LOOK_TIMEOUT_S:.0f} s'}"
        hint = f"try `select count(*) from {SCHEMA}.{view}` in psql"  # nosec B608
        return [Breach(f"{SCHEMA}.{view}", what, hint)]
    faults = [
        Breach(f"{SCHEMA}.{view}.{column}", f"is null in {count} rows", "a value is required")
        for column, count in dict(counts or {}).items()
        if count
    ]
    if double is not None:
        shown = ", ".join(f"{key} {value}" for key, value in double.items())
        hint = "a key may stand in one row only; look for a join that multiplies rows"
        faults.append(Breach(f"{SCHEMA}.{view}", f"has two rows for {shown}", hint))
    return faults
