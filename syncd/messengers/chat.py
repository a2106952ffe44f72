"""Alerts as JSON to the webhook of a chat: Slack's, Teams', or one that takes {"text": …}."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
import orjson

from syncd.errors import DeliveryError
from syncd.phrases import joined, phrase
from syncd.rules.alert_text import Message, Paragraph
from syncd.rules.telling import Target
from syncd.rules.text import line, shortened

JSON = {"Content-Type": "application/json; charset=utf-8"}
PATIENCE_S = 15.0
SAID_CHARS = 200  # of what the chat answers
LONGEST_WAIT_S = 3600.0
SUBJECT_CHARS = 150  # of Slack's header
CARD_CHARS = 9_000  # Teams takes 28 kB
SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
# Workflows of Power Automate take Adaptive Cards alone. Where they live: learn.microsoft.com, 2026.
TEAMS = (".logic.azure.com", ".logic.azure.us", ".api.powerplatform.com", ".powerautomate.com")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat behind the address of an incoming webhook, which is a secret."""

    url: str = field(repr=False)
    target: ClassVar[Target] = "chat"

    async def deliver(self, message: Message) -> None:
        """Raises DeliveryError when the chat did not take it; never with the address in it."""
        patience = aiohttp.ClientTimeout(total=PATIENCE_S, connect=PATIENCE_S / 2)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(
                    self.url,
                    data=orjson.dumps(body(self.url, message)),
                    headers=JSON,
                    allow_redirects=False,
                ) as response,
            ):
                if 200 <= response.status < 300:
                    return
                said = (await response.content.read(2000)).decode(errors="replace")
                raise DeliveryError(self._refusal(response.status, said), wait_s=_wait_s(response))
        except aiohttp.ClientConnectorError as error:  # nothing was sent
            raise DeliveryError(
                phrase("{host} cannot be reached: {why}", host=self.host, why=_why(error))
            ) from None
        except aiohttp.ConnectionTimeoutError:
            raise DeliveryError(
                phrase("{host} cannot be reached within some seconds", host=self.host)
            ) from None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            what = phrase("{host} did not answer ({why})", host=self.host, why=type(error).__name__)
            raise DeliveryError(what, is_unknown=True) from None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "the chat"

    def _refusal(self, status: int, said: str) -> str:
        """What it answered, without the path of the address, in case that is repeated."""
        if 300 <= status < 400:
            return phrase(
                "{host} leads elsewhere (HTTP {status}), which is not followed",
                host=self.host,
                status=status,
            )
        parts = urlsplit(self.url)
        for secret in (self.url, parts.path, parts.query):
            said = said.replace(secret, "…") if len(secret) > 1 else said
        said = shortened(line(said), SAID_CHARS)
        refusal = phrase("{host} refused it (HTTP {status})", host=self.host, status=status)
        return joined([refusal, said], ": ") if said else refusal


def _why(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientSSLError):
        return "its certificate is not accepted"
    return error.os_error.strerror or type(error.os_error).__name__


def _wait_s(response: aiohttp.ClientResponse) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT_S) if asked.isascii() and asked.isdigit() else 0.0


def body(url: str, message: Message) -> Mapping[str, Any]:
    """What is posted: a chat of Slack's or Teams' is known by its host, others take plain text.

    Names and errors of others stand in it: nothing of theirs may become a link or call people.
    """
    host = (urlsplit(url).hostname or "").lower()
    if host in SLACK:
        return {"text": _escaped(plain(message)), "blocks": _blocks(message)}
    if host.endswith(TEAMS):
        return {"type": "message", "attachments": [_card(message)]}
    return {"text": plain(message)}


def plain(message: Message) -> str:
    """The whole message as text."""
    told = [f"{_mark(one)} {one.title}\n{one.text}" for one in message.paragraphs]
    return "\n\n".join([message.subject, *told, message.footer])


def _mark(paragraph: Paragraph) -> str:
    return "✓" if paragraph.is_over else "✗"


def _escaped(text: str) -> str:
    """As Slack wants text that is no markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(message: Message) -> list[Mapping[str, Any]]:
    """Slack's: plain_text is no markup, at most 3,000 characters of it, 150 in a header."""

    def section(kind: str, text: str, most: int) -> Mapping[str, Any]:
        inner = {"type": "plain_text", "text": shortened(text, most), "emoji": False}
        return {"type": kind, "text": inner}

    told = [
        section("section", f"{_mark(one)} {one.title}\n{one.text}", 3000)
        for one in message.paragraphs
    ]
    return [
        section("header", message.subject, SUBJECT_CHARS),
        *told,
        section("section", message.footer, 3000),
    ]


def _card(message: Message) -> Mapping[str, Any]:
    """Teams': the runs of a RichTextBlock are no markup, as those of a TextBlock are."""

    def block(*runs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run} for run in runs]}

    most = CARD_CHARS // max(1, len(message.paragraphs))
    told = [
        block(
            {"text": f"{_mark(one)} {one.title}", "weight": "Bolder"},
            {"text": f"\n{shortened(one.text, most)}"},
        )
        for one in message.paragraphs
    ]
    head = block(
        {"text": shortened(message.subject, SUBJECT_CHARS), "weight": "Bolder", "size": "Medium"}
    )
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [head, *told, block({"text": message.footer, "isSubtle": True})],
    }
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
