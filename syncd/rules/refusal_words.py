"""The sentence for each code by which Shopify refuses a product or its variants.

Codes that other calls have too (BLANK, TOO_LONG …) stand here, in words that are true of all of
them. Sources: the descriptions of the enums at shopify.dev, read 2026-11; writes.md, 4.8 to 5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.phrases import phrase
from syncd.rules.limits import AGAIN, MAX_LENGTH, MAX_OPTIONS, MAX_VARIANTS


@dataclass(frozen=True, slots=True)
class Words:
    """What a code means, then what the shop owner can do; neither has a full stop."""

    meaning: str
    hint: str


RESEND = phrase("then `syncd send {key}`", key="{key}")  # refusals.of puts the key in
MEND = phrase("mend it {again}", again=AGAIN)
WAIT = phrase("it will be tried again by itself")
# We asked wrongly: nobody can mend that by changing the product.
OURS = phrase("this is a fault of syncd, not of your data; report this message to those who run it")
COPY = phrase(
    "look for a second copy of the product in Shopify, delete it there, {resend}", resend=RESEND
)
UNLINK = phrase(
    "disconnect the option from its metafield (category) in Shopify, {resend}", resend=RESEND
)
GONE = phrase("put it inactive in the Backoffice if it shall stay away, else have it made anew")
LOCATION = phrase(
    "see in Shopify that the shop's location is there, is active and has room, {resend}",
    resend=RESEND,
)

PRODUCT_WORDS: Mapping[str, Words] = {
    "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT": Words(
        phrase("a variant that should be deleted is not in Shopify any more"), WAIT
    ),
    "BLANK": Words(
        phrase("something that Shopify needs is empty"),
        phrase("give it a value {again}", again=AGAIN),
    ),
    "CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES": Words(
        phrase("the option is connected to a metafield in Shopify, so it takes no values of ours"),
        UNLINK,
    ),
    "CANNOT_DELETE_LAST_VARIANT": Words(
        phrase("it is the last variant in Shopify, which must stay there"), WAIT
    ),
    "CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE": Words(
        phrase("the option is connected to a metafield in Shopify, which names its values"), UNLINK
    ),
    "CANNOT_SPECIFY_BOTH": Words(phrase("syncd sent two fields of which Shopify takes one"), OURS),
    "CAPABILITY_VIOLATION": Words(
        phrase(
            "a metafield breaks a rule of its definition, such as that no two "
            "products share a value"
        ),
        COPY,
    ),
    "DUPLICATED_METAFIELD_VALUE": Words(
        phrase("two values of the option are the same metafield value in Shopify"), UNLINK
    ),
    "DUPLICATED_OPTION_NAME": Words(
        phrase("two options have the same name"),
        phrase("give one of them another name {again}", again=AGAIN),
    ),
    "DUPLICATED_OPTION_VALUE": Words(
        phrase("an option has the same value twice"),
        phrase("give one of the two another value {again}", again=AGAIN),
    ),
    "DUPLICATED_VALUE": Words(phrase("a value stands twice where Shopify allows it once"), MEND),
    "DUPLICATE_LINKED_OPTION": Words(
        phrase("two options are connected to the same metafield in Shopify"), UNLINK
    ),
    "GENERIC_ERROR": Words(phrase("Shopify had trouble of its own"), WAIT),
    "GIFT_CARDS_NOT_ACTIVATED": Words(
        phrase("the shop does not sell gift cards yet"),
        phrase("activate gift cards in Shopify, {resend}", resend=RESEND),
    ),
    "GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED": Words(
        phrase("a product can neither become a gift card nor stop being one"),
        phrase("make a new product for it in the Backoffice"),
    ),
    "GREATER_THAN_OR_EQUAL_TO": Words(
        phrase("a price or another amount is less than Shopify allows, mostly less than 0"),
        phrase("correct it {again}", again=AGAIN),
    ),
    "HANDLE_NOT_UNIQUE": Words(
        phrase("another product in Shopify has the same web address (handle)"),
        phrase("change the handle of the other product in Shopify, {resend}", resend=RESEND),
    ),
    "ID_NOT_ALLOWED": Words(phrase("syncd named the product to Shopify in two ways at once"), OURS),
    "INPUT_MISMATCH": Words(
        phrase("syncd named the product to Shopify in two ways that differ"), OURS
    ),
    "INVALID": Words(phrase("Shopify does not accept a value as it is"), MEND),
    "INVALID_INPUT": Words(phrase("Shopify does not accept a value as it is"), MEND),
    "INVALID_METAFIELD": Words(
        phrase("Shopify does not accept one of the product's metafields"),
        phrase(
            "compare its definition under Settings, Custom data, Products in Shopify, {resend}",
            resend=RESEND,
        ),
    ),
    "INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION": Words(
        phrase(
            "the option is connected to a metafield in Shopify, which does not have such a value"
        ),
        UNLINK,
    ),
    "INVALID_PRODUCT": Words(phrase("Shopify does not accept the product as it is"), MEND),
    "INVALID_VALUE": Words(phrase("Shopify does not accept a value as it is"), MEND),
    "INVALID_VARIANT": Words(phrase("Shopify does not accept the variant as it is"), MEND),
    "INVENTORY_QUANTITIES_LIMIT_EXCEEDED": Words(
        phrase("the product has more than 50,000 stock counts for one call"),
        phrase("split the product in the Backoffice"),
    ),
    "JOB_ERROR": Words(
        phrase("Shopify had trouble of its own while it worked on the product"), WAIT
    ),
    "LINKED_METAFIELD_DEFINITION_NOT_FOUND": Words(
        phrase("the option is connected to a metafield that Shopify does not have any more"), UNLINK
    ),
    "LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP": Words(
        phrase("the option is connected to a metafield, which this shop cannot have"), UNLINK
    ),
    "LOCAL_CURRENCY_GIFT_CARD_PRICE_MUST_BE_ZERO": Words(
        phrase("a gift card in the customer's currency must have the price 0"),
        phrase("set its price to 0 {again}", again=AGAIN),
    ),
    "METAFIELD_MISMATCH": Words(phrase("syncd sent two different ids of the Backoffice"), OURS),
    "MISSING_FIELD_REQUIRED": Words(phrase("syncd left out a field that Shopify needs"), OURS),
    "MUST_BE_FOR_THIS_PRODUCT": Words(
        phrase("the picture does not belong to this product, or Shopify is still fetching it"), WAIT
    ),
    "MUST_SPECIFY_ONE_OF_PAIR": Words(phrase("syncd left out a field that Shopify needs"), OURS),
    "NEED_TO_ADD_OPTION_VALUES": Words(
        phrase("the product has more options in Shopify than the variant has values"), WAIT
    ),
    "NEGATIVE_PRICE_VALUE": Words(
        phrase("the price is less than 0"), phrase("correct the price {again}", again=AGAIN)
    ),
    "NOT_DEFINED_FOR_SHOP": Words(
        phrase("the product uses something that this shop does not have"),
        phrase(
            "add it in Shopify's settings, or take it off the product in the Backoffice, {resend}",
            resend=RESEND,
        ),
    ),
    "NOT_FOUND": Words(phrase("the product is not in Shopify any more"), GONE),
    "NO_INVENTORY_QUANTITES_DURING_UPDATE": Words(
        phrase("syncd sent stock where Shopify takes none"), OURS
    ),
    "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE": Words(
        phrase("syncd sent stock where Shopify takes none"), OURS
    ),
    "NO_KEY_ON_CREATE": Words(phrase("syncd sent an id with something new"), OURS),
    "OPTIONS_OVER_LIMIT": Words(
        phrase("the product has more than {most} options", most=MAX_OPTIONS),
        phrase("join two of them {again}", again=AGAIN),
    ),
    "OPTION_DOES_NOT_EXIST": Words(
        phrase("the product does not have this option in Shopify"), WAIT
    ),
    "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS": Words(
        phrase("the variant has more values than the product has options in Shopify"), WAIT
    ),
    "OPTION_VALUES_MISSING": Words(
        phrase("an option has no value"),
        phrase("give each option a value, or delete the option, {again}", again=AGAIN),
    ),
    "OPTION_VALUES_OVER_LIMIT": Words(
        phrase("an option has more values than Shopify holds"),
        phrase("split the product in the Backoffice"),
    ),
    "OPTION_VALUE_DOES_NOT_EXIST": Words(
        phrase("the option does not have this value in Shopify"), WAIT
    ),
    "OPTION_VALUE_NAME_TOO_LONG": Words(
        phrase("an option's value has more than {most} characters", most=MAX_LENGTH),
        phrase("shorten it {again}", again=AGAIN),
    ),
    "PRODUCT_DOES_NOT_EXIST": Words(phrase("the product is not in Shopify any more"), GONE),
    "PRODUCT_OPTIONS_INPUT_MISSING": Words(
        phrase("syncd sent variants without their options"), OURS
    ),
    "PRODUCT_SUSPENDED": Words(
        phrase("Shopify has suspended the product, so nothing about it can be changed"),
        phrase("see in Shopify why, ask Shopify's support to lift it, {resend}", resend=RESEND),
    ),
    "PRODUCT_VARIANT_DOES_NOT_EXIST": Words(phrase("the variant is not in Shopify any more"), WAIT),
    "PRODUCT_VARIANT_ID_MISSING": Words(phrase("syncd did not say which variant it meant"), OURS),
    "SUBSCRIPTION_VIOLATION": Words(
        phrase("the shop holds as many SKUs as its Shopify plan allows"),
        phrase(
            "delete products that are sold no more in Shopify, or take a bigger plan, {resend}",
            resend=RESEND,
        ),
    ),
    "TOO_LONG": Words(
        phrase("a text is longer than Shopify holds"), phrase("shorten it {again}", again=AGAIN)
    ),
    "TOO_MANY_INVENTORY_LOCATIONS": Words(
        phrase("a variant has stock at more locations than Shopify takes at once"), LOCATION
    ),
    "TOO_SHORT": Words(
        phrase("a text is shorter than Shopify takes"), phrase("lengthen it {again}", again=AGAIN)
    ),
    "TRACKED_VARIANT_LOCATION_NOT_FOUND": Words(
        phrase("the location of the stock is not in Shopify any more"), LOCATION
    ),
    "UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION": Words(
        phrase(
            "the product is the parent of a combined listing in Shopify, which has no such changes"
        ),
        phrase("take it out of the combined listing in Shopify, {resend}", resend=RESEND),
    ),
    "VARIANTS_INPUT_MISSING": Words(phrase("syncd sent options without their variants"), OURS),
    "VARIANTS_OVER_LIMIT": Words(
        phrase("the product has more variants than Shopify holds ({most})", most=MAX_VARIANTS),
        phrase("split the product in the Backoffice"),
    ),
    "VARIANT_ALREADY_EXISTS": Words(
        phrase("Shopify has a variant with the same option values already"), WAIT
    ),
    "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE": Words(
        phrase("Shopify has a variant with the same option values already"), WAIT
    ),
}
