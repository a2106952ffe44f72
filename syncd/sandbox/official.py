"""Shopify's official schemas, one a version, with what a caller needs to read each part.

Made by scripts/make_sandbox_schemas.py; schemas/NOTICE.txt tells where they come from.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from graphql import GraphQLSchema, build_client_schema

FOLDER = Path(__file__).parent / "schemas"


@dataclass(frozen=True, slots=True)
class Official:
    """`access`: Shopify's words by type or `Type.field`; `protected`: fields of customer data."""

    schema: GraphQLSchema
    access: Mapping[str, str]
    protected: frozenset[str]


@cache
def official(version: str) -> Official:
    """The schema of a version, which must be one of versions.VERSIONS; read once, half a second."""
    content = gzip.decompress((FOLDER / f"admin-{version}.json.gz").read_bytes())
    kept = orjson.loads(content)
    # Shopify deprecates fields that an interface of theirs does not: GraphQL forbids that.
    schema = build_client_schema(kept["schema"], assume_valid=True)
    return Official(schema, kept["access"], frozenset(kept["protected"]))
