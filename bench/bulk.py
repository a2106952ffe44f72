"""A bulk mutation of many lines: staged, uploaded, started, awaited, over HTTP."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

from bench.contenders import PATH, started

LIMIT_S = 300

STAGE = """
mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url parameters { name value } }
    userErrors { message }
  }
}
"""
START = """
mutation Start($mutation: String!, $path: String!) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {
    bulkOperation { id }
    userErrors { message }
  }
}
"""
SEEN = "query Seen($id: ID!) { bulkOperation(id: $id) { status objectCount errorCode url } }"


def bulk_seconds(document: str, lines: list[dict[str, object]]) -> tuple[float, float] | None:
    """From the start of the operation to its end, and the server's part of it in CPU seconds.

    None when the sandbox has no such thing.
    """
    with started("sandbox") as server:
        port = server.port
        text = "\n".join(json.dumps({"input": line}) for line in lines)
        staged = _ask(port, STAGE, {"input": [_upload()]}).get("stagedUploadsCreate")
        if staged is None:
            return None
        (target,) = staged["stagedTargets"]
        path = _send(target, text)
        began_s, cpu_s = time.perf_counter(), server.cpu_s()
        begun = _ask(port, START, {"mutation": document, "path": path})["bulkOperationRunMutation"]
        if begun["bulkOperation"] is None:
            raise RuntimeError(begun["userErrors"])
        found = _await(port, begun["bulkOperation"]["id"], began_s + LIMIT_S)
        if found["status"] != "COMPLETED" or int(found["objectCount"]) != len(lines):
            raise RuntimeError(f"the operation ended as {found}")
        return time.perf_counter() - began_s, server.cpu_s() - cpu_s


def _upload() -> dict[str, str]:
    return {
        "resource": "BULK_MUTATION_VARIABLES",
        "filename": "lines.jsonl",
        "mimeType": "text/jsonl",
        "httpMethod": "POST",
    }


def _await(port: int, id_: str, ends_s: float) -> Mapping[str, Any]:
    while time.perf_counter() < ends_s:
        found: Mapping[str, Any] = _ask(port, SEEN, {"id": id_})["bulkOperation"]
        if found["status"] not in ("CREATED", "RUNNING"):
            return found
        time.sleep(0.2)
    raise TimeoutError(f"not done after {LIMIT_S} s")


def _ask(port: int, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json", "X-Shopify-Access-Token": "shpat_sandbox"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        data: dict[str, Any] | None = json.load(answer).get("data")
        return data or {}


def _send(target: Mapping[str, Any], text: str) -> str:
    """Upload as a browser's form would; the path to start with."""
    mark = uuid.uuid4().hex
    fields = {one["name"]: one["value"] for one in target["parameters"]}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="lines.jsonl"'
    parts.append(f"--{mark}\r\n{head}\r\nContent-Type: text/jsonl\r\n\r\n{text}\r\n--{mark}--\r\n")
    request = urllib.request.Request(
        target["url"],
        "".join(parts).encode(),
        {"Content-Type": f"multipart/form-data; boundary={mark}"},
    )
    with urllib.request.urlopen(request, timeout=60):
        return str(fields["key"])
