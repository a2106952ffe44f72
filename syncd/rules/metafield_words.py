"""The sentence for each code by which Shopify refuses a metafield or its definition.

Codes that variants have too stand in refusal_words. Sources: the descriptions of
MetafieldsSetUserErrorCode, MetafieldDefinitionCreateUserErrorCode at shopify.dev, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.rules.refusal_words import COPY, MEND, OURS, WAIT, Words

CUSTOM_DATA = "under Settings, Custom data, Products in Shopify"
ROOM = f"delete definitions that nobody uses {CUSTOM_DATA}"
APART = f"delete the values that stand there without a definition, {CUSTOM_DATA}"

METAFIELD_WORDS: Mapping[str, Words] = {
    "APP_NOT_AUTHORIZED": Words(
        "the metafield belongs to another app, which alone may write it",
        f"allow it {CUSTOM_DATA}, or delete that app's definition there",
    ),
    "INCLUSION": Words("a value is none of those that Shopify offers for it", MEND),
    "INTERNAL_ERROR": Words("Shopify had trouble of its own", WAIT),
    "INVALID_COMPARE_DIGEST": Words("syncd named an earlier value that can be none", OURS),
    "INVALID_TYPE": Words(
        "the metafield has another type in Shopify than syncd writes",
        f"compare its definition {CUSTOM_DATA}, set it back to the type that syncd declared",
    ),
    "LESS_THAN_OR_EQUAL_TO": Words("a value, or a number of values, is over the limit", MEND),
    "PRESENT": Words("syncd filled in a field that Shopify wants empty", OURS),
    "STALE_OBJECT": Words("somebody changed the metafield in Shopify meanwhile", WAIT),
    "TAKEN": Words("another product in Shopify carries the same id of the Backoffice", COPY),
}
DEFINITION_WORDS: Mapping[str, Words] = {
    "ADMIN_ACCESS_INPUT_NOT_ALLOWED": Words("syncd asked for rights that no app may set", OURS),
    "CAPABILITY_REQUIRED_BUT_DISABLED": Words(
        "the definition lacks a capability that its type must have", OURS
    ),
    "DUPLICATE_OPTION": Words("the definition has the same rule twice", OURS),
    "INVALID_CAPABILITY": Words("the definition has a capability that Shopify does not know", OURS),
    "INVALID_CHARACTER": Words("the definition's name has a character that may not be", OURS),
    "INVALID_CONSTRAINTS": Words("the definition's conditions can be none", OURS),
    "INVALID_INPUT_COMBINATION": Words("parts of the definition exclude each other", OURS),
    "INVALID_OPTION": Words("the definition has a rule that Shopify does not know", OURS),
    "LIMIT_EXCEEDED": Words("the shop has as many definitions as Shopify holds", ROOM),
    "OWNER_TYPE_LIMIT_EXCEEDED_FOR_AUTOMATED_COLLECTIONS": Words(
        "the shop has as many definitions for automated collections as Shopify holds", ROOM
    ),
    "OWNER_TYPE_LIMIT_EXCEEDED_FOR_USE_AS_ADMIN_FILTERS": Words(
        "the shop has as many definitions for filters as Shopify holds", ROOM
    ),
    "PINNED_LIMIT_REACHED": Words(
        "the shop has as many pinned definitions as Shopify holds",
        f"unpin one {CUSTOM_DATA}",
    ),
    "RESERVED_NAMESPACE_KEY": Words("Shopify keeps the definition's name for itself", OURS),
    "RESOURCE_TYPE_LIMIT_EXCEEDED": Words(
        "the shop has as many definitions for products as Shopify holds", ROOM
    ),
    "RESOURCE_TYPE_LIMIT_EXCEEDED_BY_APP": Words(
        "the app has as many definitions for products as Shopify grants it", ROOM
    ),
    "TYPE_NOT_ALLOWED_FOR_CONDITIONS": Words(
        "a definition of this type cannot choose the products of a collection", OURS
    ),
    "UNSTRUCTURED_ALREADY_EXISTS": Words(
        "products carry values under the definition's name already", APART
    ),
    "UNSUPPORTED_PINNING": Words("a definition of this kind cannot be pinned", OURS),
}
