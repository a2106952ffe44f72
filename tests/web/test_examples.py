"""The examples of docs/webhooks.md: the proxies themselves take them for right."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
KEY = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=sync.example.no -keyout key -out pem"


def example(language: str) -> str:
    return MANUAL.read_text("utf-8").partition(f"```{language}\n")[2].partition("```")[0]


def checked(folder: Path, *words: str) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_nginx_takes_the_example(tmp_path: Path) -> None:
    nginx, openssl = program("nginx"), program("openssl")
    checked(tmp_path, openssl, *KEY.split())
    text = example("nginx").replace("/etc/ssl/sync.example.no.", f"{tmp_path}/")
    settings = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off;"
    (tmp_path / "nginx.conf").write_text(f"{settings} {text} }}")
    checked(tmp_path, nginx, "-t", "-c", str(tmp_path / "nginx.conf"))


def test_caddy_takes_the_example(tmp_path: Path) -> None:
    caddy = program("caddy")
    (tmp_path / "Caddyfile").write_text(example("caddy"))
    checked(tmp_path, caddy, "adapt", "--config", "Caddyfile", "--validate")
