"""What was sold of each variant on either side, for how long the two counts of it differed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """By the place of a variant; `start` is what lay on the shelf in the morning."""

    start: Sequence[int]
    web: Counter[int] = field(default_factory=Counter)
    till: Counter[int] = field(default_factory=Counter)
    turned_away: Counter[str] = field(default_factory=Counter)
    apart_s: float = 0.0
    longest_s: float = 0.0
    _since_s: dict[int, float] = field(default_factory=dict)

    def lies_on_the_shelf(self, place: int) -> bool:
        """What the web shop sold lies there still, until it is packed after closing time."""
        return self.start[place] > self.till[place]

    @property
    def oversold(self) -> int:
        """Pieces that were sold and are not there."""
        return sum(
            max(0, self.web[place] + self.till[place] - self.start[place])
            for place in self.web.keys() | self.till.keys()
        )

    @property
    def sold(self) -> int:
        return self.web.total() + self.till.total()

    def look(self, differing: Collection[int], seconds: float) -> None:
        """These differ now; that counts for the seconds before."""
        self._since_s = {place: self._since_s.get(place, 0.0) + seconds for place in differing}
        self.apart_s += seconds * len(differing)
        self.longest_s = max(self.longest_s, *self._since_s.values(), 0.0)

    @property
    def differing(self) -> frozenset[int]:
        return frozenset(self._since_s)


@dataclass(frozen=True, slots=True)
class Told:
    """A day in figures; those of syncd alone are nought for a rule."""

    name: str
    sold_web: int
    sold_till: int
    turned_away: int
    oversold: int
    apart_minutes: float
    longest_minutes: float
    differ_at_closing: int

    @property
    def there(self) -> int:
        """Of the pieces sold those that are there."""
        return self.sold_web + self.sold_till - self.oversold


def told(name: str, ledger: Ledger, differ: int) -> Told:
    return Told(
        name,
        ledger.web.total(),
        ledger.till.total(),
        ledger.turned_away.total(),
        ledger.oversold,
        round(ledger.apart_s / 60, 1),
        round(ledger.longest_s / 60, 1),
        differ,
    )
