"""Files: their asynchronous life, what is refused at once, what fails later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncd.sandbox.happenings import happen
from tests.sandbox.till import Till

FILE = "id fileStatus alt createdAt updatedAt fileErrors { code message details }"
IMAGE = "... on MediaImage { mimeType image { url width height } mediaErrors { code } status }"
SHOWN = (
    f"{{ __typename {FILE} preview {{ image {{ url }} }} {IMAGE} ... on GenericFile {{ url }} }}"
)
CREATE = f"""
mutation Create($files: [FileCreateInput!]!) {{
  fileCreate(files: $files) {{ files {SHOWN} userErrors {{ field message code }} }}
}}
"""
UPDATE = f"""
mutation Update($files: [FileUpdateInput!]!) {{
  fileUpdate(files: $files) {{ files {SHOWN} userErrors {{ field message code }} }}
}}
"""
DELETE = """
mutation Delete($ids: [ID!]!) {
  fileDelete(fileIds: $ids) { deletedFileIds userErrors { field message code } }
}
"""
LIST = f"""
query List($query: String, $sortKey: FileSortKeys) {{
  files(first: 50, query: $query, sortKey: $sortKey) {{ nodes {SHOWN} }}
}}
"""
NODE = f"query Node($id: ID!) {{ node(id: $id) {{ ... on File {SHOWN} }} }}"

A = "https://placehold.co/600x400.png"


def asked(till: Till, document: str, **variables: Any) -> Any:
    """The payload of the document's root field; what is due has happened before."""
    happen(till.shop)
    body = till.ask(document, variables)
    assert "errors" not in body, body
    (payload,) = body["data"].values()
    return payload


def made(till: Till, source: str = A, **more: Any) -> Any:
    payload = asked(till, CREATE, files=[{"originalSource": source, **more}])
    assert payload["userErrors"] == []
    return payload["files"][0]


def ready(till: Till, source: str = A, **more: Any) -> Any:
    file = made(till, source, **more)
    till.hands.passed_s += 2
    return asked(till, NODE, id=file["id"])


def test_a_picture_is_uploaded_processing_ready_by_the_clock() -> None:
    till = Till()
    first = made(till, filename="ski.png", alt="Ski")
    assert (first["__typename"], first["fileStatus"]) == ("MediaImage", "UPLOADED")
    assert first["image"] is first["preview"]["image"] is first["mimeType"] is None
    second = asked(till, NODE, id=first["id"])
    assert (second["fileStatus"], second["image"]) == ("PROCESSING", None)
    till.hands.passed_s += 2
    third = asked(till, NODE, id=first["id"])
    assert (third["fileStatus"], third["mimeType"]) == ("READY", "image/png")
    assert third["image"]["url"].partition("?")[0].endswith("/files/ski.png")
    assert (third["image"]["width"], third["image"]["height"]) == (600, 400)
    assert third["preview"]["image"]["url"] == third["image"]["url"]
    assert third["createdAt"] < third["updatedAt"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("https://pictures.invalid/a.jpg", id="a host that cannot be"),
        pytest.param("https://x.no/dead/a.jpg", id="a mark in the path"),
        pytest.param("https://x.no/a/404.jpg", id="another mark"),
        pytest.param("http://127.0.0.1:9/_uploads/tmp/1/a.jpg", id="an upload nobody made"),
    ],
)
def test_what_cannot_be_fetched_fails_later(source: str) -> None:
    till = Till()
    assert made(till, source)["fileErrors"] == []
    till.hands.passed_s += 2
    (failed,) = asked(till, LIST, query="status:failed")["nodes"]
    assert failed["fileStatus"] == failed["status"] == "FAILED"
    assert failed["image"] is failed["preview"]["image"] is None
    assert [one["code"] for one in failed["mediaErrors"]] == ["IMAGE_DOWNLOAD_FAILURE"]
    assert [one["code"] for one in failed["fileErrors"]] == ["IMAGE_DOWNLOAD_FAILURE"]


@pytest.mark.parametrize("source", ["https://x.no/deadline/14042.jpg", "https://dead.no/a.jpg"])
def test_a_mark_is_a_word_of_the_path(source: str) -> None:
    assert ready(Till(), source)["fileStatus"] == "READY"


def test_an_upload_that_was_made_is_fetched() -> None:
    till = Till()
    till.shop.works.blobs.write("tmp/1/my ski.jpg", b"...")
    assert ready(till, "http://127.0.0.1:9/_uploads/tmp/1/my%20ski.jpg")["fileStatus"] == "READY"


def test_a_fault_on_demand_fails_a_picture() -> None:
    till = Till()
    till.shop.mischief.add({"kind": "media"})
    assert [ready(till)["fileStatus"] for _ in range(2)] == ["FAILED", "READY"]


