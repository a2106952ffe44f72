"""The settings that decide when a person is asked first."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.rules.setting import Setting
from syncd.rules.setting_kinds import Choice, Interval, Number

PERCENT = Number(0, 100, "%")
MOST = Number(0, 1_000_000)

SETTINGS = (
    Setting(
        "compare_every", "compare", "",
        phrase("Compare every"),
        phrase("So often the whole shop is compared with the Backoffice by itself; never: only "
               "when somebody asks."),
        Interval(600, 31 * 86_400), 10_800, is_optional=True,
    ),
    Setting(
        "runs_by", "compare", "",
        phrase("How a compare sends"),
        phrase("How a compare sends what differs."),
        Choice({
            "planned": phrase("so that it ends soonest"),
            "calls": phrase("one by one, where other apps need the bulk operations"),
            "bulk": phrase("by bulk operations, wherever these can do it"),
        }),
        "planned",
    ),
    Setting(
        "guard_inactive_percent", "guards", "",
        phrase("Products that go off sale"),
        phrase("Wait for a person when more than this share of the products on sale would go off "
               "sale."),
        PERCENT, 10,
    ),
    Setting(
        "guard_price_fall_percent", "guards", "",
        phrase("A price that falls"),
        phrase("A price counts as fallen when it falls by more than this."),
        PERCENT, 50,
    ),
    Setting(
        "guard_price_falls_percent", "guards", "",
        phrase("Prices that fall"),
        phrase("Wait for a person when the prices of more than this share of the products would "
               "fall."),
        PERCENT, 1,
    ),
    Setting(
        "guard_deletions", "guards", "",
        phrase("Variants that are deleted"),
        phrase("Wait for a person when more variants than this would be deleted in Shopify."),
        MOST, 0,
    ),
    Setting(
        "guard_shrink_percent", "guards", "",
        phrase("Products that vanish"),
        phrase("Wait for a person when more than this share of the linked products has vanished "
               "from the Backoffice."),
        PERCENT, 10,
    ),
    Setting(
        "guard_row_errors", "guards", "",
        phrase("Products that cannot be sent"),
        phrase("Wait for a person when more products than this cannot be sent in one compare."),
        MOST, 100,
    ),
    Setting(
        "guard_zero_percent", "guards", "",
        phrase("Counts that go to nothing"),
        phrase("Wait for a person when more than this share of what can be sold would go to "
               "nothing within five minutes, and 20 at least."),
        PERCENT, 10,
    ),
)  # fmt: skip
