"""Makes syncd/sandbox/schemas/admin-VERSION.json.gz: Shopify's official schemas with access data.

    python scripts/make_sandbox_schemas.py                fetch the pinned npm package, write all
    python scripts/make_sandbox_schemas.py --check        write nothing; exit 1 if out of date
    python scripts/make_sandbox_schemas.py --from FOLDER  offline: the package's folder dist/data

Each holds `schema` (the introspection answer without descriptions), `access` (type or type.field ->
Shopify's words on what its readers need) and `protected` (fields of protected customer data).
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path
from typing import Any

import make_schema
import orjson

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
TARGET = make_schema.ROOT / "syncd" / "sandbox" / "schemas"
DROPPED = frozenset(
    {
        "accessRestricted",
        "accessRestrictedReason",
        "componentName",
        "description",
        "isPrivatelyDocumented",
        "isProtected",
        "protectedContent",
        "protectedSubject",
        "requiredAccess",
    }
)


def bare(part: Any) -> Any:
    """The part without what no client needs to know."""
    if isinstance(part, dict):
        return {name: bare(value) for name, value in part.items() if name not in DROPPED}
    return [bare(one) for one in part] if isinstance(part, list) else part


def distilled(content: bytes) -> bytes:
    """One of the package's files as the sandbox keeps it; the same on each machine."""
    answer = orjson.loads(gzip.decompress(content))
    schema = answer.get("data", answer)
    access, protected = {}, []
    for type_ in schema["__schema"]["types"]:
        if type_.get("requiredAccess"):
            access[type_["name"]] = type_["requiredAccess"].strip()
        for field in type_.get("fields") or ():
            name = f"{type_['name']}.{field['name']}"
            if field.get("requiredAccess"):
                access[name] = field["requiredAccess"].strip()
            if field.get("isProtected"):
                protected.append(name)
    kept = {"schema": bare(schema), "access": access, "protected": sorted(protected)}
    return gzip.compress(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS), 9, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the sandbox's schemas.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if out of date")
    parser.add_argument("--from", dest="source", type=Path, help="the package's folder dist/data")
    options = parser.parse_args()
    if options.source:
        fetched = {
            version: (options.source / f"admin_{version}.json.gz").read_bytes()
            for version in VERSIONS
        }
    else:
        fetched = make_schema.fetched(VERSIONS)
    TARGET.mkdir(exist_ok=True)
    for version in VERSIONS:
        path, content = TARGET / f"admin-{version}.json.gz", distilled(fetched[version])
        if not options.check:
            path.write_bytes(content)
            print(f"wrote {path.relative_to(make_schema.ROOT)}: {len(content) // 1024} kB")
        elif not path.is_file() or gzip.decompress(path.read_bytes()) != gzip.decompress(content):
            sys.exit(f"{path.name} is out of date: run `make schema`")


if __name__ == "__main__":
    main()
