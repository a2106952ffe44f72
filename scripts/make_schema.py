"""Makes graphql/schema.graphql: Shopify's official schema, pruned to what syncd selects.

    python scripts/make_schema.py                    fetch the pinned npm package, write the file
    python scripts/make_schema.py --check            write nothing; exit 1 if it is out of date
    python scripts/make_schema.py --from FILE        offline: SDL or introspection JSON, maybe .gz
    python scripts/make_schema.py --also FILE        our documents must be valid there too

Kept are: of object types and interfaces the fields that graphql/*.graphql select, with all their
arguments; input types and enums whole, since variables may use any of their values. What was
fetched also holds the older versions that the documents must fit, so these are checked each time.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from graphql import (
    DefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    Visitor,
    build_ast_schema,
    build_client_schema,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_input_object_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    is_specified_directive,
    lexicographic_sort_schema,
    parse,
    print_directive,
    print_schema,
    print_type,
    validate,
    validate_schema,
    visit,
)

PACKAGE = "@shopify/dev-mcp"
PACKAGE_VERSION = "1.16.0"
# npm's own figure for that tarball, so that a changed package is an error and not a surprise.
INTEGRITY = (
    "sha512-"
    "tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=="
)
API_VERSION = "2026-10"
OLDER_VERSIONS = ("2026-04", "2026-07")

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "graphql" / "schema.graphql"

# The licence asks that its notice travel with every copy.
HEADER = """\
# Shopify's Admin GraphQL schema {version}, pruned to what syncd selects. Made by
#   python scripts/make_schema.py
# from {source}. Do not edit: edit the documents, then run it again.
#
# The schema's licence is ISC: Copyright 2025-present, Shopify Inc.
# Permission to use, copy, modify, and/or distribute this software for any purpose with or without
# fee is hereby granted, provided that the above copyright notice and this permission notice appear
# in all copies.
# THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS
# SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE
# AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
# WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT,
# NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE
# OF THIS SOFTWARE.

"""

Kept = dict[str, set[str]]
"""Type name -> names of the fields kept; empty for input types, enums, scalars and unions."""


# ------------------------------------------------------------------------------ pruning, all pure


def load_schema(content: bytes) -> GraphQLSchema:
    """A schema from SDL or introspection JSON, gzip'ed or not; not validated (DESIGN §10.5)."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    text = content.decode("utf-8")
    if not text.lstrip().startswith("{"):
        return build_schema(text, assume_valid=True)
    introspection = json.loads(text)
    return build_client_schema(introspection.get("data", introspection), assume_valid=True)


def faults(schema: GraphQLSchema, documents: Mapping[str, str]) -> list[str]:
    """What is wrong with the documents, each as `name:line: message`; empty when all are valid."""
    found = []
    for name, text in documents.items():
        try:
            errors = validate(schema, parse(text))
        except GraphQLSyntaxError as unreadable:
            errors = [unreadable]
        for error in errors:
            line = error.locations[0].line if error.locations else 0
            found.append(f"{name}:{line}: {error.message}")
    return found


def selected(schema: GraphQLSchema, text: str) -> Kept:
    """The types and fields that one document names; its root types are among them."""
    kept: Kept = {}
    type_info = TypeInfo(schema)

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            note(type_info.get_parent_type(), node.name.value)

        def enter_inline_fragment(self, _node: InlineFragmentNode, *_: object) -> None:
            note(type_info.get_type())

        def enter_fragment_definition(self, _node: FragmentDefinitionNode, *_: object) -> None:
            note(type_info.get_type())

    def note(type_: object, field: str = "") -> None:
        if is_composite_type(type_) and not type_.name.startswith("__"):
            fields = kept.setdefault(type_.name, set())
            if field and not field.startswith("__"):
                fields.add(field)

    visit(parse(text), TypeInfoVisitor(type_info, Collector()))
    return kept


