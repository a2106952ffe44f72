"""What addresses may look like that people give: each function returns it, or raises ValueError."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether this is a name or an address of this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def has_port(address: str) -> bool:
    """Whether the port, if there is one, can be read."""
    try:
        _ = urlsplit(address).port
    except ValueError:
        return False
    return True


def loopback(address: str) -> str:
    """An http address of this machine without a path; anything else could leak the token."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
        raise ValueError("give it as http://127.0.0.1:PORT")
    if not is_loopback(parts.hostname) or not has_port(address):
        raise ValueError("only addresses of this machine are accepted, such as 127.0.0.1")
    return address.rstrip("/")


def postgres(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"give it as postgresql://USER:PASSWORD@HOST/DATABASE; {error}") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("give it as postgresql://USER:PASSWORD@HOST/DATABASE")
    return address


def chat(address: str) -> str:
    """https, or this machine: what is posted there is nobody else's."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError("give it as https://HOST/PATH") from None
    host = parts.hostname or ""
    is_open = parts.scheme == "http" and is_loopback(host)
    if not host or not (parts.scheme == "https" or is_open) or not has_port(address):
        raise ValueError("give it as https://HOST/PATH, as the chat shows it")
    if parts.username or not address.isprintable() or " " in address:
        raise ValueError("give it as https://HOST/PATH, without user, password or spaces")
    return address


def public(address: str) -> str:
    """https, or this machine; without a path, as cookies and forms are for a whole host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError("give it as https://HOST") from None
    host = parts.hostname or ""
    is_open = parts.scheme == "http" and is_loopback(host)
    is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if not host or not (parts.scheme == "https" or is_open) or not is_bare:
        raise ValueError("give it as https://HOST, without a path")
    if not has_port(address):
        raise ValueError("give it as https://HOST or https://HOST:PORT")
    return address.rstrip("/")


def smtp(address: str) -> str:
    form = "give it as smtp://USER:PASSWORD@HOST:PORT or smtps://…"
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError(form) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not has_port(address):
        raise ValueError(f"{form} (in a password, @ : / are written %40 %3A %2F)")
    if parts.path.strip("/") or parts.query or bool(parts.username) != bool(parts.password):
        raise ValueError(f"{form} (in a password, @ : / are written %40 %3A %2F)")
    return address


def mailbox(address: str) -> str:
    if not MAILBOX.fullmatch(address):
        raise ValueError("give addresses such as kari@example.no, several with commas between")
    return address


def mailboxes(text: object) -> object:
    """Several stand in one variable."""
    if not isinstance(text, str):
        return text
    return tuple(dict.fromkeys(filter(None, (one.strip() for one in text.split(",")))))
