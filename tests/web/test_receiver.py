"""The public port: what Shopify signed is in the inbox before the 200, all else leaves no trace."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import aiohttp
import anyio
import asyncpg
import orjson
import pytest
from anyio.from_thread import BlockingPortal

from syncd.errors import ConfigError
from syncd.postgres import db, webhooks
from syncd.vault import Vault
from syncd.web import receiver
from tests.postgres.claims import add_shop

SECRET = "shpss_right"
DOMAIN = "x.myshopify.com"
LEVEL = {"inventory_item_id": 1, "location_id": 2, "available": 3}


def signature(raw: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def signed(raw: bytes, name: str = "d-1", secret: str = SECRET, **more: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "inventory_levels/update",
        "X-Shopify-Hmac-Sha256": signature(raw, secret),
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Webhook-Id": name,
        "X-Shopify-Event-Id": "e-1",
        "X-Shopify-Triggered-At": "2026-11-23T08:00:00.5Z",
        **more,
    }


@dataclass(slots=True)
class Door:
    """A receiver that listens, and a client at it."""

    pool: asyncpg.Pool
    port: int
    session: aiohttp.ClientSession
    answers: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{receiver.PATH}"

    async def send(self, raw: bytes, headers: dict[str, str], method: str = "POST") -> int:
        async with self.session.request(
            method, self.url, data=BytesIO(raw), headers=headers
        ) as answer:
            self.answers.append(await answer.read())
            return answer.status

    async def rows(self) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self.pool.fetch(
            "select * from syncd.inbox order by inbox_id"
        )
        return found

    async def raw(self, text: bytes) -> int:
        """The status of the answer to these bytes, the connection half closed after them."""
        async with await anyio.connect_tcp("127.0.0.1", self.port) as stream:
            await stream.send(text)
            await stream.send_eof()
            answer = b""
            with anyio.fail_after(10):
                try:
                    while b"\r\n" not in answer:
                        answer += await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    return 0  # hung up
            return int(answer.split()[1])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path / "key", create=True)


@asynccontextmanager
async def serving(url: str, vault: Vault) -> AsyncIterator[int]:
    """In an event loop of its own, as in a process of its own; gives the port."""
    async with (
        db.connect(url, name="tests: receiver", size=3) as pool,
        receiver.listening(pool, vault, host="127.0.0.1", port=0) as places,
    ):
        yield places[0][1]


@pytest.fixture
async def door(
    pool: asyncpg.Pool, database_url: str, vault: Vault, portal: BlockingPortal
) -> AsyncIterator[Door]:
    shop_id = await add_shop(pool)
    await webhooks.set_secret(pool, shop_id, vault.seal(SECRET))
    with portal.wrap_async_context_manager(serving(database_url, vault)) as port:
        async with aiohttp.ClientSession() as session:
            yield Door(pool, port, session)


async def test_what_shopify_signed_is_in_the_inbox_before_it_is_answered(door: Door) -> None:
    raw = orjson.dumps(LEVEL)
    assert await door.send(raw, signed(raw)) == 200
    (row,) = await door.rows()
    assert (row["delivery_id"], row["event_id"], row["topic"], row["kind"], row["state"]) == (
        "d-1",
        "e-1",
        "inventory_levels/update",
        "stock",
        "due",
    )
    assert row["gid"] == "gid://shopify/InventoryItem/1"
    assert row["body"] == LEVEL


async def test_a_delivery_that_is_sent_again_is_accepted_and_is_one_row(door: Door) -> None:
    raw = orjson.dumps(LEVEL)
    assert [await door.send(raw, signed(raw)) for _ in range(3)] == [200] * 3
    assert len(await door.rows()) == 1


async def test_many_at_once_share_commits_and_none_is_lost(door: Door) -> None:
    raw = orjson.dumps(LEVEL)
    statuses: Counter[int] = Counter()

    async def send(name: str) -> None:
        statuses[await door.send(raw, signed(raw, name))] += 1

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(send, f"d-{number}")
    assert statuses == {200: 200}
    commits = await door.pool.fetchval("select count(distinct xmin::text) from syncd.inbox")
    assert len(await door.rows()) == 200
    assert commits < 100


async def test_header_names_and_the_domain_may_be_written_in_any_case(door: Door) -> None:
    raw = orjson.dumps(LEVEL)
    headers = {name.lower(): value for name, value in signed(raw).items()}
    headers["x-shopify-shop-domain"] = "X.MyShopify.com"
    assert await door.send(raw, headers) == 200


async def test_the_secret_of_before_is_accepted_beside_the_new_one(
    door: Door, vault: Vault
) -> None:
    await webhooks.set_secret(door.pool, 1, vault.seal("shpss_new"))
    raw = orjson.dumps(LEVEL)
    with anyio.fail_after(10):
        while await door.send(raw, signed(raw, "new", "shpss_new")) != 200:
            await anyio.lowlevel.checkpoint()  # it looks every two seconds
    assert await door.send(raw, signed(raw, "old")) == 200
    assert await door.send(raw, signed(raw, "wrong", "shpss_other")) == 401


RAW = orjson.dumps(LEVEL)


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        pytest.param(RAW, signed(RAW, secret="wrong"), 401, id="forged"),
        pytest.param(RAW + b" ", signed(RAW), 401, id="changed on its way"),
        pytest.param(
            RAW, signed(RAW, **{"X-Shopify-Shop-Domain": "y.myshopify.com"}), 401, id="unknown shop"
        ),
        pytest.param(RAW, {}, 401, id="no headers"),
        pytest.param(RAW, signed(RAW, **{"X-Shopify-Hmac-Sha256": "\xe5"}), 401, id="no ascii"),
        pytest.param(b"{", signed(b"{"), 400, id="signed, but no JSON"),
        pytest.param(b"", signed(b""), 400, id="signed, but empty"),
        pytest.param(RAW, signed(RAW, ""), 400, id="without its number"),
        pytest.param(
            RAW, signed(RAW, **{"X-Shopify-Topic": "carts/create"}), 404, id="nobody asked for it"
        ),
        pytest.param(
            b" " * (receiver.MAX_BODY_BYTES + 1),
            signed(b" " * (receiver.MAX_BODY_BYTES + 1)),
            413,
            id="too large",
        ),
        pytest.param(
            gzip.compress(RAW),
            signed(RAW, **{"Content-Encoding": "gzip"}),
            401,
            id="packed: what is signed are the bytes that travel",
        ),
    ],
)
async def test_all_else_is_refused_in_silence_and_leaves_no_row(
    door: Door, raw: bytes, headers: dict[str, str], status: int
) -> None:
    assert await door.send(raw, headers) == status
    assert door.answers == [b""]
    assert await door.rows() == []


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 204), ("HEAD", 204), ("PUT", 405), ("DELETE", 405)]
)
async def test_a_probe_is_answered_and_other_methods_are_refused(
    door: Door, method: str, status: int
) -> None:
    assert await door.send(b"", {}, method) == status
    assert door.answers == [b""]


async def test_another_path_is_nothing(door: Door) -> None:
    async with door.session.post(f"http://127.0.0.1:{door.port}/admin", data=RAW) as answer:
        assert (answer.status, await answer.read()) == (404, b"")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS to a plain port"),
        pytest.param(b"POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", id="-1"),
        pytest.param(
            b"POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", id="cut short"
        ),
        pytest.param(
            b"POST /webhooks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{",
            id="chunks that are none",
        ),
        pytest.param(b"POST /webhooks HTTP/1.1\r\n" + b"A: b\r\n" * 5_000 + b"\r\n", id="headers"),
        pytest.param(b"POST /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", id="an endless path"),
    ],
)
async def test_no_bytes_whatever_are_our_fault(door: Door, text: bytes) -> None:
    assert await door.raw(text) < 500
    assert await door.rows() == []
    assert await door.send(RAW, signed(RAW)) == 200


async def test_while_the_database_does_not_take_it_shopify_is_asked_to_repeat(door: Door) -> None:
    await door.pool.execute("alter table syncd.inbox rename to away")
    assert await door.send(RAW, signed(RAW)) == 503
    await door.pool.execute("alter table syncd.away rename to inbox")
    assert await door.send(RAW, signed(RAW)) == 200
    assert len(await door.rows()) == 1


async def test_what_cannot_be_stored_does_not_take_others_with_it(door: Door) -> None:
    await door.pool.execute(
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin if new.delivery_id = 'poison' then perform 'x'::integer; end if;"
        " return new; end $$;"
        "create trigger refuse before insert on syncd.inbox for each row execute function refuse()"
    )
    statuses: dict[str, int] = {}

    async def send(name: str) -> None:
        statuses[name] = await door.send(RAW, signed(RAW, name))

    async with anyio.create_task_group() as group:
        for name in ("a", "b", "poison", "c", "d"):
            group.start_soon(send, name)
    assert statuses == {"a": 200, "b": 200, "poison": 400, "c": 200, "d": 200}


async def test_a_port_that_is_taken_is_named(door: Door, vault: Vault) -> None:
    with pytest.raises(ConfigError, match=f"127.0.0.1:{door.port}"):
        async with receiver.listening(door.pool, vault, host="127.0.0.1", port=door.port):
            pass


async def test_a_key_that_opens_no_secret_is_told_at_the_start(door: Door, tmp_path: Path) -> None:
    other = Vault.open(tmp_path / "other", create=True)
    with pytest.raises(ConfigError):
        async with receiver.listening(door.pool, other, host="127.0.0.1", port=0):
            pass


STRANGE: list[object] = [
    *(None, 7, -1, 1.5, "", "x", [], [[]], {}, {"id": None}, {"id": {}}, {"id": "\0"}, True),
    *({"id": 2**64 - 1}, {"id": -1}, {"inventory_item_id": "x"}, {"inventory_item_id": [1]}),
    *({**LEVEL, "note": "\0"}, {**LEVEL, "available": "\ufffd" * 999}, [LEVEL], {"": ""}),
]
STRANGE_BODIES = [
    *(orjson.dumps(one) for one in STRANGE),
    *(b"\xff", b'{"a":1e999}', b'{"id":"\\ud800"}', b"[" * 3000, b"{}{}", b'{"id":1,"id":2}'),
]
STRANGE_WORDS = ["", " ", "x" * 4000, "é", "%00", "../x", "d" * 300, "9" * 30, "null", "'"]


async def test_any_signed_body_of_any_topic_is_taken_or_refused(door: Door) -> None:
    wrong = []
    for topic in ("inventory_levels/update", "orders/updated", "customers/redact", "shop/redact"):
        for number, raw in enumerate(STRANGE_BODIES):
            headers = signed(raw, f"{topic}-{number}", **{"X-Shopify-Topic": topic})
            status = await door.send(raw, headers)
            if status not in (200, 400, 404):
                wrong.append((topic, raw[:40], status))
    assert wrong == []
    assert await door.send(RAW, signed(RAW, "after all of it")) == 200


async def test_anything_in_any_header_is_taken_or_refused(door: Door) -> None:
    wrong = []
    for name in signed(RAW):
        for number, word in enumerate(STRANGE_WORDS):
            status = await door.send(RAW, {**signed(RAW, f"{name}-{number}"), name: word})
            if status not in (200, 400, 401, 404):
                wrong.append((name, word[:20], status))
    assert wrong == []
    assert await door.send(RAW, signed(RAW, "after all of it")) == 200
