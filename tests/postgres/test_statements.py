"""Every named statement, held against a real database: it prepares and its header is true."""

from __future__ import annotations

import re
from functools import partial

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal

from syncd import assets
from syncd.postgres import db, embedded, reference
from syncd.postgres.db import Statement
from syncd.postgres.embedded import Server

MODULES = assets.folder("syncd") / "postgres"
SUBJECTS = sorted(
    path.stem
    for path in assets.folder("sql").glob("*.sql")
    if (MODULES / f"{path.stem}.py").exists()
)
STATEMENTS = {
    statement.name: statement
    for subject in SUBJECTS
    for statement in db.parse(subject, assets.text(f"sql/{subject}.sql")).values()
}
Described = dict[str, list[str] | str]


@pytest.fixture(scope="session")
def descriptions() -> dict[int, Described]:
    """What each server said; asked once, in whatever order the tests come."""
    return {}


@pytest.fixture
def described(
    portal: BlockingPortal, postgres: Server, descriptions: dict[int, Described]
) -> Described:
    """What Postgres says the parameters of each statement are, or why it refuses it."""
    if id(postgres) not in descriptions:
        create = partial(embedded.create_database, postgres, "statements", template="migrated")
        descriptions[id(postgres)] = portal.call(describe, portal.call(create))
        portal.call(embedded.drop_database, postgres, "statements")
    return descriptions[id(postgres)]


async def describe(url: str) -> Described:
    async with db.connect(url, name="tests", size=1) as pool:
        await reference.install(pool)
        async with pool.acquire() as connection:
            return {
                name: await parameters(connection, statement)
                for name, statement in STATEMENTS.items()
            }


async def parameters(connection: db.Connection, statement: Statement) -> list[str] | str:
    try:
        prepared = await connection.prepare(statement.text)
    except asyncpg.PostgresError as error:
        return str(error)
    return [parameter.name for parameter in prepared.get_parameters()]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_prepares_and_its_header_tells_the_truth(
    described: Described, name: str
) -> None:
    assert described[name] == [type_name for _, type_name in STATEMENTS[name].parameters]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_has_a_sentence_of_purpose(name: str) -> None:
    purpose = STATEMENTS[name].text.splitlines()[1]
    assert purpose.startswith("-- ")
    assert purpose[3].isupper()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_name_stands_once(subject: str) -> None:
    names = re.findall(r"^-- name: (\w+)", assets.text(f"sql/{subject}.sql"), re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_subjects_are_found() -> None:
    assert {"outbox", "links", "history", "shops", "status", "nodes"} <= set(SUBJECTS)
