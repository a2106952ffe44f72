"""What is wrong with the address of a subscription, in Shopify's words."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

MAX_BYTES = 65_535
BLANK = "Address can't be blank"
INVALID = "Address is invalid"
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
ARN = re.compile(
    r"arn:aws:events:[a-z0-9-]+::event-source/aws\.partner/shopify\.com(?:\.test)?/(\d+)/.+"
)
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]|\d+")
TOPIC = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}")
SHOPIFY = ("shopify.com", "myshopify.com", "shopifycloud.com", "shopifypreview.com")


def faults(address: str, app_number: int) -> list[str]:
    """In the order in which Shopify lists them; `app_number` is the asking app's."""
    if not address:
        return [BLANK]
    if len(address.encode()) > MAX_BYTES:
        return ["Address is too big (maximum is 64 KB)"]
    if address.startswith("arn:"):
        return _arn(address, app_number)
    scheme = SCHEME.match(address)
    if scheme is None:
        return [INVALID]
    match scheme[1].lower():
        case "https" | "http":
            return _web(address)
        case "pubsub":
            return _pubsub(address)
        case "kafka":
            words = "Address protocol kafka:// is not supported"
            return [words, "Address is not a valid kafka topic"]
        case other:
            return [f"Address protocol {other}:// is not supported"]


def is_cloud(address: str) -> bool:
    return address.startswith(("arn:", "pubsub://"))


def _arn(address: str, app_number: int) -> list[str]:
    met = ARN.fullmatch(address)
    if met is None:
        return [INVALID, "Address is not a valid AWS ARN"]
    if int(met[1]) != app_number:
        words = f"includes api_client_id '{met[1]}' instead of '{app_number}'"
        return [INVALID, f"Address is an AWS ARN and {words}"]
    return []


def _pubsub(address: str) -> list[str]:
    project, colon, topic = address.removeprefix("pubsub://").partition(":")
    if not colon:
        return [
            "Address protocol pubsub:// is not supported",
            "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic",
        ]
    found = []
    if not PROJECT.fullmatch(project):
        found.append("Address is not a valid GCP project id.")
    if not TOPIC.fullmatch(topic):
        found.append("Address is not a valid GCP topic id.")
    return [INVALID, *found] if found else []


def _web(address: str) -> list[str]:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return [INVALID]
    if not host:
        return [INVALID]
    if parts.scheme == "http":
        # Shopify takes no http at all; here it is how a test on the same machine is told.
        return [] if is_loopback(host) else ["Address protocol http:// is not supported"]
    if is_loopback(host) or _is_private(host) or _is_shopify(host):
        return ["Address cannot be a Shopify or an internal domain"]
    return []


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith((".local", ".internal", ".localhost"))


def _is_shopify(host: str) -> bool:
    return host in SHOPIFY or host.endswith(tuple(f".{one}" for one in SHOPIFY))
