"""The single fields of a product: its texts, its handle, its tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox.handles import normal
from syncd.sandbox.mutations.write import MAX_TEXT, Path, Write, refuse
from syncd.sandbox.records import Product
from syncd.sandbox.words import refusal

Wording = Mapping[str, Sequence[tuple[Path, str]]]
"""What a mutation says of a title, vendor … that is too long or blank, and where."""

HANDLE_TAKEN: Path = ("input", "handle")

# A shop of the sandbox has no collections: `collectionsToJoin` names none that is there, and those
# are passed over, as recorded (2025-01/products/productCreate-collections-to-join-parity).
NOT_SIMULATED = ("claimOwnership", "collections", "giftCard", "giftCardTemplateSuffix")
DEPRECATED = (
    "productPublications",
    "publications",
    "publishDate",
    "publishOn",
    "published",
    "publishedAt",
)
TRIMMED = {"title": "title", "vendor": "vendor", "productType": "product_type"}
PLAIN = {
    "descriptionHtml": "description_html",
    "status": "status",
    "combinedListingRole": "combined_listing_role",
    "requiresSellingPlan": "requires_selling_plan",
}
SEO = {"title": "seo_title", "description": "seo_description"}

# The first letters of the branches of Shopify's product taxonomy, of 2025-12.
BRANCHES = "aa ae ap bi bt bu co el fb fr gc ha hb hg lb ma me na os pa rc se sg so tg vp".split()
CATEGORY = re.compile(rf"gid://shopify/TaxonomyCategory/(?:{'|'.join(BRANCHES)})(?:-\d+)*")


def blank_product(write: Write) -> Product:
    """A product that has an id and what Shopify gives without being asked."""
    id_, vendor = write.shop.new_id("Product"), write.shop.options.name
    return Product(id_, "", "", vendor, created_at=write.at, updated_at=write.at)


def plain_input(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A deprecated ProductInput as what took its place. Raises NOT_SIMULATED for what is gone."""
    refuse(given, DEPRECATED)
    return given


def changed_product(
    write: Write, product: Product, given: Mapping[str, Any], wording: Wording
) -> Product:
    """The product with what the input gives; what it leaves out stays."""
    refuse(given, NOT_SIMULATED)
    changes: dict[str, Any] = {
        TRIMMED[name]: given[name].strip() for name in TRIMMED if given.get(name) is not None
    }
    if changes.get("vendor") == "":
        changes["vendor"] = write.shop.options.name
    changes |= {PLAIN[name]: given[name] for name in PLAIN if given.get(name) is not None}
    changes |= {SEO[name]: text for name, text in (given.get("seo") or {}).items()}
    if "templateSuffix" in given:
        changes["template_suffix"] = given["templateSuffix"]
    if "category" in given:
        changes["category"] = _category(given["category"])
    if given.get("tags") is not None:
        changes["tags"] = _tags(write, given["tags"], wording)
    changed = replace(product, **changes)
    _check_texts(write, changed, wording)
    handle = _handle(write, changed, given.get("handle"), wording)
    return replace(changed, handle=handle)


def _category(category: str | None) -> str | None:
    if category is not None and not CATEGORY.fullmatch(category):
        raise refusal("Invalid product_taxonomy_node_id", "INVALID_PRODUCT_TAXONOMY_NODE_ID")
    return category


def _tags(write: Write, given: Iterable[str], wording: Wording) -> tuple[str, ...]:
    """Trimmed, one of those that differ in case only, sorted."""
    tags: dict[str, str] = {}
    for tag in map(str.strip, given):
        tags.setdefault(tag.lower(), tag)
        if len(tag) > MAX_TEXT:
            _say(write, wording, "tags")
    return tuple(tags[key] for key in sorted(tags) if key)


def _check_texts(write: Write, product: Product, wording: Wording) -> None:
    if not product.title:
        _say(write, wording, "blank title")
    for name, field in TRIMMED.items():
        if len(getattr(product, field)) > MAX_TEXT:
            _say(write, wording, name)


def _handle(write: Write, product: Product, given: str | None, wording: Wording) -> str:
    """The handle that is asked for; without one the present, or one made of the title."""
    wanted = (given or "").strip()
    if not wanted and given is None and product.handle:
        return product.handle
    handle = normal(wanted or product.title)
    if len(handle) > MAX_TEXT:
        _say(write, wording, "handle")
    owner = write.shop.handles.get(handle, product.id)
    if owner == product.id:
        return handle
    if wanted:
        message = f"Handle '{given}' already in use. Please provide a new handle."
        write.complaints.add(HANDLE_TAKEN, message, "HANDLE_NOT_UNIQUE")
    return write.shop.handles.free(handle)


def _say(write: Write, wording: Wording, name: str) -> None:
    for path, message in wording[name]:
        write.complaints.add(path, message, "INVALID_PRODUCT")
