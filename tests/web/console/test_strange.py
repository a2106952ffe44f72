"""Whatever stands in an address or a form of the console, no page breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from syncd.web.console import pages
from tests.conftest import FURNISHED
from tests.web.console.caller import Caller
from tests.web.console.rows import X, add_shop, enter

FOLDER = Path(pages.__file__).parent
SOURCE = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py"))
ASKED = sorted({*re.findall(r'(?:query|form)\.get(?:all)?\("(\w+)"', SOURCE), "after", "q", "key"})
STRANGE = [
    *("", "\0", "-1", "9" * 40, "0x10", "1e9", "NaN", "½", "٣", "a:b:c", ":", "%00", "null"),
    *("'; drop table syncd.shop; --", "{{7*7}}", "{x}", "%s", "<script>", "\u202e", "\ud83d"),
    *("9223372036854775808", "2147483648", "2026-13-45T99:99:99Z", "x" * 3000, "\r\nX-A: b"),
    *("../../etc/passwd", "//evil.example", "\\\\evil.example", "[]", '{"a":'),
]
OUT = re.compile(r"/live/|/(signout|check|choices|credentials|access)$")  # endless, or ask Shopify


@pytest.fixture
def template() -> str:
    """With a Backoffice: without one most pages say so."""
    return FURNISHED


def written(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def addresses(method: str) -> Iterator[str]:
    """Each page's address, a strange text in its places, then in whatever it may be asked."""
    for route in pages.routes():
        path = getattr(route, "path", "")
        if route.method != method or OUT.search(path):
            continue
        for strange in STRANGE[1::4] if "{" in path else ():
            yield re.sub(r"\{\w+(:[^}]*)?\}", written(strange) or "-", path)
        for strange in STRANGE[::3]:
            usual = path.replace("{domain}", X)
            usual = re.sub(r"\{\w+(:[^}]*)?\}", "1", usual)
            yield f"{usual}?" + "&".join(f"{name}={written(strange)}" for name in ASKED)


async def test_no_strange_address_breaks_a_page(caller: Caller) -> None:
    await add_shop(caller.pool)
    admin = await enter(caller, "ada", "admin")
    broken = []
    for address in addresses("GET"):
        answer = await admin.get(address)
        if answer.status >= 500:
            broken.append((answer.status, address[:60], address[-40:]))
        assert not answer.to.startswith(("//", "\\", "http")), (address, answer.to)
        assert "<script>" not in answer.text or "<script>" not in address
    assert broken == []


async def test_no_strange_form_breaks_a_page(caller: Caller) -> None:
    await add_shop(caller.pool)
    admin = await enter(caller, "ada", "admin")
    broken = []
    for route in pages.routes():
        path = getattr(route, "path", "")
        if route.method != "POST" or OUT.search(path) or path == "/signin":
            continue
        usual = re.sub(r"\{\w+(:[^}]*)?\}", "1", path.replace("{domain}", X))
        for strange in STRANGE[1:-1:5]:
            text = strange.encode("utf-8", "replace").decode()
            answer = await admin.post(usual, dict.fromkeys(ASKED, text))
            if answer.status >= 500:
                broken.append((answer.status, usual, text[:40]))
    assert broken == []