def test_the_archive_keeps_what_is_not_settled() -> None:
    till = Till()
    file = made(till)
    till.shop.restore()
    till.hands.passed_s += 2
    assert asked(till, NODE, id=file["id"])["fileStatus"] == "READY"


@pytest.mark.parametrize(
    ("source", "content_type", "kind"),
    [
        pytest.param(A, None, "MediaImage", id="an ending of pictures"),
        pytest.param("https://x.no/a.mp4", None, "Video", id="of videos"),
        pytest.param("https://x.no/a.glb", None, "Model3d", id="of models"),
        pytest.param("https://x.no/a.pdf", None, "GenericFile", id="of documents"),
        pytest.param("https://x.no/a", None, "GenericFile", id="none"),
        pytest.param("https://x.no/a", "IMAGE", "MediaImage", id="as told"),
        pytest.param(A, "FILE", "GenericFile", id="as told, whatever the ending"),
        pytest.param("https://youtu.be/x", "EXTERNAL_VIDEO", "ExternalVideo", id="a film"),
    ],
)
def test_what_a_file_is(source: str, content_type: str | None, kind: str) -> None:
    more = {"contentType": content_type} if content_type else {}
    assert ready(Till(), source, **more)["__typename"] == kind


REPLACE = {"duplicateResolutionMode": "REPLACE"}


@pytest.mark.parametrize(
    ("given", "field", "message", "code"),
    [
        pytest.param(
            {"originalSource": "data:image/png;base64,iVBORw0KGgo="},
            "originalSource",
            "File URL is invalid",
            "INVALID_IMAGE_SOURCE_URL",
            id="no address",
        ),
        pytest.param(
            {"originalSource": "data:x", "filename": "a.png"},
            "originalSource",
            "File URL is invalid",
            "INVALID_IMAGE_SOURCE_URL",
            id="the address comes first",
        ),
        pytest.param(
            {"originalSource": "https://x.no/a.PNG", "filename": "a.png", **REPLACE},
            "filename",
            "Provided filename extension must match original source.",
            "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE",
            id="another ending, in another case too",
        ),
        pytest.param(
            {"originalSource": A, **REPLACE},
            "duplicateResolutionMode",
            "Duplicate resolution mode 'REPLACE' is not supported for 'MISSING' media type.",
            "INVALID_DUPLICATE_MODE_FOR_TYPE",
            id="to replace what",
        ),
        pytest.param(
            {"originalSource": A, "contentType": "IMAGE", **REPLACE},
            "filename",
            "Missing filename argument when attempting to use REPLACE duplicate mode.",
            "MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE",
            id="to replace which",
        ),
        pytest.param(
            {"originalSource": A, "alt": "a" * 513},
            "alt",
            "The alt value exceeds the maximum limit of 512 characters.",
            "ALT_VALUE_LIMIT_EXCEEDED",
            id="a long text",
        ),
    ],
)
def test_one_fault_of_a_new_file_is_told(given: Any, field: str, message: str, code: str) -> None:
    till = Till()
    payload = asked(till, CREATE, files=[{"originalSource": A}, given])
    told = {"field": ["files", "1", field], "message": message, "code": code}
    assert payload["userErrors"] == [told]
    assert len(payload["files"]) == len(till.shop.media) == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("", "originalSource is too short (minimum is 1)", id="short"),
        pytest.param(A + "x" * 2_048, "originalSource is too long (maximum is 2048)", id="long"),
    ],
)
def test_the_length_of_an_address_refuses_the_call(source: str, message: str) -> None:
    body = Till().ask(CREATE, {"files": [{"originalSource": source}]})
    assert body["data"] == {"fileCreate": None}
    assert body["errors"][0]["message"] == message
    assert body["errors"][0]["extensions"] == {"code": "INVALID_FIELD_ARGUMENTS"}


def test_a_file_of_the_same_name_is_renamed_replaced_or_refused() -> None:
    till = Till()
    first = ready(till, filename="a.png")
    given = {"originalSource": "https://x.no/640x480.png", "filename": "a.png"}
    renamed = made(till, source=given["originalSource"], filename="a.png")
    assert renamed["id"] != first["id"]
    refused = asked(till, CREATE, files=[{**given, "duplicateResolutionMode": "RAISE_ERROR"}])
    assert [one["code"] for one in refused["userErrors"]] == ["FILENAME_ALREADY_EXISTS"]
    replaced = asked(till, CREATE, files=[{**given, **REPLACE, "contentType": "IMAGE"}])
    assert [one["id"] for one in replaced["files"]] == [first["id"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("filename:b_*", ["b_1.png", "b_2.pdf"], id="beginning of a name"),
        pytest.param("media_type:IMAGE", ["a.png", "b_1.png"], id="kind"),
        pytest.param("filename:b_* media_type:IMAGE", ["b_1.png"], id="both"),
        pytest.param("status:ready", [], id="status"),
    ],
)
def test_files_are_found(query: str, names: list[str]) -> None:
    till = Till()
    sources = {"b_2.pdf": "https://x.no/x.pdf", "b_1.png": A, "a.png": A}
    for name, source in sources.items():
        made(till, source, filename=name, alt=name)
    nodes = asked(till, LIST, query=query, sortKey="FILENAME")["nodes"]
    assert [one["alt"] for one in nodes] == names


