"""Bulk operations of a shop without a network."""

from __future__ import annotations

from typing import Any

import orjson

from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.happenings import happen
from tests.sandbox.till import Till

FIELDS = (
    "id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url"
    " partialDataUrl query"
)
RUN_MUTATION = f"""
mutation Run($mutation: String!, $path: String!, $client: String) {{
  bulkOperationRunMutation(
    mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $client
  ) {{ bulkOperation {{ {FIELDS} }} userErrors {{ field message code }} }}
}}
"""
RUN_QUERY = f"""
mutation Run($query: String!, $grouped: Boolean!) {{
  bulkOperationRunQuery(query: $query, groupObjects: $grouped) {{
    bulkOperation {{ {FIELDS} }} userErrors {{ field message code }}
  }}
}}
"""
READ = f"query Read($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"
CANCEL = f"""
mutation Cancel($id: ID!) {{
  bulkOperationCancel(id: $id) {{ bulkOperation {{ {FIELDS} }} userErrors {{ field message }} }}
}}
"""
SET = """
mutation Set($input: ProductSetInput!) {
  productSet(input: $input) { product { id title } userErrors { field message } }
}
"""
PATH = "tmp/1/bulk/2/lines.jsonl"


def lines(*rows: Any) -> bytes:
    """A file of variables; text is put in as it is."""
    return b"".join(
        (row.encode() if isinstance(row, str) else orjson.dumps(row)) + b"\n" for row in rows
    )


def titles(count: int) -> bytes:
    return lines(*({"input": {"title": f"Ski {place}"}} for place in range(count)))


def run(till: Till, file: bytes, mutation: str = SET, client: str | None = None) -> Any:
    """The payload of the start call, with the file at PATH."""
    till.shop.works.blobs.write(PATH, file)
    variables = {"mutation": mutation, "path": PATH, "client": client}
    return till.ask(RUN_MUTATION, variables)["data"]["bulkOperationRunMutation"]


def run_query(till: Till, query: str, *, grouped: bool = True) -> Any:
    variables = {"query": query, "grouped": grouped}
    return till.ask(RUN_QUERY, variables)["data"]["bulkOperationRunQuery"]


def started(payload: Any) -> str:
    """The gid of what was started."""
    assert payload["userErrors"] == []
    return str(payload["bulkOperation"]["id"])


def read(till: Till, id_: str) -> Any:
    return till.ask(READ, {"id": id_})["data"]["bulkOperation"]


def cancel(till: Till, id_: str) -> Any:
    return till.ask(CANCEL, {"id": id_})["data"]["bulkOperationCancel"]


def after(till: Till, passed_s: float) -> None:
    """Let the time pass, and all happen that is due then."""
    till.hands.passed_s += passed_s
    while happen(till.shop):
        pass


def result(till: Till, id_: str) -> bytes:
    operation: BulkOperation = till.shop.find(id_)
    file = till.shop.works.blobs.open(operation.result)
    assert file
    with file:
        return file.read()


def rows(till: Till, id_: str) -> list[Any]:
    return [orjson.loads(line) for line in result(till, id_).splitlines()]
