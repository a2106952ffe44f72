"""Staged uploads, the host they go to, the results of bulk operations: over HTTP."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import orjson
import pytest
from aiohttp import ClientResponse, ClientSession, FormData, ServerDisconnectedError

from syncd.sandbox.server import Running
from tests.sandbox.bulks import READ, RUN_MUTATION, SET, titles
from tests.sandbox.callers import answer, open_shop, read

STAGE = """
mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } }
    userErrors { field message }
  }
}
"""
LINES = {"filename": "a.jsonl", "mimeType": "text/jsonl", "resource": "BULK_MUTATION_VARIABLES"}
WEEK_S = 7 * 86_400
Shop = tuple[ClientSession, Running]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with open_shop() as opened:
        yield opened


async def staged(session: ClientSession, **given: Any) -> Any:
    """The payload of a call with one input."""
    body = {"query": STAGE, "variables": {"input": [{**LINES, **given}]}}
    _, answered, _ = await answer(session, body)
    return answered["data"]["stagedUploadsCreate"]


async def target(session: ClientSession, **given: Any) -> Any:
    payload = await staged(session, **given)
    assert payload["userErrors"] == []
    return payload["stagedTargets"][0]


async def turn(session: ClientSession, seconds: float) -> None:
    async with session.post("/_sandbox/clock", json={"advance_s": seconds}) as response:
        assert response.status == 200


def form(parameters: list[Any], content: bytes = b"{}\n") -> FormData:
    made = FormData(default_to_multipart=True)
    for one in parameters:
        made.add_field(one["name"], one["value"])
    made.add_field("file", BytesIO(content), filename="a.jsonl", content_type="text/jsonl")
    return made


async def posted(url: str, data: FormData) -> tuple[int, str]:
    """Without the shop's token."""
    async with ClientSession() as bare, bare.post(url, data=data) as response:
        return response.status, await response.text()


def code(text: str) -> str:
    """The code of a storage error."""
    found = re.search(r"<Error><Code>(\w+)</Code><Message>", text)
    assert found, text
    return found[1]


async def test_a_form_has_nine_parameters_in_shopifys_order(shop: Shop) -> None:
    session, running = shop
    found = await target(session, httpMethod="POST")
    assert found["url"] == found["resourceUrl"] == f"{running.url}/_uploads/"
    named = {one["name"]: one["value"] for one in found["parameters"]}
    assert list(named) == [
        "Content-Type",
        "success_action_status",
        "acl",
        "key",
        "x-goog-date",
        "x-goog-credential",
        "x-goog-algorithm",
        "x-goog-signature",
        "policy",
    ]
    assert re.fullmatch(r"tmp/\d+/bulk/[0-9a-f-]{36}/a\.jsonl", named["key"])
    policy = base64.b64decode(named["policy"])
    assert b'{"Content-Type":"text\\/jsonl"}' in policy
    assert orjson.loads(policy) == {
        "conditions": [
            {"Content-Type": "text/jsonl"},
            {"success_action_status": "201"},
            {"acl": "private"},
            ["content-length-range", 1, 104_857_600],
            {"bucket": "shopify-staged-uploads"},
            *(
                {name: named[name]}
                for name in ("key", "x-goog-date", "x-goog-credential", "x-goog-algorithm")
            ),
        ],
        "expiration": "2026-11-26T08:00:00Z",
    }


@pytest.mark.parametrize(
    ("given", "folder", "resource"),
    [
        pytest.param({}, "bulk", "signed", id="lines: the address itself"),
        pytest.param(
            {"resource": "IMAGE", "mimeType": "image/png"}, "files", "plain", id="an image"
        ),
        pytest.param({"resource": "FILE", "mimeType": "text/plain"}, "files", "plain", id="a file"),
    ],
)
async def test_put_is_the_default(
    shop: Shop, given: dict[str, str], folder: str, resource: str
) -> None:
    session, running = shop
    found = await target(session, **given)
    plain, _, query = found["url"].partition("?")
    assert plain.startswith(f"{running.url}/_uploads/tmp/") and f"/{folder}/" in plain
    assert "X-Goog-Expires=604800&X-Goog-SignedHeaders=host&X-Goog-Signature=" in query
    assert found["resourceUrl"] == (found["url"] if resource == "signed" else plain)
    mime = given.get("mimeType", "text/jsonl")
    assert found["parameters"] == [
        {"name": "content_type", "value": mime},
        {"name": "acl", "value": "private"},
    ]


