"""Alerts as e-mail, by SMTP."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar

import aiosmtplib
import anyio

from syncd.errors import DeliveryError
from syncd.messengers.chat import plain
from syncd.phrases import phrase
from syncd.rules.alert_text import Message
from syncd.rules.telling import Target
from syncd.rules.text import line, shortened

PATIENCE_S = 30.0  # for the whole conversation
STEP_S = 15.0
SAID_CHARS = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """Mailboxes behind a mail server. `is_tls`: from the first byte; else STARTTLS.

    `must_tls`: without STARTTLS nothing is sent; otherwise it is used where the server offers it.
    """

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    must_tls: bool = True
    target: ClassVar[Target] = "email"

    async def deliver(self, message: Message) -> None:
        """Raises DeliveryError when the server did not take it for each mailbox.

        A server that takes it for some of them has it sent to those again the next time, under the
        same Message-ID where its answer was lost.
        """
        client = self._client()
        try:
            await self._connect(client)
            await self._send(client, letter(message, self.sender, self.recipients))
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            use_tls=self.is_tls,
            start_tls=False if self.is_tls else (True if self.must_tls else None),
            timeout=STEP_S,
            local_hostname=self.sender.rpartition("@")[2],  # not looked up: that would block
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        """Up to here nothing was taken, whatever happens."""
        try:
            with anyio.fail_after(PATIENCE_S):
                await client.connect()
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryError(self._said(error)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            what = phrase(
                "{host} cannot be reached: {why}",
                host=self._place,
                why=self._line(str(error) or repr(error)),
            )
            raise DeliveryError(what) from None

    async def _send(self, client: aiosmtplib.SMTP, mail: EmailMessage) -> None:
        try:
            with anyio.fail_after(PATIENCE_S):
                refused, _ = await client.send_message(mail)
                with suppress(aiosmtplib.SMTPException, OSError):  # it is taken by now
                    await client.quit()
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise DeliveryError(self._said(error.recipients[0])) from None
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryError(self._said(error)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            what = phrase(
                "{host} did not answer ({why})", host=self._place, why=type(error).__name__
            )
            raise DeliveryError(what, is_unknown=True) from None
        if refused:
            first = min(refused)
            said = self._line(" ".join(map(str, refused[first])))
            raise DeliveryError(
                phrase(
                    "{host} takes nothing for {address}: {said}",
                    host=self._place,
                    address=first,
                    said=said,
                )
            )

    @property
    def _place(self) -> str:
        return phrase("the mail server {address}", address=f"{self.host}:{self.port}")

    def _said(self, error: aiosmtplib.SMTPResponseException) -> str:
        return phrase(
            "{host} refused it ({code}): {said}",
            host=self._place,
            code=error.code,
            said=self._line(error.message),
        )

    def _line(self, said: str) -> str:
        hidden = said.replace(self.password, "…") if self.password else said
        return shortened(line(hidden), SAID_CHARS)


def letter(message: Message, sender: str, recipients: tuple[str, ...]) -> EmailMessage:
    """A plain text that no machine answers; sent again, it is the same to the letter."""
    mail = EmailMessage()
    mail["Subject"] = line(message.subject)
    mail["From"] = f"syncd <{sender}>"
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(plain(message), charset="utf-8")
    return mail
