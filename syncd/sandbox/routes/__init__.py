"""What the web server answers: one module a subject, each with its ROUTES."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from aiohttp import web


def tables() -> Iterator[web.RouteTableDef]:
    """The ROUTES of all modules in the order of their names; `zz_…` catches what is left."""
    for module in iter_modules(__path__):
        yield import_module(f"{__name__}.{module.name}").ROUTES
