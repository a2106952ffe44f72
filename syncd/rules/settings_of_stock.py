"""The settings that decide how counts are kept in step."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.rules.setting import Setting
from syncd.rules.setting_kinds import Choice, Place, Switch

SETTINGS = (
    Setting(
        "sync_stock", "stock", "Synkronisere lager",
        phrase("Keep stock in step"),
        phrase("Whether the warehouse and the location are kept in step; both must be chosen."),
        Switch(), True, "counts",
    ),
    Setting(
        "stock_direction", "stock", "Synkronisere lager",
        phrase("Direction of stock"),
        phrase("Which side's count is right."),
        Choice({
            "from_shopify": phrase(
                "Shopify's count overwrites the warehouse's, sales at the till too"
            ),
            "to_shopify": phrase("the warehouse's count overwrites Shopify's, web sales too"),
            "two_way": phrase("what moves on both sides is added up"),
        }),
        "from_shopify", "counts",
    ),
    Setting(
        "first_counts", "stock", "",
        phrase("First counts"),
        phrase("In two_way: whose count is right where the two never agreed on one. Empty: where "
               "they differ a person is asked."),
        Choice({
            "backoffice": phrase("the warehouse's"),
            "shopify": phrase("the shop's"),
        }),
        None, "counts", is_optional=True,
    ),
    Setting(
        "stock_warehouse", "stock", "Oppdaterer/Overfører lagerbeholdning",
        phrase("Warehouse"),
        phrase("The warehouse that is kept in step. With another one nothing counts as agreed on: "
               "each count begins anew, in two_way by first_counts."),
        Place("warehouse"), None, "counts", is_optional=True,
    ),
    Setting(
        "location", "stock", "Shopify location",
        phrase("Shopify location"),
        phrase("The location in Shopify that is kept in step, and that orders are sent from. With "
               "another one each count begins anew."),
        Place("location"), None, "counts", is_optional=True,
    ),
)  # fmt: skip
