"""What Shopify refuses a bulk operation's document for, in its words."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.sandbox.bulk_documents import Document, connections, kind, read
from syncd.sandbox.words import Complaints

MAX_DOCUMENT_BYTES = 65_535
MIN_IDENTIFIER, MAX_IDENTIFIER = 10, 255
FORBIDDEN = ("bulkOperationRunMutation", "bulkOperationRunQuery")
TOO_LARGE = "is too large ({size} bytes; maximum is 65535 bytes)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a start call brings."""

    text: str
    version: str
    client_identifier: str | None = None


def check_mutation(asked: Asked, complaints: Complaints) -> None:
    """The first thing that is wrong; some of them without a code, recorded so."""
    code = "INVALID_MUTATION"
    if kind(asked.text) not in (None, "mutation"):
        message = "Invalid operation type. Only `mutation` operations are supported."
        return complaints.add(None, message, code)
    document = read(asked.text, asked.version)
    if isinstance(document, str):
        return complaints.add(None, f"Failed to parse the mutation - {document}", code)
    if len(document.roots) != 1:
        return complaints.add(["mutation"], "You must specify a single top level mutation.")
    if any(one.name.value in FORBIDDEN for one in document.roots.values()):
        return complaints.add(["mutation"], "You must use an allowed mutation name.")
    if connections(document).count > 1:
        message = "Bulk mutations cannot contain more than 1 connection."
        return complaints.add(["mutation"], message)
    if (size := stored_bytes(asked.text)) > MAX_DOCUMENT_BYTES:
        return complaints.add(["query"], TOO_LARGE.format(size=size), code)
    return _check_identifier(asked.client_identifier, complaints)


def _check_identifier(identifier: str | None, complaints: Complaints) -> None:
    if identifier is None:
        return
    if len(identifier) < MIN_IDENTIFIER:
        message = f"is too short (minimum is {MIN_IDENTIFIER} characters)"
        complaints.add(["clientIdentifier"], message, "INVALID_MUTATION")
    elif len(identifier) > MAX_IDENTIFIER:
        message = f"is too long (maximum is {MAX_IDENTIFIER} characters)"
        complaints.add(["clientIdentifier"], message, "INVALID_MUTATION")


def stored_bytes(text: str) -> int:
    """The size that is limited: a line's end counts as the two characters `\\n`."""
    return len(text.encode()) + text.count("\n")


def check_query(asked: Asked, complaints: Complaints) -> None:
    """All that is wrong with the document's connections; before that, the first thing wrong."""
    if kind(asked.text) not in (None, "query"):
        message = "Invalid operation type. Only `query` operations are supported."
        return _invalid(complaints, message)
    document = read(asked.text, asked.version)
    if isinstance(document, str):
        return _invalid(complaints, f"Invalid bulk query: {document}")
    _check_connections(document, complaints)
    size = stored_bytes(asked.text)
    if not complaints and size > MAX_DOCUMENT_BYTES:
        _invalid(complaints, f"Query {TOO_LARGE.format(size=size)}")
    return None


def _check_connections(document: Document, complaints: Complaints) -> None:
    for one in document.roots.values():
        if one.name.value in ("node", "nodes"):
            message = f"Bulk queries cannot contain a top level `{one.name.value}` field."
            _invalid(complaints, message)
    found = connections(document)
    if not found.count:
        _invalid(complaints, "Bulk queries must contain at least one connection.")
    if found.without_edges:
        _invalid(complaints, _without_edges(found.without_edges))
    if found.is_in_list:
        message = (
            "Queries that contain a connection field within a list field are not currently"
            " supported."
        )
        _invalid(complaints, message)
    if found.depth > 2:
        message = "Bulk queries cannot contain connections with a nesting depth greater than 2."
        _invalid(complaints, message)
    if found.count > 5:
        _invalid(complaints, "Bulk queries cannot contain more than 5 connections.")
    if found.without_id and not found.without_edges:
        message = (
            "The parent 'node' field for a nested connection must select the 'id' field without an"
            " alias and must be of 'ID' return type. Connection fields without 'id': "
            f"{', '.join(found.without_id)}."
        )
        _invalid(complaints, message)


def _without_edges(names: list[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return (
        "All connection fields in a bulk query must select their contents using 'edges' > 'node',"
        f" e.g: '{names[0]} {{ edges {{ node {{'. Selecting via 'nodes' is not supported."
        f" Invalid connection fields: {listed}."
    )


def _invalid(complaints: Complaints, message: str) -> None:
    complaints.add(["query"], message, "INVALID")
