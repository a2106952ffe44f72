"""Faults on demand: rules that say what goes wrong, how often, with which chance.

Each kind of fault draws from a stream of its own, so that the same seed gives the same faults
however the kinds come to be asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from syncd.sandbox.options import Clock

KINDS: Mapping[str, str] = {
    "spend": "another app spends `points` of the bucket",
    "throttled": "the call is refused as THROTTLED",
    "http": "the call is answered with `status`, `when` before or after it is carried out",
    "drop": "the connection is cut, `when` before or after the call is carried out",
    "slow": "the answer comes `seconds` late",
    "internal": "the call is carried out and answered with INTERNAL_SERVER_ERROR",
    "token": "the token has expired",  # nosec B105  # the name of a fault
    "index_lag": "searches do not find what changed in the last `seconds`",
    "media": "a file fails to be processed",
    "bulk": "the next bulk operation suffers what else the rule says (`bulk_faults`)",
    "plan": "bucket and rate shrink by `factor`",
    "webhook_dropped": "a webhook is never sent",
    "webhook_doubled": "a webhook is sent twice",
    "webhook_late": "a webhook is sent `seconds` late",
    "webhook_reordered": "a webhook is sent after the next one",
}
LASTING = frozenset({"index_lag", "plan"})
"""What goes on until it is cleared, unless `times` says otherwise."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "spend": {"points": 1_000},
    "http": {"status": 502},
    "drop": {"when": "after"},
    "slow": {"seconds": 1.0},
    "index_lag": {"seconds": 5.0},
    "webhook_late": {"seconds": 60.0},
    "plan": {"factor": 0.5},
}


@dataclass(slots=True)
class Rule:
    """`root` is a root field, for webhooks a topic; None means any. `times` None means always."""

    id: int
    kind: str
    root: str | None = None
    times: int | None = 1
    probability: float = 1.0
    begins_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)
    struck: int = 0
    random: Random = field(default_factory=Random, repr=False)

    def detail(self, name: str) -> Any:
        if name == "when" and self.kind == "http" and "when" not in self.details:
            # What Shopify itself refuses, it refuses at the door; a gateway may lose an answer.
            return "after" if int(self.detail("status")) >= 500 else "before"
        return self.details.get(name, DEFAULTS.get(self.kind, {}).get(name))

    @property
    def seconds(self) -> float:
        return float(self.detail("seconds") or 0)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "root": self.root,
            "times": self.times,
            "probability": self.probability,
            "begins_at": self.begins_at and self.begins_at.isoformat(),
            "struck": self.struck,
            **self.details,
        }


def indexed(mischief: Mischief, records: Iterable[Any]) -> Iterable[Any]:
    """What the search index knows of the records: while it lags, not those just changed."""
    rule = mischief.lasting("index_lag")
    if rule is None:
        return records
    since = mischief.clock.now() - timedelta(seconds=rule.seconds)
    limit = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [one for one in records if getattr(one, "updated_at", "") <= limit]


@dataclass(slots=True)
class Mischief:
    clock: Clock
    rules: list[Rule] = field(default_factory=list)
    last_id: int = 0

    def add(self, asked: Mapping[str, Any]) -> list[Rule]:
        """Rules as they are posted. Raises ValueError in words for what cannot be."""
        given = dict(asked)
        kind = given.pop("kind", None)
        if kind == "chaos":
            return self._chaos(given)
        if kind not in KINDS:
            known = ", ".join(("chaos", *KINDS))
            raise ValueError(f"there is no fault of the kind {kind!r}; there are {known}")
        return [self._rule(kind, given)]

    def _chaos(self, given: Mapping[str, Any]) -> list[Rule]:
        """One endless rule for each kind in `rates`: a chance, or a rule with its chance."""
        seed, rates = given.get("seed", 0), given.get("rates")
        if not isinstance(rates, Mapping) or not rates:
            raise ValueError('chaos wants {"seed": 1, "rates": {"http": 0.01, …}}')
        made = []
        for kind, rate in sorted(rates.items()):
            rule = dict(rate) if isinstance(rate, Mapping) else {"probability": rate}
            made += self.add({"times": None, **rule, "kind": kind, "seed": f"{seed}:{kind}"})
        return made

    def _rule(self, kind: str, given: dict[str, Any]) -> Rule:
        times = given.pop("times", None if kind in LASTING else 1)
        after_s = given.pop("after_s", 0)
        chance = given.pop("probability", 1)
        seed = str(given.pop("seed", kind))
        root = given.pop("root", given.pop("topic", None))
        for name, value, least in (("times", times, 1), ("after_s", after_s, 0)):
            if value is not None and (not isinstance(value, int | float) or value < least):
                raise ValueError(f"{name} is a number from {least}")
        if not isinstance(chance, int | float) or not 0 <= chance <= 1:
            raise ValueError("probability is a number from 0 to 1")
        _check(kind, given)
        begins_at = self.clock.now() + timedelta(seconds=after_s) if after_s else None
        self.last_id += 1
        made = Rule(self.last_id, kind, root, times, chance, begins_at, given)
        made.random = Random(seed)  # nosec B311  # repeatable faults
        self.rules.append(made)
        return made

    def strikes(self, kind: str, *roots: str, when: str | None = None) -> Rule | None:
        """The rule of this kind that strikes now, if one does; that counts as one of its times."""
        for rule in self.rules:
            fits = rule.kind == kind and rule.root in (None, *roots)
            if fits and when in (None, rule.detail("when")) and self._is_open(rule):
                if rule.probability < 1 and rule.random.random() >= rule.probability:
                    continue
                rule.struck += 1
                return rule
        return None

    def lasting(self, kind: str) -> Rule | None:
        """The rule of this kind that is in force, without counting."""
        return next((one for one in self.rules if one.kind == kind and self._is_open(one)), None)

    def _is_open(self, rule: Rule) -> bool:
        if rule.times is not None and rule.struck >= rule.times:
            return False
        return rule.begins_at is None or rule.begins_at <= self.clock.now()

    def clear(self, number: int | None = None) -> None:
        """Take back all rules, or the one of that id."""
        self.rules = [one for one in self.rules if number not in (None, one.id)]


def _check(kind: str, details: Mapping[str, Any]) -> None:
    """Raises ValueError for details that could not be acted upon."""
    for name in ("seconds", "points", "factor", "retry_after_s"):
        value = details.get(name, 0)
        if not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} is a number from 0")
    status = details.get("status", 500)
    if kind == "http" and not (isinstance(status, int) and 400 <= status <= 599):
        raise ValueError("status is a number from 400 to 599")
    if details.get("when", "after") not in ("before", "after"):
        raise ValueError("when is before or after")
