"""Files up to Shopify's storage and down from it: the sandbox's, and storages that misbehave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from aiohttp import ClientSession, web

from syncd.errors import CallError, ResultGoneError, ShopifyError, UploadLostError
from syncd.sandbox.server import Running
from syncd.shopify import bulk, uploads
from syncd.shopify.uploads import Target
from tests.shopify.operations import SET, TOKEN, opened, until_over

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def storage(handler: Handler) -> AsyncIterator[str]:
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def lines(path: Path, count: int) -> Path:
    path.write_bytes(
        b"".join(
            orjson.dumps({"input": {"title": f"Ski {number}"}}) + b"\n" for number in range(count)
        )
    )
    return path


async def test_a_download_carries_no_token_wherever_it_leads(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        if request.path == "/result":
            return web.Response(status=302, headers={"Location": "/moved"})
        return web.Response(body=b"{}\n")

    async with storage(handler) as url, opened() as (_, client):
        await client.execute("BudgetProbe")
        await uploads.download(f"{url}/result", tmp_path / "result")
    assert len(seen) == 2
    assert not [
        name for one in seen for name in one if "shopify" in name or name == "authorization"
    ]
    assert TOKEN not in str(seen)


# ------------------------------------------------------------------------------------------ up


async def test_what_is_uploaded_is_what_the_operation_reads(tmp_path: Path) -> None:
    file = lines(tmp_path / "lines.jsonl", 3)
    async with opened() as (running, client):
        target = await uploads.stage(client, "run-7-0.jsonl")
        assert target.path == dict(target.parameters)["key"]
        assert target.path.startswith("tmp/") and target.path.endswith("/run-7-0.jsonl")
        await uploads.upload(target, file)
        await uploads.upload(target, file)
        uploaded = running.shop.works.blobs.open(target.path)
        assert uploaded and uploaded.read() == file.read_bytes()
        begun = await bulk.start_mutation(client, SET.format(name="S"), target.path, "syncd-run-7")
        assert (await until_over(client, begun.gid)).object_count == 3


async def test_a_form_is_whole_in_order_and_without_a_token(tmp_path: Path) -> None:
    file = lines(tmp_path / "lines.jsonl", 100_000)
    seen: dict[str, Any] = {"parts": []}

    async def handler(request: web.Request) -> web.StreamResponse:
        seen["headers"] = dict(request.headers)
        seen["length"] = request.content_length
        form = await request.multipart()
        while (part := await form.next()) is not None:
            content = await part.read()  # type: ignore[union-attr]
            seen["parts"].append((part.name, content, dict(part.headers)))  # type: ignore[union-attr]
        return web.Response(status=201)

    async with storage(handler) as url:
        fields = (("Content-Type", "text/jsonl"), ("key", "tmp/æ"), ("policy", "e30="))
        await uploads.upload(Target(url, fields, "tmp/æ"), file)
    assert [(name, content.decode()) for name, content, _ in seen["parts"][:-1]] == list(fields)
    name, content, headers = seen["parts"][-1]
    assert (name, content) == ("file", file.read_bytes())
    assert headers["Content-Type"] == "text/jsonl"
    assert seen["length"] > len(content) and "Transfer-Encoding" not in seen["headers"]
    assert not [one for one in seen["headers"] if one.lower().startswith("x-shopify")]


async def test_an_upload_that_came_too_late_wants_a_new_target(tmp_path: Path) -> None:
    async with opened() as (running, client):
        target = await uploads.stage(client, "lines.jsonl")
        async with ClientSession() as session:
            await session.post(f"{running.url}/_sandbox/clock", json={"advance_s": 86_401})
        with pytest.raises(UploadLostError, match="expired"):
            await uploads.upload(target, lines(tmp_path / "lines.jsonl", 1))


async def test_an_empty_file_is_not_taken(tmp_path: Path) -> None:
    async with opened() as (_, client):
        target = await uploads.stage(client, "lines.jsonl")
        with pytest.raises(ShopifyError, match="smaller than the minimum") as caught:
            await uploads.upload(target, lines(tmp_path / "lines.jsonl", 0))
        assert "without lines" in caught.value.hint


ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>{}</Message></Error>"


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        pytest.param(
            400, ERROR.format("EntityTooLarge", "too large"), ShopifyError, "100 MB", id="too large"
        ),
        pytest.param(
            403, ERROR.format("SignatureDoesNotMatch", "a &lt; b"), ShopifyError, "a < b", id="XML"
        ),
        pytest.param(400, "what?", ShopifyError, "what", id="no XML"),
        pytest.param(503, "", CallError, "HTTP 503", id="an outage"),
        pytest.param(307, "", ShopifyError, "HTTP 307", id="a redirection"),
    ],
)
async def test_a_storage_that_refuses_is_understood(
    tmp_path: Path, status: int, body: str, error: type[Exception], said: str
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response(status=status, text=body)

    async with storage(handler) as url:
        with pytest.raises(error, match=said) as caught:
            await uploads.upload(Target(url, (), ""), lines(tmp_path / "lines.jsonl", 1))
    assert type(caught.value) is error


async def test_a_storage_that_is_not_there_may_be_asked_again(tmp_path: Path) -> None:
    file = lines(tmp_path / "lines.jsonl", 1)
    with pytest.raises(CallError, match=r"lines\.jsonl could not be uploaded") as caught:
        await uploads.upload(Target("http://127.0.0.1:9/", (), ""), file)
    assert not caught.value.is_unknown


async def test_a_silent_storage_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        await anyio.Event().wait()
        return web.Response()

    async with storage(handler) as url:
        with pytest.raises(CallError, match="could not be uploaded"):
            file = lines(tmp_path / "lines.jsonl", 1)
            await uploads.upload(Target(url, (), ""), file, deadline_s=0.1)
        with pytest.raises(CallError, match="could not be fetched"):
            await uploads.download(url, tmp_path / "result", deadline_s=0.1)


# ---------------------------------------------------------------------------------------- down


async def result(running: Running, client: Any, count: int, **faults: Any) -> bulk.Operation:
    """A bulk mutation that has ended."""
    content = b'{"input":{"title":"Ski"}}\n' * count
    running.shop.works.blobs.write("tmp/1", content)
    running.shop.works.faults |= faults
    begun = await bulk.start_mutation(client, SET.format(name="One"), "tmp/1", "syncd-run-1")
    return await until_over(client, begun.gid)


async def test_a_result_is_fetched_whole(tmp_path: Path) -> None:
    async with opened() as (running, client):
        ended = await result(running, client, 10)
        assert ended.url
        path = tmp_path / "result.jsonl"
        path.write_bytes(b"what was there before" * 1000)
        size_bytes = await uploads.download(ended.url, path)
        assert size_bytes == path.stat().st_size
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        assert [row["__lineNumber"] for row in rows] == list(range(10))


async def test_what_a_failed_operation_has_is_fetched(tmp_path: Path) -> None:
    """The fault fail."""
    async with opened() as (running, client):
        ended = await result(running, client, 10, fail=4)
        assert ended.partial_url
        await uploads.download(ended.partial_url, tmp_path / "result")
        assert (tmp_path / "result").read_bytes().count(b"\n") == 4


async def test_an_expired_result_is_gone(tmp_path: Path) -> None:
    """The fault expire."""
    async with opened() as (running, client):
        ended = await result(running, client, 1, expire=True)
        assert ended.url
        with pytest.raises(ResultGoneError, match=r"expired.*ExpiredToken") as caught:
            await uploads.download(ended.url, tmp_path / "result")
        assert "run it again" in caught.value.hint


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_what_is_not_there_is_gone(tmp_path: Path, status: int) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    async with storage(handler) as url:
        with pytest.raises(ResultGoneError):
            await uploads.download(url, tmp_path / "result")


CONTENT = bytes(range(256)) * 8_000


def cutting(*ends: int, gives_parts: bool = True) -> tuple[Handler, list[str | None]]:
    """A storage that cuts the connection at these offsets, one after the other."""
    asked: list[str | None] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        asked.append(wanted)
        first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        first = first if gives_parts else 0
        response = web.StreamResponse(status=206 if first else 200)
        if first:
            response.headers["Content-Range"] = f"bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}"
        response.content_length = len(CONTENT) - first
        await response.prepare(request)
        end = ends[len(asked) - 1] if len(asked) <= len(ends) else len(CONTENT)
        await response.write(CONTENT[first:end])
        if end < len(CONTENT):
            assert request.transport is not None
            request.transport.close()
        return response

    return handler, asked


@pytest.mark.parametrize("gives_parts", [True, False])
async def test_a_cut_download_goes_on_where_it_was(tmp_path: Path, gives_parts: bool) -> None:
    handler, asked = cutting(0, 700_000, 1_500_000, gives_parts=gives_parts)
    async with storage(handler) as url:
        assert await uploads.download(url, tmp_path / "result") == len(CONTENT)
    assert (tmp_path / "result").read_bytes() == CONTENT
    assert asked[:2] == [None, None] and "bytes=" in str(asked[2:])


@pytest.mark.parametrize(
    ("status", "is_kept"),
    [
        pytest.param(503, True, id="an outage loses nothing"),
        pytest.param(416, False, id="a part that is not there"),
    ],
)
async def test_what_was_fetched_is_kept_where_it_fits(
    tmp_path: Path, status: int, is_kept: bool
) -> None:
    cut, asked = cutting(700_000)
    turns = iter([cut, None])

    async def handler(request: web.Request) -> web.StreamResponse:
        turn = next(turns, cut)
        return web.Response(status=status) if turn is None else await turn(request)

    async with storage(handler) as url:
        assert await uploads.download(url, tmp_path / "result") == len(CONTENT)
    assert (tmp_path / "result").read_bytes() == CONTENT
    assert len(asked) == 2 and (asked[1] is not None) == is_kept


async def test_a_download_that_never_gets_further_is_given_up(tmp_path: Path) -> None:
    handler, asked = cutting(*[700_000] * 99)
    async with storage(handler) as url:
        with pytest.raises(CallError, match="could not be fetched"):
            await uploads.download(url, tmp_path / "result", patience_s=0.5)
    assert asked[-1] == asked[-2] and "bytes=" in str(asked[-1])


async def test_an_outage_of_the_storage_is_waited_out(tmp_path: Path) -> None:
    statuses = iter([503, 500, 200])

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=next(statuses), body=b"{}\n")

    async with storage(handler) as url:
        assert await uploads.download(url, tmp_path / "result") == 3


async def test_a_signed_address_is_asked_for_as_it_was_signed(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.update(raw=request.raw_path, headers=dict(request.headers))
        return web.Response(body=b"{}\n")

    path = "/out/t-final?Signature=a%2Bb%2Fc%3D%3D&d=x%3B+y%3D%22z%22&e=%7Eq"
    async with storage(handler) as url:
        await uploads.download(url + path, tmp_path / "result")
    assert seen["raw"] == path
    assert not [one for one in seen["headers"] if one.lower().startswith("x-shopify")]
    assert TOKEN not in str(seen)


FLAT = """
import resource, sys
from pathlib import Path
import anyio
from syncd.shopify import uploads

async def main(url, big):
    await uploads.upload(uploads.Target(url, (), ""), Path(big))
    await uploads.download(url, Path(big + ".down"))

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
anyio.run(main, *sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


async def test_memory_stays_flat_whatever_the_size(tmp_path: Path) -> None:
    big = tmp_path / "big.jsonl"
    with big.open("wb") as file:
        file.truncate(96 * 1024 * 1024)

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.FileResponse(big)
        async for _ in request.content.iter_any():
            pass
        return web.Response(status=201)

    async with storage(handler) as url:
        command = [sys.executable, "-c", FLAT, url, str(big)]
        done = await anyio.run_process(command, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert int(done.stdout) < 24_000, f"{done.stdout.decode()} kB more than before"
    assert (tmp_path / "big.jsonl.down").stat().st_size == 96 * 1024 * 1024
