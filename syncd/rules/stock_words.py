"""The sentence for each code by which Shopify refuses a stock count.

Source: the descriptions of InventorySetQuantitiesUserErrorCode at shopify.dev, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.phrases import phrase
from syncd.rules.limits import AGAIN
from syncd.rules.refusal_words import LOCATION, OURS, WAIT, Words

COUNT = phrase("correct the count {again}", again=AGAIN)

STOCK_WORDS: Mapping[str, Words] = {
    "CHANGE_FROM_QUANTITY_STALE": Words(
        phrase("the stock changed in Shopify meanwhile, by a sale perhaps"), WAIT
    ),
    "COMPARE_QUANTITY_REQUIRED": Words(phrase("syncd did not say which count it replaces"), OURS),
    "COMPARE_QUANTITY_STALE": Words(
        phrase("the stock changed in Shopify meanwhile, by a sale perhaps"), WAIT
    ),
    "IDEMPOTENCY_CONCURRENT_REQUEST": Words(
        phrase("Shopify is still at work on the same count"), WAIT
    ),
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": Words(
        phrase("syncd sent another count under the key of an earlier one"), OURS
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": Words(
        phrase("an earlier attempt to send the same count failed"), WAIT
    ),
    "INVALID_INVENTORY_ITEM": Words(
        phrase("the variant of this count is not in Shopify any more"), WAIT
    ),
    "INVALID_LOCATION": Words(
        phrase("the location of the stock is not in Shopify any more"), LOCATION
    ),
    "INVALID_NAME": Words(phrase("syncd named a kind of stock that Shopify does not know"), OURS),
    "INVALID_QUANTITY_NEGATIVE": Words(phrase("the count is less than 0"), COUNT),
    "INVALID_QUANTITY_TOO_HIGH": Words(phrase("the count is over 1,000,000,000"), COUNT),
    "INVALID_QUANTITY_TOO_LOW": Words(phrase("the count is under -1,000,000,000"), COUNT),
    "INVALID_REASON": Words(phrase("syncd gave a reason that Shopify does not know"), OURS),
    "INVALID_REFERENCE_DOCUMENT": Words(
        phrase("syncd named a document that Shopify refuses"), OURS
    ),
    "NON_MUTABLE_INVENTORY_ITEM": Words(
        phrase("Shopify counts this variant's stock itself, since it is a bundle, say"),
        phrase(
            "set its stock not to be tracked in the Backoffice, or take the bundle apart in Shopify"
        ),
    ),
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": Words(
        phrase("syncd sent two counts of one variant at one location"), OURS
    ),
}
