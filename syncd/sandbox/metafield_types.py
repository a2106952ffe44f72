"""The types a metafield may have, the namespaces it may stand in."""

from __future__ import annotations

import re
from datetime import datetime

import orjson

from syncd.sandbox.words import refusal

APP_NUMBER = 347_082_227_713

MEASURES = (
    "antenna_gain area battery_charge_capacity battery_energy_capacity capacitance concentration"
    " data_storage_capacity data_transfer_rate dimension display_density distance duration"
    " electric_current electrical_resistance energy frequency illuminance inductance luminous_flux"
    " mass_flow_rate power pressure resolution rotational_speed sound_level speed temperature"
    " thermal_power voltage volume volumetric_flow_rate weight"
).split()
REFERENCES = (
    "company customer product collection variant file product_taxonomy_value metaobject mixed"
    " disclosure page article order"
).split()

TRUE, FALSE = ("true", "t", "1"), ("false", "f", "0")
"""What a boolean may be sent as, in any letters, with outer space: recorded 2025-01."""

WHOLE = re.compile(r"-?\d+(\.0+)?")

# Accepted, though Shopify does not name them: recorded 2025-01.
UNNAMED_TYPES = ("list.boolean", "list.multi_line_text_field", "list.language")

# In the order in which Shopify names them in its refusal, recorded 2025-01.
TYPES: tuple[str, ...] = (
    *"antenna_gain area battery_charge_capacity battery_energy_capacity boolean".split(),
    *"capacitance color concentration data_storage_capacity data_transfer_rate".split(),
    *"date_time date".split(),
    *"dimension display_density distance duration electric_current".split(),
    *"electrical_resistance energy frequency id illuminance inductance json".split(),
    *"jurisdiction language link".split(),
    *(
        f"list.{name}"
        for name in (
            "antenna_gain area battery_charge_capacity battery_energy_capacity capacitance color"
            " concentration data_storage_capacity data_transfer_rate date_time date dimension"
            " display_density distance duration electric_current electrical_resistance energy"
            " frequency illuminance inductance jurisdiction link luminous_flux mass_flow_rate"
            " number_decimal number_integer power pressure rating resolution rotational_speed"
            " single_line_text_field sound_level speed temperature thermal_power url voltage"
            " volume volumetric_flow_rate weight"
        ).split()
    ),
    *"luminous_flux mass_flow_rate money multi_line_text_field number_decimal".split(),
    *"number_integer power pressure rating resolution rich_text_field".split(),
    *"rotational_speed single_line_text_field sound_level speed temperature".split(),
    *"thermal_power url voltage volume volumetric_flow_rate weight".split(),
    *(
        name
        for kind in (*REFERENCES[:7], "product_taxonomy_disclosure", *REFERENCES[7:])
        for name in (
            (f"{kind}_reference",)
            if kind == "product_taxonomy_disclosure"
            else (f"{kind}_reference", f"list.{kind}_reference")
        )
    ),
)

CATEGORIES = {
    "boolean": "TRUE_FALSE",
    "color": "COLOR",
    "date": "DATE_TIME",
    "date_time": "DATE_TIME",
    "id": "ID",
    "json": "JSON",
    "link": "URL",
    "money": "MONEY",
    "multi_line_text_field": "TEXT",
    "number_decimal": "NUMBER",
    "number_integer": "NUMBER",
    "rating": "RATING",
    "rich_text_field": "TEXT",
    "single_line_text_field": "TEXT",
    "url": "URL",
}

# Types whose value is JSON; the others hold plain text.
JSON_TYPES = {"json", "link", "money", "rating", "rich_text_field", "boolean", "number_integer"}


def category(type_: str) -> str:
    plain = type_.removeprefix("list.")
    if plain.endswith("_reference"):
        return "REFERENCE"
    return CATEGORIES.get(plain, "MEASUREMENT" if plain in MEASURES else "TEXT")


def is_json(type_: str) -> bool:
    return type_.startswith("list.") or type_ in JSON_TYPES or type_ in MEASURES


def fault(type_: str, value: str) -> str | None:
    """What is wrong with a value of that type; the sandbox looks at the commonest types only."""
    if not value:
        return "can't be blank."
    match type_:
        case "boolean" if value.strip().lower() not in (*TRUE, *FALSE):
            return "Value must be true or false."
        case "number_integer" if not WHOLE.fullmatch(value):
            return "Value must be an integer."
        case "single_line_text_field" if "\n" in value:
            return "Value cannot contain line breaks."
        case "date_time" if not _is_time(value):
            return "Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00"
        case "rating" if not _is_rating(value):
            return "Value is invalid JSON."
        case _ if is_json(type_) and not _parses(value):
            return "Value is invalid JSON."
    return None


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_rating(value: str) -> bool:
    if not _parses(value):
        return False
    found = orjson.loads(value)
    return isinstance(found, dict) and {"value", "scale_min", "scale_max"} <= found.keys()


def _parses(value: str) -> bool:
    try:
        orjson.loads(value)
    except ValueError:
        return False
    return True


def resolved_namespace(namespace: str | None) -> str:
    """The namespace as it is stored: `$app:x`, and none at all, belong to the asking app.

    Raises ACCESS_DENIED for the namespace of another app.
    """
    own = f"app--{APP_NUMBER}"
    if not namespace or namespace == "$app":
        return own
    if namespace.startswith("$app:"):
        return f"{own}--{namespace.removeprefix('$app:')}"
    return namespace


def require_access(namespace: str) -> None:
    """Raises ACCESS_DENIED for the namespace of another app."""
    own = f"app--{APP_NUMBER}"
    if namespace.startswith("app--") and namespace != own and not namespace.startswith(f"{own}--"):
        needed = (
            "API client to have access to the namespace and the resource type associated with"
            " the metafield definition.\n"
        )
        raise refusal(
            f"Access denied for metafieldDefinitionCreate field. Required access: {needed}",
            "ACCESS_DENIED",
            documentation="https://shopify.dev/api/usage/access-scopes",
            requiredAccess=needed,
        )
