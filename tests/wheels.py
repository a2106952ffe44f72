"""Wheels of what is installed here, packed anew, so that a test installs without a network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[1]


def pack(folder: Path) -> None:
    """Into the folder: syncd, built from this checkout, with all that it needs."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL, timeout=100)
    for one in needed("syncd"):
        _pack(one, folder)


def needed(name: str) -> Iterator[Distribution]:
    """What a package needs, and what that needs, once each."""
    seen = {canonicalize_name(name)}
    waiting = [(name, "")]
    while waiting:
        above, extra = waiting.pop()
        for text in distribution(above).requires or ():
            one = Requirement(text)
            if one.marker and not any(one.marker.evaluate({"extra": each}) for each in (extra, "")):
                continue
            waiting += [(one.name, each) for each in one.extras]
            if (known := canonicalize_name(one.name)) not in seen:
                seen.add(known)
                waiting.append((one.name, ""))
                yield distribution(one.name)


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
