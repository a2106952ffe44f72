"""Where the demo keeps its things, so that other commands find it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from syncd.postgres import embedded


@dataclass(frozen=True, slots=True)
class Home:
    """The demo's folder; each catalogue has a database and a shop of its own, named `name`."""

    folder: Path
    name: str

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def shop_file(self) -> Path:
        return self.folder / f"{self.name}.shop.sqlite"

    @property
    def loaded(self) -> Path:
        """Digest of the catalogue that was loaded, once it was loaded whole."""
        return self.folder / f"{self.name}.loaded"

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def domain(self) -> str:
        return f"syncd-{self.name.replace('_', '-')}.myshopify.com"


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach the demo that runs: its database, the key of its shop, its sandbox."""

    database_url: str = field(repr=False)
    key_file: str
    shopify_url: str
    domain: str


def home_of(state_dir: Path, csv: Path | None) -> Home:
    """The home of the sample catalogue, or of one file: the same path, the same database."""
    name = "demo"
    if csv is not None:
        stem = re.sub(r"[^a-z0-9]+", "_", csv.stem.lower()).strip("_")[:30]
        mark = hashlib.sha256(os.fsencode(csv.resolve())).hexdigest()[:6]
        name = "_".join(filter(None, ("demo", stem, mark)))
    return Home((state_dir / "demo").resolve(), name)


def announce(home: Home, running: Running) -> None:
    """Let other commands of this account find us; it lasts while we own the database's folder."""
    path = home.folder / "running.json"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(asdict(running)))


def running(state_dir: Path) -> Running | None:
    """The demo that runs on this state folder, if there is one that is ready."""
    folder = (state_dir / "demo").resolve()
    try:
        told = orjson.loads((folder / "running.json").read_bytes())
        server = embedded.running(folder / "postgres")
    except (OSError, ValueError):
        return None
    found = Running(**told)
    return found if server and f":{server.port}/" in found.database_url else None


def withdraw(home: Home) -> None:
    (home.folder / "running.json").unlink(missing_ok=True)


def remove(home: Home) -> None:
    """Delete the data of all demos of this state folder; raises ConfigError while one runs."""
    embedded.remove(home.postgres)
    shutil.rmtree(home.folder, ignore_errors=True)
