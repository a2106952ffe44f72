"""What Shopify does otherwise today than in the version that was recorded: by rule."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.recordings import Exchange


@dataclass(frozen=True, slots=True)
class Rule:
    """Recordings of a root field in versions before `since` say nothing about today's."""

    root: str
    since: str
    reason: str
    says: str = ""
    """Only recordings whose answer has this text; any, when it is empty."""


RULES = (
    Rule(
        "bulkOperationRunMutation",
        "2026-01",
        "five bulk mutations may run at once since 2026-01, one before",
    ),
    Rule(
        "bulkOperationRunQuery",
        "2026-01",
        "five bulk queries may run at once since 2026-01, one before",
    ),
    *(
        Rule(
            root,
            "2025-10",
            "ProductStatus has UNLISTED since 2025-10, so errors name one more value",
            says="to be one of: ACTIVE, ARCHIVED, DRAFT",
        )
        for root in ("productCreate", "productUpdate", "productSet", "productChangeStatus")
    ),
)


def rule_for(exchange: Exchange, root_names: list[str]) -> Rule | None:
    """The first rule that makes this recording obsolete."""
    for rule in RULES:
        if rule.root not in root_names or exchange.version >= rule.since:
            continue
        if rule.says in repr(exchange.response):
            return rule
    return None
