"""Alarms reach people by chat or mail, once each with their end, whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal

from syncd.flows import alert
from syncd.messengers import Chat, Mail
from syncd.phrases import Tongue
from syncd.postgres import alerts, byhand, db, outbox
from syncd.postgres.embedded import Server
from syncd.postgres.leases import Lease
from syncd.postgres.tidying import tidy_once
from syncd.rules.retry import Dead
from syncd.rules.telling import Target
from syncd.supervisor.alerting import mail_of
from tests import leasing
from tests.messengers.servers import ChatServer, MailServer, chat_server, mail_server
from tests.postgres.claims import Clock, add_shop, claim, route, turned_pool

HOUR_S = 3600.0
BOTH: tuple[Target, ...] = ("chat", "email")


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough: what differs between servers is held in tests/postgres."""
    return embedded


LEFT = "select count(*) from syncd.alert where alarm <> 'partitions_end'"


@dataclass
class People:
    """Who is told: a chat, mailboxes, by a clock that is turned by hand."""

    pool: asyncpg.Pool
    clock: Clock
    lease: Lease
    shop_id: int
    chat: ChatServer
    mail: MailServer
    tongue: Tongue = "en"

    async def look(self, *, after_s: float = 0.0) -> None:
        """Turn the clock on, look at the alarms."""
        self.clock.turned_s += after_s
        await alert.notice_once(self.pool, BOTH)

    async def tell(self, *, after_s: float = 0.0) -> int:
        """The same, then tell both; returns how many alerts were told."""
        await self.look(after_s=after_s)
        told = 0
        for one in (self.chatting, self.mailing):
            told += await alert.tell_once(self.pool, self.lease, one, self.tongue)
        return told

    @property
    def chatting(self) -> Chat:
        return Chat(self.chat.url)

    @property
    def mailing(self) -> Mail:
        return mail_of(f"smtp://127.0.0.1:{self.mail.port}", "syncd@x.no", ("kari@x.no",))

    @property
    def said(self) -> list[str]:
        """The subjects that the chat got."""
        return [one["text"].partition("\n")[0] for one in self.chat.bodies]

    @property
    def subjects(self) -> list[str]:
        return [one.mail["Subject"] for one in self.mail.letters]

    async def die(self, *keys: str, error: str = "J-1: no price", cause: str = "no_price") -> None:
        """These products are refused."""
        await route(self.pool, *keys)
        changes = await claim(self.pool, self.shop_id)
        async with db.transaction(self.pool) as connection:
            await outbox.settle(
                connection, [outbox.Settled(one, Dead(), error, cause) for one in changes]
            )


@pytest.fixture
def chat(portal: BlockingPortal) -> Iterator[ChatServer]:
    with portal.wrap_async_context_manager(chat_server(ChatServer())) as server:
        yield server


@pytest.fixture
def mail(portal: BlockingPortal) -> Iterator[MailServer]:
    with portal.wrap_async_context_manager(mail_server(MailServer())) as server:
        yield server


@pytest.fixture
async def people(database_url: str, chat: ChatServer, mail: MailServer) -> AsyncIterator[People]:
    clock = Clock()
    async with turned_pool(database_url, clock) as pool:
        lease = await leasing.router_lease(pool)
        shop_id = await add_shop(pool)
        await pool.execute("update syncd.shop set state = 'linked'")
        found = People(pool, clock, lease, shop_id, chat, mail)
        await alerts.mute(pool, "partitions_end", hours=None)  # few days make a database quickly
        await found.tell()  # both are in the settings from now on
        yield found


REFUSED = "syncd: Changes are refused (x.myshopify.com)"


async def test_an_alarm_is_told_once_when_it_has_settled_with_its_end(people: People) -> None:
    await people.die("1", "2")
    assert await people.tell() == 0
    assert await people.tell(after_s=100) == 0
    assert await people.tell(after_s=30) == 2
    assert people.said == people.subjects == [REFUSED]
    assert "2 changes are not taken (no_price), such as product 1: J-1: no" in str(
        people.chat.bodies
    )
    for _ in range(5):
        assert await people.tell(after_s=HOUR_S) == 0
    await byhand.skip(people.pool)
    await people.look(after_s=10)
    assert await people.tell(after_s=HOUR_S) == 2
    assert people.said[1:] == people.subjects[1:] == [REFUSED.replace("syncd:", "syncd: over:")]
    assert await people.tell(after_s=48 * HOUR_S) == 0