async def test_an_images_form_leads_to_its_address(shop: Shop) -> None:
    session, running = shop
    given = {"resource": "IMAGE", "mimeType": "image/png", "filename": "a.png"}
    found = await target(session, httpMethod="POST", **given)
    key = found["parameters"][3]["value"]
    assert "/products/" in key
    assert found["resourceUrl"] == f"{running.url}/_uploads/{key}"


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        pytest.param(
            {"resource": "VIDEO", "mimeType": "video/mp4"},
            "fileSize",
            "file size is required for video resources",
            id="a video without its size",
        ),
        pytest.param(
            {"resource": "MODEL_3D", "mimeType": "model/gltf-binary"},
            "fileSize",
            "file size is required for 3D model resources",
            id="a model without its size",
        ),
        pytest.param(
            {"resource": "IMAGE", "mimeType": "application/x-msdownload", "filename": "har.exe"},
            "mimeType",
            "har.exe: (application/x-msdownload) is not a recognized format",
            id="no image",
        ),
    ],
)
async def test_a_refused_input_leads_nowhere(
    shop: Shop, given: dict[str, str], field: str, message: str
) -> None:
    session, _ = shop
    assert await staged(session, **given) == {
        "stagedTargets": [{"url": None, "resourceUrl": None, "parameters": []}],
        "userErrors": [{"field": ["input", "0", field], "message": message}],
    }


async def test_an_upload_is_answered_201_with_xml(shop: Shop) -> None:
    session, running = shop
    found = await target(session, httpMethod="POST")
    key = found["parameters"][3]["value"]
    status, text = await posted(found["url"], form(found["parameters"], b"{}\n"))
    assert status == 201
    assert text == (
        "<?xml version='1.0' encoding='UTF-8'?><PostResponse><Location>"
        f"https://storage.googleapis.com/shopify-staged-uploads/{key}</Location>"
        f"<Bucket>shopify-staged-uploads</Bucket><Key>{key}</Key>"
        '<ETag>"8a80554c91d9fca8acb82f023de02f11"</ETag></PostResponse>'
    )
    assert running.shop.works.blobs.size_bytes(key) == 3


def altered(name: str, value: str) -> Any:
    return lambda parameters: [
        {"name": one["name"], "value": value if one["name"] == name else one["value"]}
        for one in parameters
    ]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        pytest.param(altered("key", "tmp/1/other"), "InvalidPolicyDocument", id="another key"),
        pytest.param(altered("policy", "e30="), "SignatureDoesNotMatch", id="another policy"),
        pytest.param(lambda them: them[::-1], "InvalidPolicyDocument", id="another order"),
        pytest.param(lambda them: them[1:], "InvalidPolicyDocument", id="one is missing"),
        pytest.param(lambda them: them[:-1], "InvalidArgument", id="without a policy"),
        pytest.param(
            lambda them: [*them, {"name": "more", "value": "1"}],
            "InvalidPolicyDocument",
            id="one too many",
        ),
    ],
)
async def test_a_form_keeps_to_its_policy(shop: Shop, change: Any, refused: str) -> None:
    session, running = shop
    found = await target(session, httpMethod="POST")
    status, text = await posted(found["url"], form(change(found["parameters"])))
    assert status in (400, 403) and code(text) == refused
    assert not running.shop.works.blobs.held


@pytest.mark.parametrize(
    ("size", "refused"),
    [
        pytest.param(0, "EntityTooSmall", id="empty"),
        pytest.param(20_971_521, "EntityTooLarge", id="larger than 20 MB"),
    ],
)
async def test_a_file_has_a_size_in_the_policys_range(shop: Shop, size: int, refused: str) -> None:
    session, _ = shop
    given = {"resource": "IMAGE", "mimeType": "image/png"}
    found = await target(session, httpMethod="POST", **given)
    status, text = await posted(found["url"], form(found["parameters"], b" " * size))
    assert status == 400 and code(text) == refused
    assert f"<ProposedSize>{size}</ProposedSize>" in text


async def test_the_file_comes_last(shop: Shop) -> None:
    session, _ = shop
    found = await target(session, httpMethod="POST")
    data = form(found["parameters"])
    data.add_field("late", "1")
    status, text = await posted(found["url"], data)
    assert status == 400 and "file must be the last field" in text


async def test_a_policy_expires_after_a_day(shop: Shop) -> None:
    session, _ = shop
    found = await target(session, httpMethod="POST")
    await turn(session, 86_400)
    status, text = await posted(found["url"], form(found["parameters"]))
    assert status == 400 and "Policy expired" in text


