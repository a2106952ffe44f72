"""Wheels of what is installed here, packed anew, so that a test installs without a network."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[1]


def pack(folder: Path) -> None:
    """Into the folder: syncd, built from this checkout, with all that it needs."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL, timeout=100)
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    for one in needed(project["dependencies"]):
        _pack(one, folder)


def needed(asked: Sequence[str]) -> Iterator[Distribution]:
    """What is asked for, and what that needs, once each."""
    seen: set[str] = set()
    given: set[tuple[str, str]] = set()
    waiting = [(text, "") for text in asked]
    while waiting:
        text, above = waiting.pop()
        one = Requirement(text)
        if one.marker and not any(one.marker.evaluate({"extra": each}) for each in (above, "")):
            continue
        found = distribution(one.name)
        extras = {"", *one.extras}
        waiting += [
            (each, extra)
            for extra in extras - {known for name, known in given if name == found.name}
            for each in found.requires or ()
        ]
        given |= {(found.name, extra) for extra in extras}
        if (name := canonicalize_name(one.name)) not in seen:
            seen.add(name)
            yield found


def _pack(one: Distribution, folder: Path) -> None:
    """Its files but for what is made when it is installed: programs, compiled Python."""
    wheel = (one.read_text("WHEEL") or "").splitlines()
    tags = [line.split()[1].split("-") for line in wheel if line.startswith("Tag:")]
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    name = canonicalize_name(one.name).replace("-", "_")
    with zipfile.ZipFile(folder / f"{name}-{one.version}-{tag}.whl", "w") as archive:
        for file in one.files or ():
            if file.parts[0] != ".." and file.suffix != ".pyc" and file.name not in LEFT:
                archive.write(str(file.locate()), str(file))


LEFT = ("INSTALLER", "REQUESTED", "direct_url.json")  # pip's notes
