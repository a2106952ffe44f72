"""Who comes in: passwords, sessions, one-time links, and those who should not."""

from __future__ import annotations

import re

import pytest

from syncd.flows import entering
from syncd.web.console.drawing import safe_path
from tests.web.console.caller import PASSWORD, Caller


async def test_nobody_sees_a_page_without_signing_in(caller: Caller) -> None:
    for path in ("/", "/users", "/live/overview", "/shops/x.myshopify.com/settings"):
        answer = await caller.get(path)
        assert answer.status == 303 and answer.to.startswith("/signin?to="), path


async def test_the_right_password_leads_to_the_page_that_was_asked_for(caller: Caller) -> None:
    await caller.add()
    await caller.get("/signin")
    answer = await caller.post(
        "/signin", {"name": " Kari ", "password": PASSWORD, "to": "/users?x=1"}
    )
    assert (answer.status, answer.to) == (303, "/users?x=1")
    assert (await caller.get("/users")).status == 200


async def test_a_wrong_password_and_a_wrong_name_are_told_alike(caller: Caller) -> None:
    await caller.add()
    wrong = await caller.sign_in(password="galt passord her")
    nobody = await caller.sign_in("ola")
    assert wrong.status == nobody.status == 422
    assert "feil navn eller passord" in wrong.words and "feil navn eller passord" in nobody.words


async def test_a_session_from_before_is_none_after_signing_in(caller: Caller) -> None:
    await caller.add()
    caller.session.cookie_jar.update_cookies({"syncd_session": "planted-by-somebody-else-000000"})
    await caller.sign_in()
    cookies = {one.key: one.value for one in caller.session.cookie_jar}
    assert cookies["syncd_session"] != "planted-by-somebody-else-000000"


async def test_signing_out_ends_the_session_itself(caller: Caller) -> None:
    await caller.add()
    await caller.sign_in()
    kept = {one.key: one.value for one in caller.session.cookie_jar}["syncd_session"]
    assert (await caller.post("/signout")).to == "/signin"
    caller.session.cookie_jar.update_cookies({"syncd_session": kept})
    assert (await caller.get("/users")).status == 303


async def test_a_session_ends_when_nobody_was_seen_for_hours(admin: Caller) -> None:
    await admin.pool.execute("update syncd.session set seen_at = seen_at - interval '13 hours'")
    assert (await admin.get("/users")).status == 303


async def test_a_session_ends_after_a_week_however_busy(admin: Caller) -> None:
    await admin.pool.execute(
        "update syncd.session set created_at = created_at - interval '8 days',"
        " ends_at = ends_at - interval '8 days'"
    )
    assert (await admin.get("/users")).status == 303


async def test_a_one_time_link_makes_one_person(caller: Caller) -> None:
    token = await entering.invite(caller.pool, "operator")
    assert (await caller.get(f"/first/{token}")).status == 200
    answer = await caller.post(f"/first/{token}", {"name": "ola", "password": "kort"})
    assert answer.status == 422 and "for kort" in answer.words
    answer = await caller.post(f"/first/{token}", {"name": "ola", "password": PASSWORD})
    assert answer.status == 303
    assert "ola" in (await caller.get("/users")).words
    again = await caller.post(f"/first/{token}", {"name": "per", "password": PASSWORD})
    assert again.status in (403, 422)
    assert await caller.pool.fetchval("select count(*) from syncd.person") == 1


async def test_who_tries_five_wrong_passwords_waits_and_others_do_not(caller: Caller) -> None:
    await caller.add()
    await caller.add("ola")
    for _ in range(5):
        assert (await caller.sign_in(password="galt passord her")).status == 422
    answer = await caller.sign_in()
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 60
    assert (await caller.sign_in("ola")).status == 303


async def test_a_thousand_tries_a_minute_look_at_twenty_passwords(caller: Caller) -> None:
    await caller.add()
    await caller.get("/signin")
    found = [
        (await caller.post("/signin", {"name": f"n{i}", "password": "galt passord"})).status
        for i in range(1000)
    ]
    assert found.count(422) == 20 and found.count(429) == 980


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="from another site"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="as the browser says"),
    ],
)
async def test_a_form_of_another_site_does_nothing(admin: Caller, headers: dict[str, str]) -> None:
    answer = await admin.post("/users/link", {"role": "admin"}, **headers)
    assert answer.status == 403
    assert await admin.pool.fetchval("select count(*) from syncd.invitation") == 0


