"""Alerts by mail: what is written, what is sealed, whose fault it is when it is not taken."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from anyio.from_thread import BlockingPortal

from syncd.errors import DeliveryError
from syncd.messengers import Mail
from syncd.rules.alert_text import Message, Paragraph
from syncd.supervisor.alerting import mail_of
from tests.messengers import certificates
from tests.messengers.servers import MailServer, mail_server

ID = UUID("12345678123456781234567812345678")
WRITTEN = datetime(2026, 11, 30, 8, tzinfo=UTC)
PARAGRAPH = Paragraph("Endringer blir avvist", "Blåbærjakke J-1 mangler pris", is_over=False)
MESSAGE = Message(ID, WRITTEN, "syncd: Blåbær (fjord)", [PARAGRAPH], "Det samme står i appen.")
PASSWORD = "h:em/m@lig"


@pytest.fixture
def server(portal: BlockingPortal) -> Iterator[MailServer]:
    with portal.wrap_async_context_manager(mail_server(MailServer())) as server:
        yield server


def mail(server: MailServer, **more: object) -> Mail:
    made = mail_of(f"smtp://127.0.0.1:{server.port}", "syncd@x.no", ("a@x.no", "b@x.no"))
    return replace(made, **more)  # type: ignore[arg-type]


async def test_a_letter_says_what_it_is_and_that_no_one_wrote_it(server: MailServer) -> None:
    await mail(server).deliver(MESSAGE)
    (letter,) = server.letters
    assert letter.recipients == ["a@x.no", "b@x.no"]
    assert letter.mail["Subject"] == "syncd: Blåbær (fjord)"
    assert letter.mail["From"] == "syncd <syncd@x.no>"
    assert letter.mail["To"] == "a@x.no, b@x.no"
    assert letter.mail["Date"].datetime == WRITTEN
    assert letter.mail["Message-ID"] == f"<{ID}@x.no>"
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    assert letter.mail.get_content_type() == "text/plain"
    text = letter.mail.get_content().replace("\r\n", "\n")
    assert "✗ Endringer blir avvist\nBlåbærjakke J-1 mangler pris\n" in text
    assert text.endswith("Det samme står i appen.\n")


async def test_sent_again_it_is_the_same_letter(server: MailServer) -> None:
    await mail(server).deliver(MESSAGE)
    await mail(server).deliver(MESSAGE)
    first, second = server.letters
    assert first.raw == second.raw


async def test_a_line_break_in_a_subject_adds_no_header(server: MailServer) -> None:
    await mail(server).deliver(replace(MESSAGE, subject="x\r\nBcc: all@x.no\nY: z"))
    (letter,) = server.letters
    assert letter.mail["Bcc"] is None
    assert letter.recipients == ["a@x.no", "b@x.no"]


@pytest.mark.parametrize(
    ("refuses", "said"),
    [
        pytest.param({"MAIL": "550 no such sender"}, "(550): no such sender", id="the sender"),
        pytest.param({"RCPT": "550 no such box"}, "(550): no such box", id="every mailbox"),
        pytest.param({"DATA": "452 no room"}, "(452): no room", id="the text"),
        pytest.param({"EHLO": "554 go away", "HELO": "554 go away"}, "go away", id="us"),
    ],
)
async def test_what_is_refused_is_told_and_was_surely_not_taken(
    server: MailServer, refuses: dict[str, str], said: str
) -> None:
    server.refuses = refuses
    with pytest.raises(DeliveryError) as raised:
        await mail(server).deliver(MESSAGE)
    assert said in raised.value.message
    assert not raised.value.is_unknown


async def test_a_server_that_is_not_there_has_surely_taken_nothing(server: MailServer) -> None:
    nobody = mail(server, port=1)
    with pytest.raises(DeliveryError) as raised:
        await nobody.deliver(MESSAGE)
    assert "127.0.0.1:1 cannot be reached" in raised.value.message
    assert not raised.value.is_unknown


async def test_a_lost_answer_is_no_refusal(server: MailServer) -> None:
    server.is_mute = True
    with pytest.raises(DeliveryError) as raised:
        await mail(server).deliver(MESSAGE)
    assert raised.value.is_unknown
    assert len(server.letters) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_password_travels_sealed_to_whom_the_certificate_names(
    tmp_path: Path,
    scheme: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    file = certificates.make(tmp_path)
    sealed = MailServer(tmp_path, is_sealed=scheme == "smtps")
    async with mail_server(sealed) as server:
        url = f"{scheme}://kari:h%3Aem%2Fm%40lig@127.0.0.1:{server.port}"
        ours = replace(mail_of(url, "syncd@x.no", ("a@x.no",)), must_tls=True)
        with pytest.raises(DeliveryError) as raised:  # nobody vouches for it
            await ours.deliver(MESSAGE)
        assert not any(line.startswith("AUTH") for line in server.said)
        assert PASSWORD not in str(raised.value)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        await ours.deliver(MESSAGE)
    (letter,) = server.letters
    assert letter.is_sealed
    assert letter.login == f"\0kari\0{PASSWORD}"
    assert PASSWORD not in repr(ours)
    assert PASSWORD not in caplog.text


async def test_a_password_goes_to_no_other_machine_unsealed() -> None:
    assert mail_of("smtp://kari:x@mail.x.no", "s@x.no", ("a@x.no",)).must_tls
    assert not mail_of("smtp://mail.x.no", "s@x.no", ("a@x.no",)).must_tls
    assert not mail_of("smtp://kari:x@127.0.0.1", "s@x.no", ("a@x.no",)).must_tls
    assert mail_of("smtps://mail.x.no", "s@x.no", ("a@x.no",)).port == 465
    assert mail_of("smtp://mail.x.no", "s@x.no", ("a@x.no",)).port == 587
    async with mail_server(MailServer()) as server:  # it offers no STARTTLS
        with pytest.raises(DeliveryError) as raised:
            await mail(server, must_tls=True, user="kari", password="x").deliver(MESSAGE)
        assert not raised.value.is_unknown
        assert not any(line.startswith("AUTH") for line in server.said)
