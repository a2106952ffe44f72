"""The settings that decide what a product looks like in the shop."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.rules.setting import Setting
from syncd.rules.setting_kinds import Choice, Place, Switch

SETTINGS = (
    Setting(
        "sync_products", "products", "Synkronisere produkter?",
        phrase("Send products"),
        phrase("Off: products are not sent, and what changes is not gathered; on again, each is "
               "looked at."),
        Switch(), True, "products",
    ),
    Setting(
        "price_department", "products", "Henter pris",
        phrase("Price department"),
        phrase("The department whose price list is sent; it must be in the shop's currency."),
        Place("department"), None, "products",
    ),
    Setting(
        "price_only_when_changed", "products",
        "Bare synkroniser pris når prisen er endret i Backoffice?",
        phrase("Price only when changed"),
        phrase("On: a price set in Shopify stays until the Backoffice's changes. Off: whatever is "
               "sent of a product, its prices go along."),
        Switch(), True, "compare",
    ),
    Setting(
        "image_mode", "products", "Overwrite Images?",
        phrase("Pictures"),
        phrase("What becomes of pictures that the merchant put into the shop. The guide's Ja is "
               "overwrite, its Nei if_empty."),
        Choice({
            "append": phrase("ours are added, theirs stay"),
            "overwrite": phrase("ours replace what is there"),
            "if_empty": phrase("only a product without pictures gets ours"),
        }),
        "append", "compare",
    ),
    Setting(
        "sync_description", "products", "Synkronisere beskrivelse",
        phrase("Send the description"),
        phrase("On: the description in Shopify is the Backoffice's. Off: it is left to the "
               "merchant."),
        Switch(), True, "products",
    ),
    Setting(
        "inactive_as", "products", "",
        phrase("Inactive products become"),
        phrase("What an inactive product becomes in Shopify. One deleted in the Backoffice is "
               "archived, never deleted."),
        Choice({
            "draft": phrase("a draft, which nobody sees"),
            "archived": phrase("archived"),
            "unlisted": phrase("unlisted: only who has the address can buy it"),
        }),
        "draft", "products",
    ),
    Setting(
        "publish_to", "products", "",
        phrase("Sales channels"),
        phrase("Where a new product is published, parted by commas; without one nobody sees it. "
               "Products that were published before stay as the merchant has them."),
        Place("channel", are_many=True), ("Online Store",), "products", is_optional=True,
    ),
    Setting(
        "unknown_variants", "products", "",
        phrase("Variants made in Shopify"),
        phrase("What becomes of variants that exist in Shopify alone. Removing many waits for a "
               "person."),
        Choice({
            "keep": phrase("they stay, and are named in the log"),
            "remove": phrase("they are removed, with their stock"),
        }),
        "keep", "compare",
    ),
    Setting(
        "blocked_as", "products", "",
        phrase("Blocked variants become"),
        phrase("What becomes in Shopify of a variant that is blocked in the Backoffice."),
        Choice({
            "stopped": phrase("they stay, and none can be bought"),
            "removed": phrase("they are removed"),
        }),
        "stopped", "products",
    ),
)  # fmt: skip