async def test_it_is_told_in_the_language_of_the_reader(people: People) -> None:
    people.tongue = "nb"
    await people.die("1")
    await people.look()
    await people.tell(after_s=HOUR_S)
    assert people.subjects == ["syncd: Endringer blir avvist (x.myshopify.com)"]
    assert "1 endringer blir ikke tatt imot (no_price)" in people.mail.letters[0].mail.get_content()


async def test_many_at_once_are_one_message_and_one_a_minute_at_most(people: People) -> None:
    for number in range(9):
        await people.die(f"{number}", cause=f"cause_{number}")
    await people.look()
    assert await people.tell(after_s=150) == 18
    assert people.said == people.subjects == ["syncd: 9 alerts"]
    await people.die("x", cause="one_more")
    await settle_at_once(people)
    assert await people.tell(after_s=50) == 0
    assert await people.tell(after_s=10) == 2
    assert people.said[1:] == [REFUSED]


async def settle_at_once(people: People) -> None:
    """What is new has settled already."""
    await people.look()
    await people.pool.execute(
        "update syncd.alert set settled_at = syncd.clock() where settled_at is null"
    )


async def test_a_long_one_is_said_again_each_day(people: People) -> None:
    await people.die("1")
    await people.look()
    assert await people.tell(after_s=HOUR_S) == 2
    assert await people.tell(after_s=23 * HOUR_S) == 0
    assert await people.tell(after_s=HOUR_S) == 2
    assert people.said[1].startswith("syncd: still: Changes are refused")
    assert await people.tell(after_s=HOUR_S) == 0


async def test_a_target_in_trouble_holds_up_no_other_and_misses_nothing(people: People) -> None:
    people.mail.refuses = {"MAIL": "451 come again"}
    await people.die("1")
    await people.look()
    assert await people.tell(after_s=150) == 1
    assert people.said == [REFUSED]
    for _ in range(3):
        assert await people.tell(after_s=600) == 0
    tries = sum(line.startswith("MAIL") for line in people.mail.said)
    assert tries == 4
    await people.tell(after_s=10)
    await people.tell(after_s=90)
    assert people.said[1:] == ["syncd: Alerts do not arrive"]
    assert "the mail server 127.0.0.1" in people.chat.bodies[1]["text"]
    await byhand.skip(people.pool)
    await people.look(after_s=200)
    await people.look(after_s=200)
    people.mail.refuses = {}
    await people.die("2", cause="TOO_LONG")
    await people.look(after_s=HOUR_S)
    await people.tell(after_s=200)
    (letter,) = people.mail.letters
    assert letter.mail["Subject"] == "syncd: alerts: 1, over: 1"
    assert "and could not be told before" in letter.mail.get_content()
    await people.look(after_s=100)
    await people.tell(after_s=100)
    assert "syncd: over: Alerts do not arrive" in people.said
    assert len(people.mail.letters) == 1


async def test_a_lost_answer_has_the_same_message_sent_again(people: People) -> None:
    people.mail.is_mute = True
    await people.die("1")
    await people.look()
    await people.tell(after_s=150)
    await people.die("2", cause="TOO_LONG")
    await settle_at_once(people)
    people.mail.is_mute = False
    people.mail.refuses = {"MAIL": "451 come again"}  # and this time it surely did not arrive
    await people.tell(after_s=61)
    people.mail.refuses = {}
    assert await people.tell(after_s=100) == 0
    assert await people.tell(after_s=30) == 1
    first, second = people.mail.letters
    assert first.raw == second.raw
    await people.tell(after_s=60)
    assert len({one.mail["Message-ID"] for one in people.mail.letters}) == 2
    assert people.subjects == [REFUSED] * 3


