"""Alerts by command line or daemon: what stands, who is told, that no secret is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import asyncpg
import pytest
from anyio.from_thread import BlockingPortal
from cryptography.fernet import Fernet

from syncd.flows import alert
from syncd.messengers import Chat
from syncd.postgres import db, outbox
from syncd.postgres.embedded import Server
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Dead
from syncd.supervisor import Alerting, House, serve
from syncd.vault import Vault
from tests import leasing
from tests.messengers.servers import ChatServer, MailServer, chat_server, mail_server
from tests.postgres.claims import add_shop, claim, route
from tests.test_cli import Shell

SETTLED = "update syncd.alert set settled_at = syncd.clock()"
PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough: what differs between servers is held in tests/postgres."""
    return embedded


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A shop in which a product is refused, while a node holds the router."""
    async with db.connect(database_url, name="tests", size=6) as pool:
        await pool.execute("select syncd.make_partitions(8)")
        shop_id = await add_shop(pool)
        await leasing.router_lease(pool)
        await route(pool, "1")
        async with db.transaction(pool) as connection:
            ended = [
                Settled(one, Dead(), "J-1: [no] price", "no_price")
                for one in await claim(pool, shop_id)
            ]
            await outbox.settle(connection, ended)
        yield pool


@pytest.fixture
def chat(portal: BlockingPortal) -> Iterator[ChatServer]:
    with portal.wrap_async_context_manager(chat_server(ChatServer())) as server:
        yield server


@pytest.fixture
def mail(portal: BlockingPortal) -> Iterator[MailServer]:
    with portal.wrap_async_context_manager(mail_server(MailServer())) as server:
        yield server


@pytest.fixture
def shell(tmp_path: Path, database_url: str, chat: ChatServer, mail: MailServer) -> Shell:
    shell = Shell(tmp_path)
    shell.settings = {
        "SYNCD_DATABASE_URL": database_url,
        "SYNCD_ALERT_URL": chat.url,
        "SYNCD_ALERT_EMAIL": "kari@x.no",
        "SYNCD_ALERT_FROM": "syncd@x.no",
        "SYNCD_SMTP_URL": f"smtp://kari:hemmelig@127.0.0.1:{mail.port}",
    }
    return shell


async def test_what_stands_is_listed_with_who_was_told(
    shell: Shell, pool: asyncpg.Pool, chat: ChatServer
) -> None:
    await alert.notice_once(pool, ["chat", "email"])
    await pool.execute(SETTLED)
    await alert.tell_once(pool, await leasing.router_lease(pool), Chat(chat.url), "en")
    shell.settings["SYNCD_ALERT_LANGUAGE"] = "nb"
    assert shell.run("alerts") == 1
    assert "Endringer blir avvist" in shell.output
    assert "[no]" in shell.output
    assert "no daemon runs: nobody is told" in shell.output
    assert "told by chat" in shell.output
    assert "chat: took the last message" in shell.output
    assert "email: nothing was sent yet" in shell.output
    assert shell.run("alerts", "mute", "change_dead", "--hours", "8") == 0
    assert shell.run("alerts") == 0, "what is muted needs nobody now"
    assert "change_dead is muted until" in shell.output
    assert "✗ Endringer" in shell.output
    assert "secret" not in shell.output


async def test_a_trial_says_what_became_of_it_and_shows_no_secret(
    shell: Shell, pool: asyncpg.Pool, chat: ChatServer, mail: MailServer
) -> None:
    chat.status, chat.answer = 404, "no_service"
    mail.refuses = {"AUTH": "535 wrong password hemmelig"}
    assert shell.run("alerts", "test") == 1
    assert "✗ chat: 127.0.0.1 refused it (HTTP 404): no_service" in shell.output
    assert "refused it (535): wrong password …" in shell.output
    assert "secret" not in shell.output
    assert "hemmelig" not in shell.output
    mail.refuses = {}
    assert shell.run("alerts", "test") == 1
    assert "✓ email: the message was taken" in shell.output
    assert (len(chat.bodies), len(mail.letters)) == (2, 1)


async def test_the_daemon_tells_and_trouble_of_a_target_does_not_end_it(
    pool: asyncpg.Pool, chat: ChatServer
) -> None:
    await alert.notice_once(pool, ["chat"])
    await pool.execute(SETTLED)
    await leasing.leave_all(pool)
    nobody = Chat("http://127.0.0.1:1/secret")
    for messenger in (nobody, Chat(chat.url)):
        await pool.execute("update syncd.alert_target set due_at = syncd.clock()")
        house = House(
            pool, Vault(Fernet.generate_key()), None, alerting=Alerting((messenger,), "nb")
        )
        async with anyio.create_task_group() as group:
            group.start_soon(serve, house)
            with anyio.fail_after(PATIENCE_S):
                while not await pool.fetchval(
                    "select sent_at is not null or failures = 1 and $1 from syncd.alert_target",
                    messenger is nobody,
                ):
                    pass
            assert not house.stop.is_set()
            house.stop.set()
    (body,) = chat.bodies
    assert body["text"].startswith("syncd: Endringer blir avvist (x.myshopify.com)\n")
    assert await pool.fetchval("select last_error is null from syncd.alert_target")