# ------------------------------------------------------------------------------------- fileUpdate


def test_a_file_that_is_not_ready_is_not_updated() -> None:
    till = Till()
    file = made(till)
    payload = asked(till, UPDATE, files=[{"id": file["id"], "alt": "x"}])
    told = {"message": "Non-ready files cannot be updated.", "code": "NON_READY_STATE"}
    assert payload == {"files": [], "userErrors": [{"field": ["files"], **told}]}


def test_unknown_files_are_told_together() -> None:
    till = Till()
    ids = [f"gid://shopify/MediaImage/{number}" for number in (1, 2)]
    payload = asked(till, UPDATE, files=[{"id": id_, "alt": "a" * 513} for id_ in ids])
    assert payload["userErrors"][0]["message"] == (
        'File ids ["gid://shopify/MediaImage/1", "gid://shopify/MediaImage/2"] do not exist.'
    )
    one = asked(till, UPDATE, files=[{"id": ids[0]}])
    assert one["userErrors"] == [
        {
            "field": ["files"],
            "message": 'File id ["gid://shopify/MediaImage/1"] does not exist.',
            "code": "FILE_DOES_NOT_EXIST",
        }
    ]


SAME = (
    "Cannot update the preview image and image at the same time because they are one and the same."
)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(
            {"filename": "a.jpg"},
            [("files", "The filename extension provided must match the original filename.")],
            id="another ending",
        ),
        pytest.param(
            {"referencesToAdd": ["gid://shopify/Product/1"]},
            [("files", "The reference target does not exist")],
            id="an unknown product",
        ),
        pytest.param(
            {"originalSource": A, "previewImageSource": A},
            [("files.0.previewImageSource", SAME), ("files.0.originalSource", SAME)],
            id="two sources",
        ),
    ],
)
def test_what_of_an_update_is_refused(given: Any, told: list[tuple[str, str]]) -> None:
    till = Till()
    file = ready(till, filename="a.png")
    payload = asked(till, UPDATE, files=[{"id": file["id"], **given}])
    assert payload["files"] == []
    assert [(".".join(one["field"]), one["message"]) for one in payload["userErrors"]] == told


def test_good_rows_of_an_update_are_kept() -> None:
    till = Till()
    first, second = ready(till), ready(till)
    rows = [{"id": first["id"], "alt": "new"}, {"id": second["id"], "alt": "a" * 513}]
    payload = asked(till, UPDATE, files=rows)
    assert [one["alt"] for one in payload["files"]] == ["new"]
    assert [one["field"] for one in payload["userErrors"]] == [["files", "1", "alt"]]


def test_a_new_source_is_fetched_later() -> None:
    till = Till()
    file = ready(till)
    row = {"id": file["id"], "originalSource": "https://placehold.co/640x480.png"}
    (changed,) = asked(till, UPDATE, files=[row])["files"]
    assert (changed["fileStatus"], changed["image"]) == ("READY", None)
    assert changed["preview"]["image"] is not None
    till.hands.passed_s += timedelta(seconds=2).total_seconds()
    after = asked(till, NODE, id=file["id"])
    assert after["image"]["url"] != file["image"]["url"]


# ------------------------------------------------------------------------------------- fileDelete


def test_a_file_is_deleted_by_its_number() -> None:
    till = Till()
    file = made(till)
    other = file["id"].replace("MediaImage", "Video")
    assert asked(till, DELETE, ids=[other])["deletedFileIds"] == [file["id"]]
    assert asked(till, NODE, id=file["id"]) is None


def test_unknown_files_are_not_deleted() -> None:
    ids = [f"gid://shopify/MediaImage/{number}" for number in (1, 2)]
    assert asked(Till(), DELETE, ids=ids) == {
        "deletedFileIds": None,
        "userErrors": [
            {
                "field": ["fileIds"],
                "message": f"File ids {','.join(ids)} do not exist.",
                "code": "FILE_DOES_NOT_EXIST",
            }
        ],
    }
