"""What is declared of a setting of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncd.phrases import Phrase, phrase
from syncd.rules.setting_kinds import Kind, Secret, Value

Effect = Literal["next", "flow", "products", "compare", "counts", "subscriptions"]
Section = Literal["shop", "products", "stock", "sales", "webhooks", "compare", "guards"]

EFFECTS: dict[Effect, Phrase] = {
    "next": phrase("holds from the next step on"),
    "flow": phrase("off: nothing is sent, changes wait; on: they go"),
    "products": phrase("every product is held against what was sent last; what differs is sent"),
    "compare": phrase("the whole shop is compared as soon as the daemon can"),
    "counts": phrase("every count is looked at anew"),
    "subscriptions": phrase("the subscriptions in Shopify are put right within seconds"),
}
SECTIONS: dict[Section, Phrase] = {
    "shop": phrase("The shop"),
    "products": phrase("Products"),
    "stock": phrase("Stock"),
    "sales": phrase("Customers, orders"),
    "webhooks": phrase("Webhooks"),
    "compare": phrase("The compare"),
    "guards": phrase("Guards"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its `name`, the word of the guide's page (empty: that has none), what it does.

    `default` is what `syncd shop add` gives; places have none: the only one there is. A setting
    that `is_optional` may be emptied. `column` is that of syncd.shop where it has another name.
    """

    name: str
    section: Section
    guide: str
    label: Phrase
    explanation: Phrase
    kind: Kind
    default: Value = None
    effect: Effect = "next"
    is_optional: bool = False
    column: str = ""

    @property
    def stored_as(self) -> str:
        return self.column or self.name

    @property
    def is_secret(self) -> bool:
        return isinstance(self.kind, Secret)