async def test_a_file_may_be_put_at_a_signed_address(shop: Shop) -> None:
    session, running = shop
    found = await target(session)
    key = found["url"].partition("/_uploads/")[2].partition("?")[0]
    async with ClientSession() as bare, bare.put(found["url"], data=b"{}\n") as response:
        assert (response.status, await response.text()) == (200, "")
    assert running.shop.works.blobs.size_bytes(key) == 3
    async with ClientSession() as bare, bare.put(f"{found['url']}0", data=b"{}\n") as response:
        assert response.status == 403 and code(await response.text()) == "SignatureDoesNotMatch"


async def completed(session: ClientSession, count: int = 3) -> Any:
    """A bulk mutation, from its upload to its end."""
    found = await target(session, httpMethod="POST")
    await posted(found["url"], form(found["parameters"], titles(count)))
    variables = {"mutation": SET, "path": found["parameters"][3]["value"]}
    _, body, _ = await answer(session, {"query": RUN_MUTATION, "variables": variables})
    payload = body["data"]["bulkOperationRunMutation"]
    assert payload["userErrors"] == []
    await turn(session, 100)
    query = {"query": READ, "variables": {"id": payload["bulkOperation"]["id"]}}
    while True:
        _, body, _ = await answer(session, query)
        if body["data"]["bulkOperation"]["status"] == "COMPLETED":
            return body["data"]["bulkOperation"]


async def fetched(url: str, **headers: str) -> tuple[ClientResponse, bytes]:
    async with ClientSession() as bare, bare.get(url, headers=headers) as response:
        return response, await response.read()


async def test_a_result_is_fetched_without_a_token(shop: Shop) -> None:
    session, running = shop
    operation = await completed(session)
    assert operation["url"].startswith(f"{running.url}/_results/")
    response, content = await fetched(operation["url"])
    name = f"bulk-{operation['id'].rpartition('/')[2]}.jsonl"
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/jsonl"
    assert response.headers["Content-Disposition"] == (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert response.headers["Accept-Ranges"] == "bytes"
    assert content.count(b"\n") == 3 and operation["fileSize"] == str(len(content))


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        pytest.param("bytes=0-9", 0, 10, id="the beginning"),
        pytest.param("bytes=10-", 10, None, id="the rest"),
        pytest.param("bytes=-5", -5, None, id="the end"),
    ],
)
async def test_a_part_of_a_result_may_be_asked_for(
    shop: Shop, asked: str, first: int, end: int | None
) -> None:
    session, _ = shop
    operation = await completed(session)
    _, whole = await fetched(operation["url"])
    response, content = await fetched(operation["url"], Range=asked)
    assert response.status == 206 and content == whole[first:end]
    start = first % len(whole)
    shown = f"bytes {start}-{start + len(content) - 1}/{len(whole)}"
    assert response.headers["Content-Range"] == shown
    response, _ = await fetched(operation["url"], Range=f"bytes={len(whole)}-")
    assert response.status == 416


async def test_an_address_is_good_for_seven_days(shop: Shop) -> None:
    session, _ = shop
    url = (await completed(session))["url"]
    response, content = await fetched(url.replace("Signature=", "Signature=0"))
    assert response.status == 403 and code(content.decode()) == "SignatureDoesNotMatch"
    await turn(session, WEEK_S)
    response, content = await fetched(url)
    assert response.status == 403 and code(content.decode()) == "ExpiredToken"


async def test_an_answer_may_be_lost_though_the_operation_runs(shop: Shop) -> None:
    session, running = shop
    running.shop.works.blobs.write("key", titles(1))
    running.shop.works.faults["lose_start"] = True
    body = {"query": RUN_MUTATION, "variables": {"mutation": SET, "path": "key"}}
    with pytest.raises(ServerDisconnectedError):
        await answer(session, body)
    _, body, _ = await answer(session, {"query": "{ bulkOperations(first: 9) { nodes { type } } }"})
    assert body["data"]["bulkOperations"]["nodes"] == [{"type": "MUTATION"}]


async def test_a_reset_forgets_files(shop: Shop) -> None:
    session, running = shop
    await completed(session)
    async with session.post("/_sandbox/reset") as response:
        assert response.status == 204
    assert not running.shop.works.blobs.held
    assert (await read(session, "/_sandbox/state"))["products"] == []