@pytest.mark.parametrize("seal", ["", "0" * 64, "æ"], ids=["none", "made up", "no hash"])
async def test_a_form_without_the_seal_of_its_session_does_nothing(
    admin: Caller, seal: str
) -> None:
    answer = await admin.post("/users/link", {"role": "admin", "seal": seal})
    assert answer.status == 403 and "utdatert" in answer.words
    assert await admin.pool.fetchval("select count(*) from syncd.invitation") == 0


async def test_a_name_that_leads_here_from_elsewhere_is_not_answered(admin: Caller) -> None:
    assert (await admin.get("/users", Host="evil.example")).status == 421


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/a\r\nb"]
)
async def test_signing_in_leads_nowhere_else(caller: Caller, to: str) -> None:
    await caller.add()
    await caller.get("/signin")
    answer = await caller.post("/signin", {"name": "kari", "password": PASSWORD, "to": to})
    assert (answer.status, answer.to) == (303, "/")
    assert safe_path(to) == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../server.py",
        "/static/x/..%2f..%2fserver.py",
        "/static/x/%2e%2e%2fpages.py",
        "/static/..%2f..%2f..%2fetc/passwd",
    ],
)
async def test_no_path_leads_out_of_the_static_files(caller: Caller, path: str) -> None:
    answer = await caller.get(path)
    assert answer.status in (303, 404) and "def " not in answer.text


async def test_a_form_that_is_too_large_is_refused_as_such(admin: Caller) -> None:
    answer = await admin.post("/users/link", {"role": "x" * 300_000})
    assert answer.status == 413 and "for mye" in answer.words


async def test_every_answer_has_the_headers_of_a_careful_server(admin: Caller) -> None:
    for path in ("/", "/nowhere", "/users"):
        headers = (await admin.get(path)).headers
        assert "'unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Cache-Control"] == "no-store", path


async def test_no_page_holds_a_script_or_a_style_of_its_own(admin: Caller) -> None:
    for path in ("/", "/users", "/signin"):
        text = (await admin.get(path)).text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text), path


async def test_who_only_looks_can_change_nothing(caller: Caller) -> None:
    await caller.add("ola", "viewer")
    await caller.sign_in("ola")
    assert (await caller.post("/users/link", {"role": "admin"})).status == 403


async def test_the_last_administrator_cannot_leave(admin: Caller) -> None:
    for path, fields in (
        ("/users/remove", {"name": "kari"}),
        ("/users/role", {"name": "kari", "role": "viewer"}),
    ):
        answer = await admin.post(path, fields)
        assert answer.status == 422 and "eneste administratoren" in answer.words


async def test_a_new_password_ends_all_other_sessions(admin: Caller) -> None:
    await entering.enter(admin.pool, "kari", PASSWORD, "elsewhere")
    await admin.post("/users/password", {"old": PASSWORD, "new": "et helt nytt passord"})
    assert await admin.pool.fetchval("select count(*) from syncd.session") == 1
    assert (await admin.get("/users")).status == 200


async def test_what_is_done_is_written_down_with_who_did_it(admin: Caller) -> None:
    await admin.post("/users/link", {"role": "viewer"})
    row = await admin.pool.fetchrow("select actor, action, given from syncd.audit")
    assert row and tuple(row) == ("console:kari", "invite", {"role": "viewer"})


async def test_the_language_is_the_browsers_until_one_is_chosen(caller: Caller) -> None:
    caller.language = "en-GB,nb;q=0.5"
    assert "Sign in" in (await caller.get("/signin")).words
    await caller.post("/tongue", {"tongue": "nb", "to": "/signin"})
    assert "Logg inn" in (await caller.get("/signin")).words


async def test_no_token_or_hash_is_kept_as_it_was_given(admin: Caller) -> None:
    token = {one.key: one.value for one in admin.session.cookie_jar}["syncd_session"]
    dump = await admin.pool.fetchval(
        "select (select jsonb_agg(to_jsonb(s)) from syncd.session s)::text"
        " || (select jsonb_agg(to_jsonb(p)) from syncd.person p)::text"
    )
    assert token not in dump and PASSWORD not in dump
