"""Alerts to a chat: the form each takes, that nothing in it is markup, whose fault it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from anyio.from_thread import BlockingPortal

from syncd.errors import DeliveryError
from syncd.messengers import Chat
from syncd.messengers.chat import body
from syncd.rules.alert_text import Message, Paragraph
from tests.messengers.servers import ChatServer, chat_server
from tests.messengers.test_mail import ID, WRITTEN

NASTY = "<!channel> [click](https://evil.example) *bold* & <https://evil.example|here>"
TOLD = [
    Paragraph("Changes are refused", NASTY, is_over=False),
    Paragraph("over: Events wait", "It stood from 08:00 until 09:00.", is_over=True),
]
MESSAGE = Message(ID, WRITTEN, "syncd: alerts: 1, over: 1", TOLD, "and so on")


@pytest.fixture
def server(portal: BlockingPortal) -> Iterator[ChatServer]:
    with portal.wrap_async_context_manager(chat_server(ChatServer())) as server:
        yield server


def kinds(value: Any) -> set[str]:
    """Each `type` that stands anywhere in it."""
    if isinstance(value, dict):
        own = {value["type"]} if isinstance(value.get("type"), str) else set()
        return own.union(*map(kinds, value.values()))
    return set().union(*map(kinds, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("host", ["hooks.slack.com", "HOOKS.slack.com", "hooks.slack-gov.com"])
def test_slack_gets_blocks_in_which_nothing_is_markup(host: str) -> None:
    posted: Any = body(f"https://{host}/services/T1/B1/x", MESSAGE)
    assert {*posted} == {"text", "blocks"}
    assert kinds(posted) == {"header", "section", "plain_text"}
    assert "<" not in posted["text"]
    assert "&lt;!channel&gt;" in posted["text"]
    assert NASTY in posted["blocks"][1]["text"]["text"]
    assert len(posted["blocks"]) == 4


@pytest.mark.parametrize(
    "host",
    [
        "prod-12.westeurope.logic.azure.com:443",
        "default1a.2b.environment.api.powerplatform.com:443",
    ],
)
def test_teams_gets_a_card_in_which_nothing_is_markup(host: str) -> None:
    posted: Any = body(f"https://{host}/workflows/1?sig=x", MESSAGE)
    assert posted["type"] == "message"
    (attachment,) = posted["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert kinds(card) == {"AdaptiveCard", "RichTextBlock", "TextRun"}
    assert NASTY in card["body"][1]["inlines"][1]["text"]


@pytest.mark.parametrize(
    "host", ["chat.example.no", "x.webhook.office.com", "evil-hooks.slack.com.example"]
)
def test_others_get_plain_text(host: str) -> None:
    posted = body(f"https://{host}/hook", MESSAGE)
    assert {*posted} == {"text"}
    assert posted["text"].startswith("syncd: alerts: 1, over: 1\n\n✗ Changes are refused\n")
    assert "✓ over: Events wait\nIt stood from" in posted["text"]


def test_the_longest_message_is_taken_by_each() -> None:
    """Slack takes 3,000 characters a block and 50 blocks, Teams 28 kB."""
    long = [Paragraph("x" * 60, "ø" * 1000, is_over=False)] * 20
    message = Message(ID, WRITTEN, "s" * 500, long, "f" * 100)
    slack: Any = body("https://hooks.slack.com/x", message)
    assert len(slack["blocks"]) <= 50
    assert max(len(one["text"]["text"]) for one in slack["blocks"]) <= 3000
    assert len(slack["blocks"][0]["text"]["text"]) <= 150
    assert len(slack["text"]) < 40_000
    assert len(orjson.dumps(body("https://x.logic.azure.com/x", message))) < 28_000


async def test_it_is_posted_as_json(server: ChatServer) -> None:
    await Chat(server.url).deliver(MESSAGE)
    assert server.bodies == [body(server.url, MESSAGE)]
    assert "secret" not in repr(Chat(server.url))


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        pytest.param(404, {}, 0, id="no such hook"),
        pytest.param(429, {"Retry-After": "300"}, 300, id="too many"),
        pytest.param(503, {"Retry-After": "soon"}, 0, id="a wait that is none"),
        pytest.param(302, {"Location": "http://169.254.169.254/"}, 0, id="led elsewhere"),
    ],
)
async def test_what_is_refused_is_told_without_the_address(
    server: ChatServer, status: int, headers: dict[str, str], wait_s: float
) -> None:
    server.status, server.headers = status, headers
    server.answer = f"no_service {server.url}\n/services/T1/secret"
    with pytest.raises(DeliveryError) as raised:
        await Chat(server.url).deliver(MESSAGE)
    assert f"HTTP {status}" in raised.value.message
    assert "secret" not in raised.value.message
    assert (raised.value.wait_s, raised.value.is_unknown) == (wait_s, False)
    assert len(server.bodies) == 1


async def test_a_chat_that_is_not_there_has_surely_taken_nothing() -> None:
    for url in ("http://127.0.0.1:1/secret", "https://nobody.invalid/secret"):
        with pytest.raises(DeliveryError) as raised:
            await Chat(url).deliver(MESSAGE)
        assert "cannot be reached" in raised.value.message
        assert "secret" not in raised.value.message
        assert not raised.value.is_unknown


async def test_a_lost_answer_is_no_refusal(server: ChatServer) -> None:
    server.is_mute = True
    with pytest.raises(DeliveryError) as raised:
        await Chat(server.url).deliver(MESSAGE)
    assert raised.value.is_unknown
    assert "secret" not in raised.value.message
    assert len(server.bodies) == 1
