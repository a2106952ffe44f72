"""Staged uploads: targets with signed policies, forms that keep to them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import orjson

from syncd.sandbox.options import ShopOptions

BUCKET = "shopify-staged-uploads"
CREDENTIAL = "merchant-assets@shopify-tiers.iam.gserviceaccount.com"
ALGORITHM = "GOOG4-RSA-SHA256"
PUT_EXPIRES_S = 604_800  # recorded: X-Goog-Expires
POST_EXPIRES = timedelta(days=1)  # recorded: expiration in the policy
MAX_LINES_BYTES = 104_857_600
MAX_FILE_BYTES = 20_971_520
SIGNED = ("key", "x-goog-date", "x-goog-credential", "x-goog-algorithm")

# Recorded for BULK_MUTATION_VARIABLES, FILE, IMAGE; the others are guessed after them.
FOLDERS: Mapping[str, str] = {
    "BULK_MUTATION_VARIABLES": "bulk",
    "COLLECTION_IMAGE": "collections",
    "DISPUTE_FILE_UPLOAD": "dispute_file_uploads",
    "FILE": "files",
    "IMAGE": "products",
    "PRODUCT_IMAGE": "products",
    "RETURN_LABEL": "return_labels",
    "SHOP_IMAGE": "shop_images",
    "URL_REDIRECT_IMPORT": "url_redirects",
}

Parameters = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shop's uploads go, and when it is."""

    options: ShopOptions
    origin: str
    shop_number: int
    now: datetime

    @property
    def url(self) -> str:
        return f"{self.origin}/_uploads/"

    @property
    def date(self) -> str:
        return self.now.strftime("%Y%m%dT%H%M%SZ")

    @property
    def credential(self) -> str:
        return f"{CREDENTIAL}/{self.now.strftime('%Y%m%d')}/auto/storage/goog4_request"


def post_target(place: Place, given: Mapping[str, Any]) -> dict[str, Any]:
    """A form to be posted: the parameters in their order, then `file`."""
    key = _key(place, given, FOLDERS[given["resource"]])
    is_bulk = given["resource"] == "BULK_MUTATION_VARIABLES"
    named = {
        "Content-Type": given["mimeType"],
        "success_action_status": "201",
        "acl": "private",
        "key": key,
        "x-goog-date": place.date,
        "x-goog-credential": place.credential,
        "x-goog-algorithm": ALGORITHM,
    }
    policy = _policy(named, MAX_LINES_BYTES if is_bulk else MAX_FILE_BYTES, place.now)
    named["x-goog-signature"] = signature(place.options, policy)
    named["policy"] = policy
    return {
        "url": place.url,
        "resourceUrl": place.url if is_bulk else f"{place.url}{quote(key)}",
        "parameters": _listed(named),
    }


def put_target(place: Place, given: Mapping[str, Any]) -> dict[str, Any]:
    """A signed address for the whole file."""
    folder = FOLDERS[given["resource"]]
    key = _key(place, given, "files" if folder == "products" else folder)
    url = f"{place.url}{quote(key)}"
    query = {
        "X-Goog-Algorithm": ALGORITHM,
        "X-Goog-Credential": place.credential,
        "X-Goog-Date": place.date,
        "X-Goog-Expires": str(PUT_EXPIRES_S),
        "X-Goog-SignedHeaders": "host",
        "X-Goog-Signature": signature(place.options, _put_text(key, place.date)),
    }
    signed = f"{url}?{urlencode(query)}"
    return {
        "url": signed,
        "resourceUrl": signed if given["resource"] == "BULK_MUTATION_VARIABLES" else url,
        "parameters": _listed({"content_type": given["mimeType"], "acl": "private"}),
    }


def _key(place: Place, given: Mapping[str, Any], folder: str) -> str:
    return f"tmp/{place.shop_number}/{folder}/{uuid4()}/{given['filename']}"


def _listed(named: Mapping[str, str]) -> Parameters:
    return [{"name": name, "value": value} for name, value in named.items()]


