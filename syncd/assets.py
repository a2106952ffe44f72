"""Where the folders of documents or statements are, in a checkout as in a wheel."""

from __future__ import annotations

from pathlib import Path

from syncd.errors import ConfigError


def folder(name: str) -> Path:
    """The folder `sql` or `graphql`: beside the package in a checkout, inside it in a wheel.

    Raises ConfigError when neither is there, which means a broken installation.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "_assets" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise ConfigError(
        f"syncd's own folder {name}/ is missing beside {package}", hint="install syncd again"
    )


def text(path: str) -> str:
    """The text of an asset, such as `sql/outbox.sql`."""
    root, _, rest = path.partition("/")
    return (folder(root) / rest).read_text(encoding="utf-8")