def closed(schema: GraphQLSchema, kept: Kept) -> Kept:
    """`kept` with all that it needs to be a valid schema, and the directives' and root types."""
    grown = {name: set(fields) for name, fields in kept.items()}
    if schema.query_type:
        grown.setdefault(schema.query_type.name, set())
    for directive in schema.directives:
        if not is_specified_directive(directive):
            for argument in directive.args.values():
                grown.setdefault(get_named_type(argument.type).name, set())
    while _grow_by_need(schema, grown) or _fill_one_empty(schema, grown):
        pass
    return {name: fields for name, fields in grown.items() if not name.startswith("__")}


def _grow_by_need(schema: GraphQLSchema, kept: Kept) -> bool:
    """Add what kept types and fields refer to; true when something was added."""
    before = sum(map(len, kept.values())) + len(kept)
    for name in list(kept):
        type_ = schema.type_map[name]
        if is_input_object_type(type_):
            for input_field in type_.fields.values():
                kept.setdefault(get_named_type(input_field.type).name, set())
        elif is_object_type(type_) or is_interface_type(type_):
            for interface in type_.interfaces:
                kept[name] |= kept.get(interface.name, set())
            for field in (type_.fields[field_name] for field_name in kept[name]):
                for named in (field, *field.args.values()):
                    kept.setdefault(get_named_type(named.type).name, set())
    return before != sum(map(len, kept.values())) + len(kept)


def _fill_one_empty(schema: GraphQLSchema, kept: Kept) -> bool:
    """Give the first fieldless type a field, or the first memberless one a member."""
    for name in sorted(kept):
        type_ = schema.type_map[name]
        if (is_object_type(type_) or is_interface_type(type_)) and not kept[name]:
            kept[name].add(_plainest_field(_fields(schema, name)))
            return True
        if is_abstract_type(type_):
            members = sorted(member.name for member in schema.get_possible_types(type_))
            if members and not any(member in kept for member in members):
                kept[members[0]] = set()
                return True
    return False


def _fields(schema: GraphQLSchema, name: str) -> Mapping[str, GraphQLField]:
    type_ = schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType), f"{name} has no fields"
    fields: Mapping[str, GraphQLField] = type_.fields
    return fields


def _plainest_field(fields: Mapping[str, GraphQLField]) -> str:
    """`id`, else the first leaf field that needs no argument, else the first of all."""

    def rank(name: str) -> tuple[bool, bool, str]:
        field = fields[name]
        is_plain = is_leaf_type(get_named_type(field.type)) and not any(
            is_required_argument(argument) for argument in field.args.values()
        )
        return name != "id", not is_plain, name

    return min(fields, key=rank)


def pruned(schema: GraphQLSchema, documents: Mapping[str, str]) -> GraphQLSchema:
    """The part of `schema` that valid documents need, sorted, without descriptions."""
    kept: Kept = {}
    for text in documents.values():
        for name, fields in selected(schema, text).items():
            kept.setdefault(name, set()).update(fields)
    kept = closed(schema, kept)
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    lines = [f"{key}: {root.name}" for key, root in roots.items() if root and root.name in kept]
    parts = [f"schema {{ {' '.join(lines)} }}"]
    parts += [print_directive(one) for one in schema.directives if not is_specified_directive(one)]
    parts += [print_type(schema.type_map[name]) for name in kept]
    tree = parse("\n".join(parts), no_location=True)
    tree = visit(tree, DescriptionDropper())
    definitions = tuple(_narrowed(schema, one, kept) for one in tree.definitions)
    return lexicographic_sort_schema(build_ast_schema(replace(tree, definitions=definitions)))


class DescriptionDropper(Visitor):
    """Descriptions are most of the schema's bytes, and nothing here reads them."""

    def leave(self, node: Node, *_: object) -> Node | None:
        if getattr(node, "description", None) is None:
            return None
        return replace(node, description=None)  # type: ignore[call-arg]


