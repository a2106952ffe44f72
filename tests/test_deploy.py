"""What is placed beside the program: systemd's own tools find nothing wrong with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from syncd import settings

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
EXPOSED = 15  # tenths: 1.5 of 10
PROGRAM = "/usr/bin/syncd"


def analyzed(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """systemd-analyze's answer about the unit, whose program is one that is there."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is missing: apt install systemd")
    text = (DEPLOY / "syncd.service").read_text()
    assert text.count(PROGRAM) == 1
    unit = folder / "syncd.service"
    unit.write_text(text.replace(PROGRAM, sys.executable))
    return subprocess.run(
        [program, "--no-pager", *words, str(unit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    found = analyzed("verify", folder=tmp_path)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_unit_is_exposed_by_one_and_a_half_at_most(tmp_path: Path) -> None:
    found = analyzed("security", "--offline=true", f"--threshold={EXPOSED}", folder=tmp_path)
    assert found.returncode == 0, found.stdout


def test_the_unit_hands_over_what_the_settings_take(tmp_path: Path) -> None:
    text = (DEPLOY / "syncd.service").read_text()
    loaded = dict(re.findall(r"^LoadCredential=([\w-]+):(/\S+)$", text, re.M))
    assert {Path(path).name for path in loaded.values()} == loaded.keys()
    (tmp_path / "syncd-key").write_text("k")
    (tmp_path / "syncd-database-url").write_text("postgresql://syncd@db.example.no/backoffice\n")
    assert loaded.keys() == {path.name for path in tmp_path.iterdir()}
    found = settings.read({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert found.key_path == tmp_path / "syncd-key"
    assert found.database_url == "postgresql://syncd@db.example.no/backoffice"


def test_each_setting_of_the_environment_file_is_one() -> None:
    """With what is behind a # written in, too."""
    text = (DEPLOY / "syncd.env").read_text()
    given = dict(re.findall(r"^#?(SYNCD_\w+)=(\S+)$", text, re.M))
    assert len(given) > 10
    given["SYNCD_SMTP_URL"] = "smtp://mail.example.no"  # mail needs a server, which is a credential
    settings.read(given)


def test_sysusers_makes_the_account_of_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-sysusers")
    if program is None:
        pytest.skip("systemd-sysusers is missing: apt install systemd")
    (tmp_path / "etc").mkdir()
    subprocess.run(
        [program, f"--root={tmp_path}", str(DEPLOY / "syncd.sysusers")], check=True, timeout=60
    )
    assert "User=syncd\n" in (DEPLOY / "syncd.service").read_text()
    line = next(
        line
        for line in (tmp_path / "etc/passwd").read_text().splitlines()
        if line.startswith("syncd:")
    )
    assert line.endswith(":/var/lib/syncd:/usr/sbin/nologin")
