"""An answer walked together with its query: each value with the field it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLObjectType,
    is_abstract_type,
    is_composite_type,
    parse,
    value_from_ast_untyped,
)

from fidelity.recordings import Exchange
from syncd.sandbox.documents import checked
from syncd.sandbox.schema import executable
from syncd.sandbox.versions import VERSIONS, serving
from syncd.selection import Operation, groups_of, named_type, operation_of, root_groups

GID = "gid://shopify/"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a selection: its name, its arguments with variables put in, its type."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    type_: GraphQLNamedType
    nodes: Sequence[FieldNode]


@lru_cache(maxsize=4096)
def parsed(query: str) -> DocumentNode | None:
    """The document; None when it has a syntax error."""
    try:
        return parse(query)
    except GraphQLError:
        return None


def operation(query: str, variables: Mapping[str, Any], version: str) -> Operation | None:
    """The operation in the schema of a version.

    None for a document that cannot be read, or has several operations.
    """
    document = parsed(query)
    if document is None:
        return None
    try:
        return operation_of(executable(version), document, variables, None)
    except ValueError:
        return None


def version_of(exchange: Exchange) -> str | None:
    """See `serving_version`."""
    was_valid = exchange.response.get("data") is not None
    return serving_version(exchange.query, exchange.version, was_valid=was_valid)


def operation_in(exchange: Exchange) -> Operation | None:
    """The recorded operation as it is replayed; None for what cannot be."""
    version = version_of(exchange)
    return operation(exchange.query, exchange.variables, version) if version else None


@lru_cache(maxsize=4096)
def serving_version(query: str, version: str, *, was_valid: bool) -> str | None:
    """The version to replay a document in; None when what it asks for is in no version any more.

    That is the one that serves the recorded version. A document that was answered though that one
    does not know its fields was recorded under a wrong name: it is replayed in the first version
    that knows them.
    """
    serves = serving(version)
    document = parsed(query)
    if serves is None or document is None or not was_valid:
        return serves
    later = [one for one in VERSIONS if one >= serves]
    return next((one for one in later if not isinstance(checked(query, one), tuple | list)), None)


def misfits(operation: Operation, data: Mapping[str, Any]) -> list[str]:
    """Where an answer lacks what its query asks for, or has what it does not: it was edited."""
    found: list[str] = []
    for root in roots(operation):
        ids, value = root.arguments.get("ids"), data.get(root.key)
        if root.name == "nodes" and isinstance(ids, list) and isinstance(value, list):
            found += [f".{root.key}: {len(value)}"] if len(ids) != len(value) else []
    _misfits(operation, roots(operation), data, "", found)
    return found


def _misfits(
    operation: Operation,
    asked: Sequence[Asked],
    value: Mapping[str, Any],
    at: str,
    found: list[str],
) -> None:
    wanted = {one.key: one for one in asked}
    found += [f"{at}.{key}" for key in sorted(wanted.keys() ^ value.keys())]
    for key, one in wanted.items():
        inner = value.get(key)
        for each in inner if isinstance(inner, list) else [inner]:
            if not isinstance(each, Mapping) or not is_composite_type(one.type_):
                continue
            if concrete(operation, one.type_, each) is not None:
                _misfits(operation, below(operation, one, each), each, f"{at}.{key}", found)


def roots(operation: Operation) -> list[Asked]:
    """The root fields that the schema knows."""
    return list(_asked(operation, operation.root, root_groups(operation)))


def below(operation: Operation, asked: Asked, value: Mapping[str, Any]) -> list[Asked]:
    """What was asked of an object that answered the field."""
    type_ = concrete(operation, asked.type_, value)
    if type_ is None:
        return []
    return list(_asked(operation, type_, groups_of(operation, type_, asked.nodes)))


def concrete(
    operation: Operation, type_: GraphQLNamedType, value: Mapping[str, Any]
) -> GraphQLObjectType | None:
    """The object's type: as declared, as it says, or as its id says."""
    if isinstance(type_, GraphQLObjectType):
        return type_
    if not is_abstract_type(type_):
        return None
    name = value.get("__typename") or _kind(value.get("id"))
    found = operation.schema.type_map.get(str(name))
    return found if isinstance(found, GraphQLObjectType) else None


def _kind(gid: object) -> str | None:
    return gid[len(GID) :].split("/")[0] if isinstance(gid, str) and gid.startswith(GID) else None


def _asked(
    operation: Operation, parent: GraphQLObjectType, groups: Mapping[str, list[FieldNode]]
) -> Iterator[Asked]:
    for key, nodes in groups.items():
        first = nodes[0]
        try:
            type_ = named_type(operation, parent, first)
        except ValueError:
            continue  # the field is gone, or never was: validation's business
        arguments = {
            one.name.value: value_from_ast_untyped(one.value, operation.variables)
            for one in first.arguments or ()
        }
        yield Asked(key, first.name.value, arguments, type_, nodes)