async def test_who_dies_after_it_was_sent_sends_it_again(people: People) -> None:
    """Written down before, not after: at least once."""
    await people.die("1")
    await people.look()
    await people.tell(after_s=150)
    (before,) = people.mail.letters
    await people.pool.execute("delete from syncd.alert_told where target = 'email'")
    await people.pool.execute(
        "update syncd.alert_target set sent_at = null, message_id = $1, written_at = $2, pieces ="
        " (select jsonb_build_array(jsonb_build_array(alert_id, 'raised')) from syncd.alert"
        " where alarm = 'change_dead') where target = 'email'",
        before.mail["Message-ID"].partition("@")[0].strip("<"),
        before.mail["Date"].datetime,
    )
    assert await people.tell(after_s=10) == 0, "within the minute"
    assert await people.tell(after_s=60) == 1
    assert len({one.mail["Message-ID"] for one in people.mail.letters}) == 1
    assert await people.tell(after_s=HOUR_S) == 0


async def test_a_node_that_lost_the_router_tells_nothing(people: People) -> None:
    await people.die("1")
    await people.look()
    await people.look(after_s=150)
    people.lease.fence -= 1
    assert await people.tell() == 0
    assert (people.said, people.subjects) == ([], [])


async def test_what_is_muted_is_not_told_until_then(people: People) -> None:
    await alerts.mute(people.pool, "change_dead", hours=2)
    await people.die("1")
    await people.look()
    assert await people.tell(after_s=HOUR_S) == 0
    assert await people.tell(after_s=HOUR_S) == 2
    await alerts.mute(people.pool, "change_dead", hours=None)
    muted, _ = await alerts.muted(people.pool)
    assert (muted.alarm, muted.until.year) == ("change_dead", 9999)
    assert await alerts.unmute(people.pool, "change_dead")
    assert not await alerts.unmute(people.pool, "change_dead")


async def test_what_ended_while_it_was_muted_is_never_told(people: People) -> None:
    await alerts.mute(people.pool, "change_dead", hours=1)
    await people.die("1")
    await people.look()
    await people.look(after_s=600)
    await byhand.skip(people.pool)
    await people.look()
    await people.look(after_s=600)
    assert await people.tell(after_s=2 * HOUR_S) == 0


async def test_a_shop_that_is_removed_takes_its_alerts_along(people: People) -> None:
    await people.die("1")
    await people.look()
    await people.tell(after_s=150)
    people.mail.is_mute = True
    await byhand.skip(people.pool)
    await people.look()
    await people.tell(after_s=150)
    people.mail.is_mute = False
    await people.pool.execute("delete from syncd.shop")
    assert await people.tell(after_s=HOUR_S) == 0
    await alerts.unmute(people.pool, "partitions_end")
    assert await people.tell() == 2
    _, lost, last = people.mail.letters
    assert last.mail["Message-ID"] != lost.mail["Message-ID"], "nobody takes it for the same"
    (left,) = await alerts.listed(people.pool, hours=24)
    assert left.alert.alarm.alarm == "partitions_end"


async def test_the_limit_of_late_changes_is_the_operators(people: People) -> None:
    await route(people.pool, "1")
    people.clock.turned_s = 400
    assert (await alert.notice_once(people.pool, BOTH)).new == []
    noticed = await alert.notice_once(people.pool, BOTH, late_after=timedelta(minutes=5))
    assert [one.alarm for one in noticed.new] == ["change_late"]
    late = "select count(*) from syncd.alarm where alarm = 'change_late'"
    assert await people.pool.fetchval(late) == 0


async def test_what_is_over_for_long_is_forgotten(people: People) -> None:
    await people.die("1")
    await people.look()
    await people.tell(after_s=150)
    await byhand.skip(people.pool)
    await people.look()
    await people.tell(after_s=150)
    people.clock.turned_s += 29 * 24 * HOUR_S
    await tidy_once(people.pool)
    assert await people.pool.fetchval(LEFT) == 1
    people.clock.turned_s += 2 * 24 * HOUR_S
    await tidy_once(people.pool)
    assert await people.pool.fetchval(LEFT) == 0


async def test_a_trial_goes_to_each(people: People) -> None:
    await alert.trial(people.pool, people.chatting, "en")
    await alert.trial(people.pool, people.mailing, "nb")
    assert people.said == ["syncd: a test"]
    assert people.subjects == ["syncd: en prøve"]