def _policy(named: Mapping[str, str], most_bytes: int, now: datetime) -> str:
    """Recorded: the conditions in this order, slashes escaped."""
    first = [{name: named[name]} for name in ("Content-Type", "success_action_status", "acl")]
    conditions = [
        *first,
        ["content-length-range", 1, most_bytes],
        {"bucket": BUCKET},
        *({name: named[name]} for name in SIGNED),
    ]
    expiration = (now + POST_EXPIRES).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = orjson.dumps({"conditions": conditions, "expiration": expiration})
    return base64.b64encode(text.replace(b"/", b"\\/")).decode()


def _put_text(key: str, date: str) -> str:
    return f"PUT\n{key}\n{date}"


def signature(options: ShopOptions, text: str) -> str:
    """As long as Google's. The key is ours, so that the addresses of another shop are no good."""
    parts = (
        hmac.new(options.token.encode(), f"{place}{text}".encode(), hashlib.sha512).hexdigest()
        for place in range(4)
    )
    return "".join(parts)


# ------------------------------------------------------------------------------------- upload host


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not taken: status and code of Google's storage, with its details."""

    status: int
    code: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a form was allowed to hold."""

    fields: Mapping[str, str]
    least_bytes: int
    most_bytes: int


def form_policy(
    options: ShopOptions, fields: Sequence[tuple[str, str]], now: datetime
) -> Policy | Refusal:
    """The policy of a form's fields, which must be those of the target in the same order."""
    given = dict(fields)
    for name in ("key", "policy", "x-goog-signature"):
        if name not in given:
            return _refusal(400, "InvalidArgument", f"Cannot find {name} in the form")
    if not hmac.compare_digest(signature(options, given["policy"]), given["x-goog-signature"]):
        return _refusal(403, "SignatureDoesNotMatch", "The policy was not signed so")
    policy = orjson.loads(base64.b64decode(given["policy"]))
    if now >= datetime.fromisoformat(policy["expiration"]):
        return _refusal(400, "InvalidPolicyDocument", "Policy expired.")
    wanted: dict[str, str] = {}
    least, most = 0, 0
    for condition in policy["conditions"]:
        if isinstance(condition, list):
            _, least, most = condition
        else:
            wanted |= condition
    del wanted["bucket"]
    names = [*wanted, "x-goog-signature", "policy"]
    for name in names[:-2]:
        if given.get(name) != wanted[name]:
            details = f"Policy condition failed: [eq, ${name}, {wanted[name]}]"
            return _refusal(400, "InvalidPolicyDocument", details)
    if extra := [name for name, _ in fields if name not in names]:
        details = f"Policy did not reference these fields: {', '.join(extra)}"
        return _refusal(400, "InvalidPolicyDocument", details)
    if [name for name, _ in fields] != names:
        details = f"The parameters must come in this order: {', '.join(names)}"
        return _refusal(400, "InvalidPolicyDocument", details)
    return Policy(wanted, least, most)


def misfit(policy: Policy, size_bytes: int) -> Refusal | None:
    """Whether a file of that size is too large or too small."""
    if size_bytes > policy.most_bytes:
        more = {"ProposedSize": str(size_bytes), "MaxSizeAllowed": str(policy.most_bytes)}
        return Refusal(400, "EntityTooLarge", more)
    if size_bytes < policy.least_bytes:
        more = {"ProposedSize": str(size_bytes), "MinSizeAllowed": str(policy.least_bytes)}
        return Refusal(400, "EntityTooSmall", more)
    return None


def put_fault(
    options: ShopOptions, key: str, query: Mapping[str, str], now: datetime
) -> Refusal | None:
    """Why nothing may be put at a signed address."""
    date = query.get("X-Goog-Date", "")
    right = signature(options, _put_text(key, date))
    if not hmac.compare_digest(right, query.get("X-Goog-Signature", "")):
        return _refusal(403, "SignatureDoesNotMatch", "The address was not signed so")
    expires = datetime.fromisoformat(date) + timedelta(seconds=PUT_EXPIRES_S)
    if now >= expires:
        return _refusal(400, "ExpiredToken", f"Request signature expired at: {expires.isoformat()}")
    return None


def _refusal(status: int, code: str, details: str) -> Refusal:
    return Refusal(status, code, {"Details": details})
