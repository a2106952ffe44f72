"""The sentence for each code by which Shopify refuses a metafield or its definition.

Codes that variants have too stand in refusal_words. Sources: the descriptions of
MetafieldsSetUserErrorCode, MetafieldDefinitionCreateUserErrorCode at shopify.dev, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.phrases import phrase
from syncd.rules.refusal_words import COPY, MEND, OURS, WAIT, Words

CUSTOM_DATA = phrase("under Settings, Custom data, Products in Shopify")
ROOM = phrase("delete definitions that nobody uses {place}", place=CUSTOM_DATA)
APART = phrase(
    "delete the values that stand there without a definition, {place}", place=CUSTOM_DATA
)

METAFIELD_WORDS: Mapping[str, Words] = {
    "APP_NOT_AUTHORIZED": Words(
        phrase("the metafield belongs to another app, which alone may write it"),
        phrase("allow it {place}, or delete that app's definition there", place=CUSTOM_DATA),
    ),
    "INCLUSION": Words(phrase("a value is none of those that Shopify offers for it"), MEND),
    "INTERNAL_ERROR": Words(phrase("Shopify had trouble of its own"), WAIT),
    "INVALID_COMPARE_DIGEST": Words(phrase("syncd named an earlier value that can be none"), OURS),
    "INVALID_TYPE": Words(
        phrase("the metafield has another type in Shopify than syncd writes"),
        phrase(
            "compare its definition {place}, set it back to the type that syncd declared",
            place=CUSTOM_DATA,
        ),
    ),
    "LESS_THAN_OR_EQUAL_TO": Words(
        phrase("a value, or a number of values, is over the limit"), MEND
    ),
    "PRESENT": Words(phrase("syncd filled in a field that Shopify wants empty"), OURS),
    "STALE_OBJECT": Words(phrase("somebody changed the metafield in Shopify meanwhile"), WAIT),
    "TAKEN": Words(
        phrase("another product in Shopify carries the same id of the Backoffice"), COPY
    ),
}
DEFINITION_WORDS: Mapping[str, Words] = {
    "ADMIN_ACCESS_INPUT_NOT_ALLOWED": Words(
        phrase("syncd asked for rights that no app may set"), OURS
    ),
    "CAPABILITY_REQUIRED_BUT_DISABLED": Words(
        phrase("the definition lacks a capability that its type must have"), OURS
    ),
    "DUPLICATE_OPTION": Words(phrase("the definition has the same rule twice"), OURS),
    "INVALID_CAPABILITY": Words(
        phrase("the definition has a capability that Shopify does not know"), OURS
    ),
    "INVALID_CHARACTER": Words(
        phrase("the definition's name has a character that may not be"), OURS
    ),
    "INVALID_CONSTRAINTS": Words(phrase("the definition's conditions can be none"), OURS),
    "INVALID_INPUT_COMBINATION": Words(phrase("parts of the definition exclude each other"), OURS),
    "INVALID_OPTION": Words(phrase("the definition has a rule that Shopify does not know"), OURS),
    "LIMIT_EXCEEDED": Words(phrase("the shop has as many definitions as Shopify holds"), ROOM),
    "OWNER_TYPE_LIMIT_EXCEEDED_FOR_AUTOMATED_COLLECTIONS": Words(
        phrase("the shop has as many definitions for automated collections as Shopify holds"), ROOM
    ),
    "OWNER_TYPE_LIMIT_EXCEEDED_FOR_USE_AS_ADMIN_FILTERS": Words(
        phrase("the shop has as many definitions for filters as Shopify holds"), ROOM
    ),
    "PINNED_LIMIT_REACHED": Words(
        phrase("the shop has as many pinned definitions as Shopify holds"),
        phrase("unpin one {place}", place=CUSTOM_DATA),
    ),
    "RESERVED_NAMESPACE_KEY": Words(phrase("Shopify keeps the definition's name for itself"), OURS),
    "RESOURCE_TYPE_LIMIT_EXCEEDED": Words(
        phrase("the shop has as many definitions for products as Shopify holds"), ROOM
    ),
    "RESOURCE_TYPE_LIMIT_EXCEEDED_BY_APP": Words(
        phrase("the app has as many definitions for products as Shopify grants it"), ROOM
    ),
    "TYPE_NOT_ALLOWED_FOR_CONDITIONS": Words(
        phrase("a definition of this type cannot choose the products of a collection"), OURS
    ),
    "UNSTRUCTURED_ALREADY_EXISTS": Words(
        phrase("products carry values under the definition's name already"), APART
    ),
    "UNSUPPORTED_PINNING": Words(phrase("a definition of this kind cannot be pinned"), OURS),
}
