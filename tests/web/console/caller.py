"""A browser without scripts: it keeps cookies, reads pages, sends the forms that they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import aiohttp
import asyncpg

from syncd.flows import entering
from syncd.postgres.people import Role

PASSWORD = "korrekt hest batteri"
SEAL = re.compile(r'name="seal" value="([0-9a-f]{64})"')


@dataclass(slots=True)
class Answer:
    """What came back; a redirect is not followed."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")

    @property
    def words(self) -> str:
        """The text of the page without its tags, each gap one space."""
        bare = re.sub(r"<(style|script)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@dataclass(slots=True)
class Caller:
    """Somebody with a browser."""

    base: str
    session: aiohttp.ClientSession
    pool: asyncpg.Pool
    language: str = "nb"
    headers: dict[str, str] = field(default_factory=dict)
    seal: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, headers)

    async def post(self, path: str, fields: Any = None, **headers: str) -> Answer:
        """Send a form with the seal of the last page that held one, if `fields` has none."""
        given = dict(fields or {}) if not isinstance(fields, list) else fields
        if isinstance(given, dict):
            given.setdefault("seal", self.seal)
        else:
            given = [("seal", self.seal), *given]
        return await self._ask("POST", path, headers, data=given)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Answer:
        sent = {"Accept-Language": self.language, **self.headers, **headers}
        async with self.session.request(
            method, self.base + path, headers=sent, allow_redirects=False, **more
        ) as answer:
            text = await answer.text()
            if found := SEAL.search(text):
                self.seal = found[1]
            return Answer(answer.status, text, answer.headers)

    async def add(self, name: str = "kari", role: Role = "admin") -> None:
        await entering.add(self.pool, name, PASSWORD, role)

    async def sign_in(self, name: str = "kari", password: str = PASSWORD) -> Answer:
        await self.get("/signin")
        answer = await self.post("/signin", {"name": name, "password": password, "to": "/"})
        if answer.status == 303:
            await self.get("/users")  # for the seal of the new session
        return answer