def _narrowed(schema: GraphQLSchema, node: DefinitionNode, kept: Kept) -> DefinitionNode:
    """A type definition with only the fields, interfaces and members that are kept."""
    match node:
        case UnionTypeDefinitionNode():
            members = tuple(one for one in node.types or () if one.name.value in kept)
            return replace(node, types=members)
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            theirs = tuple(one for one in node.interfaces or () if one.name.value in kept)
            promised = [
                (name, field)
                for interface in theirs
                for name, field in _fields(schema, interface.name.value).items()
                if name in kept[interface.name.value]
            ]
            # Shopify deprecates six fields whose interface does not: GraphQL forbids that.
            undeprecated = {name for name, field in promised if field.deprecation_reason is None}
            fields = tuple(
                replace(one, directives=()) if one.name.value in undeprecated else one
                for one in node.fields or ()
                if one.name.value in kept[node.name.value]
            )
            return replace(node, interfaces=theirs, fields=fields)
        case _:
            return node


def made(schema: GraphQLSchema, documents: Mapping[str, str]) -> str:
    """The SDL of the pruned schema, proven valid. Raises SystemExit that says what is wrong."""
    if wrong := faults(schema, documents):
        raise SystemExit("not valid against the full schema:\n  " + "\n  ".join(wrong))
    text = print_schema(pruned(schema, documents)) + "\n"
    again = build_schema(text)
    if errors := validate_schema(again):
        lines = [error.message for error in errors]
        raise SystemExit("the pruned schema is itself not valid:\n  " + "\n  ".join(lines))
    if wrong := faults(again, documents):
        raise SystemExit("pruning lost what these documents need:\n  " + "\n  ".join(wrong))
    return text


# ------------------------------------------------------------------- files, npm, the command line


def documents() -> dict[str, str]:
    """Our own documents by file name, in the order of their names."""
    paths = sorted(path for path in TARGET.parent.glob("*.graphql") if path != TARGET)
    return {f"graphql/{path.name}": path.read_text(encoding="utf-8") for path in paths}


def fetched(versions: Sequence[str] = (API_VERSION, *OLDER_VERSIONS)) -> dict[str, bytes]:
    """API version -> gzip'ed introspection JSON, out of the pinned npm package."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--silent"]
        try:
            subprocess.run(command, cwd=folder, check=True, timeout=300, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as error:
            raise SystemExit(f"npm failed ({error}); offline, use --from FILE") from error
        (tarball,) = Path(folder).glob("*.tgz")
        content = tarball.read_bytes()
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        if f"sha512-{digest}" != INTEGRITY:
            raise SystemExit(f"{PACKAGE} {PACKAGE_VERSION} is not the package that was pinned")
        with tarfile.open(tarball) as archive:
            return {
                version: _member(archive, f"package/dist/data/admin_{version}.json.gz")
                for version in versions
            }


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member, f"{name} is no file"
    return member.read()


def check_also(name: str, content: bytes, wanted: Mapping[str, str]) -> None:
    """Our documents against another version. Raises SystemExit that names what does not fit."""
    if wrong := faults(load_schema(content), wanted):
        raise SystemExit(f"not valid against {name}:\n  " + "\n  ".join(wrong))
    print(f"{len(wanted)} documents are valid against {name} too")


def body(text: str) -> str:
    """The SDL without its header, which may name another source of the same schema."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make graphql/schema.graphql.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if out of date")
    parser.add_argument("--from", dest="source", type=Path, help="full schema: SDL or JSON")
    parser.add_argument("--also", type=Path, action="append", default=[], help="must fit it too")
    options = parser.parse_args()
    ours = documents()
    others = {path.name: path.read_bytes() for path in options.also}
    if options.source:
        full, source = options.source.read_bytes(), options.source.name
    else:
        versions = fetched()
        full, source = versions.pop(API_VERSION), f"the npm package {PACKAGE} {PACKAGE_VERSION}"
        others |= versions
    text = made(load_schema(full), ours)
    for name, content in others.items():
        check_also(name, content, ours)
    if not options.check:
        TARGET.write_text(
            HEADER.format(version=API_VERSION, source=source) + text, encoding="utf-8"
        )
        print(f"wrote {TARGET.relative_to(ROOT)}: {len(text.splitlines())} lines")
    elif not TARGET.is_file() or body(TARGET.read_text(encoding="utf-8")) != body(text):
        sys.exit("graphql/schema.graphql is out of date: run `make schema`")
    else:
        print("graphql/schema.graphql is up to date")


if __name__ == "__main__":
    main()
