"""All settings of a shop, as commands, manual, console know them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.rules import (
    setting_kinds,
    settings_of_guards,
    settings_of_products,
    settings_of_sales,
    settings_of_stock,
)
from syncd.rules.setting import EFFECTS, Effect, Setting
from syncd.rules.setting_kinds import Place, Secret, Switch, Value
from syncd.rules.text import quoted, shortened

LONGEST = 80  # characters of what is looked for
CUTOFF = 0.7  # so alike is what may have been meant
OF_THE_SHOP = (
    Setting(
        "enabled", "shop", "Status: Aktivert",
        phrase("Enabled"),
        phrase("Off: nothing is sent to the shop or fetched from it; changes wait and go when it "
               "is on again."),
        Switch(), True, "flow",
    ),
    Setting(
        "credentials", "shop", "Admin API Access token",
        phrase("Access token"),
        phrase("What the app signs in with, tried before it is stored; it is asked for, never "
               "shown."),
        Secret("syncd shop token"),
    ),
    Setting(
        "account", "shop", "",
        phrase("Account"),
        phrase("The retailer in the Backoffice; it can be changed as long as no product is "
               "linked."),
        Place("account"), None, "products", column="account_id",
    ),
)  # fmt: skip
SETTINGS: tuple[Setting, ...] = (
    *OF_THE_SHOP,
    *settings_of_products.SETTINGS,
    *settings_of_stock.SETTINGS,
    *settings_of_sales.SETTINGS,
    *settings_of_guards.SETTINGS,
)
BY_NAME: Mapping[str, Setting] = {one.name: one for one in SETTINGS}
PLACES = {
    "account": phrase("account"),
    "department": phrase("price department"),
    "warehouse": phrase("warehouse"),
    "location": phrase("location"),
    "channel": phrase("sales channel"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """Settings that somebody wants, by name; places as named, an emptied one None."""

    values: Mapping[str, Value]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def find(name: str) -> Setting:
    """The setting of this name; raises ConfigError with the one that may be meant."""
    if (found := BY_NAME.get(name.strip())) is not None:
        return found
    folded = shortened(name.strip().casefold().replace("-", "_"), LONGEST)
    near = difflib.get_close_matches(folded, BY_NAME, n=1, cutoff=CUTOFF)
    hint = phrase("`syncd shop set` with the shop's address alone lists them all")
    if near:
        hint = phrase("did you mean {near}?", near=near[0])
    raise ConfigError(phrase("there is no setting {name}", name=quoted(name)), hint=hint)


def pairs(words: Sequence[str]) -> dict[str, str]:
    """`name=value` a word, by the setting's name; raises ConfigError for what is no such thing."""
    given: dict[str, str] = {}
    for word in words:
        name, mark, text = word.partition("=")
        if not mark:
            raise ConfigError(
                phrase("{word} sets nothing", word=quoted(word)),
                hint=phrase("write name=value, such as image_mode=append"),
            )
        found = find(name)
        if found.name in given:
            raise ConfigError(
                phrase("{name} is given twice", name=found.name), hint=phrase("give it once")
            )
        given[found.name] = text
    return given


def read(given: Mapping[str, str]) -> dict[str, Value]:
    """The values that texts by name mean; raises ConfigError for the first that means nothing."""
    return {
        name: setting_kinds.read(name, find(name).kind, text, is_optional=find(name).is_optional)
        for name, text in given.items()
    }


def refuse_what_cannot_be(values: Mapping[str, Value], domain: str) -> None:
    """Raises ConfigError where a shop's settings, all of them, do not fit together."""
    if values["sync_stock"] and not (values["stock_warehouse"] and values["location"]):
        raise ConfigError(
            phrase("counts cannot be kept in step without a warehouse and a location"),
            hint=phrase(
                "syncd shop set {domain} stock_warehouse=… location=…, or sync_stock=off",
                domain=domain,
            ),
        )
    if values["fulfil_orders"] and not values["location"]:
        raise ConfigError(
            phrase("{domain} has no location to send goods from", domain=domain),
            hint=phrase("syncd shop set {domain} location=…, or fulfil_orders=off", domain=domain),
        )


def effects(changed: Collection[str]) -> list[Effect]:
    """What changes of these settings bring about, each once."""
    found = {BY_NAME[name].effect for name in changed}
    return [one for one in EFFECTS if one in found]
