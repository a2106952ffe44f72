"""What the outbox should be, as a plain model; its times are whole hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from syncd.records import Change
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry, Verdict
from tests.postgres.claims import HOUR_S

Place = tuple[int, str]  # a shop, a key
LEASED_H = 2
CLAIMED_H = 1


@dataclass
class Row:
    """What is due; `due_h` is the end of the claim while it is claimed."""

    due_h: int
    state: str = "due"
    events: int = 0
    token: int | None = None
    fence: int | None = None
    has_news: bool = False
    ends_with_news: bool = False
    deliveries: int = 0
    failures: int = 0

    def free(self, due_h: int) -> None:
        self.state, self.due_h, self.token, self.fence = "due", due_h, None, None
        self.has_news = False

    def clean(self) -> None:
        self.deliveries = self.failures = 0


@dataclass
class Grant:
    """A lease as it stands."""

    node: str
    fence: int
    until_h: int


@dataclass
class Model:
    """`told` counts commits: the newest one of each key, and of each key the newest one moved."""

    shops: Sequence[int]
    now_h: int = 0
    commits: int = 0
    told: dict[str, int] = field(default_factory=dict)
    transactions: dict[str, tuple[int, Counter[str]]] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    events: Counter[int] = field(default_factory=Counter)  # by shop: moved, or made due by hand
    ended: Counter[int] = field(default_factory=Counter)  # by shop: answered, or skipped
    rows: dict[Place, Row] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    read: dict[tuple[int, int], int] = field(default_factory=dict)  # by change and token
    pushed: dict[Place, int] = field(default_factory=dict)
    given_up: dict[Place, int] = field(default_factory=dict)

    # The Backoffice, and the router

    def commit(self, label: str, keys: Sequence[str]) -> None:
        self.commits += 1
        self.transactions[label] = self.commits, Counter(keys)
        for key in keys:
            self.told[key] = self.commits

    def route(self, found: dict[str, Counter[str]]) -> None:
        """Events were moved, by transaction: whole ones that were committed, each once."""
        news = Counter[str]()
        for label, keys in found.items():
            number, told = self.transactions[label]
            assert keys == told, f"{label} was split"
            news += keys
            for key in keys:
                self.moved[key] = max(number, self.moved.get(key, 0))
        for shop_id in self.shops:
            for key, count in news.items():
                self.tell((shop_id, key), count)

    def tell(self, place: Place, count: int) -> None:
        self.events[place[0]] += count
        row = self.rows.setdefault(place, Row(self.now_h))
        row.events += count
        row.has_news = row.state == "claimed"
        if row.state == "dead":
            row.free(self.now_h)
            row.clean()
        elif row.state == "due" and row.ends_with_news:
            row.due_h = min(row.due_h, self.now_h)

    # Leases

    def is_granted(self, name: str, fence: int) -> bool:
        grant = self.grants.get(name)
        return grant is not None and grant.fence == fence and grant.until_h > self.now_h

    def take(self, name: str, node: str) -> int | None:
        """Its number, if it is free."""
        grant = self.grants.get(name)
        if grant is not None and grant.until_h > self.now_h:
            return None
        fence = grant.fence + 1 if grant else 1
        self.grants[name] = Grant(node, fence, self.now_h + LEASED_H)
        return fence

    def renew_lease(self, name: str, fence: int) -> bool:
        grant = self.grants[name]
        if grant.fence != fence or grant.until_h < 0:
            return False
        grant.until_h = self.now_h + LEASED_H
        return True

    def leave(self, name: str, fence: int) -> None:
        if self.grants[name].fence == fence:
            self.grants[name].until_h = -1

    # Claims

    def claimable(self, shop_id: int) -> set[str]:
        return {
            key
            for (shop, key), row in self.rows.items()
            if shop == shop_id and row.state != "dead" and row.due_h <= self.now_h
        }

    def claim(self, shop_id: int, fence: int, changes: Iterable[Change]) -> None:
        for change in changes:
            row = self.rows[shop_id, change.key]
            row.state, row.token, row.fence = "claimed", change.token, fence
            row.due_h, row.has_news = self.now_h + CLAIMED_H, False
            row.deliveries += 1
            assert (change.deliveries, change.events) == (row.deliveries, row.events)
            self.read[change.change_id, change.token] = self.told.get(change.key, 0)

    def wear_out(self, place: Place) -> None:
        """Claimed too often already, it is dead instead."""
        row = self.rows[place]
        assert row.deliveries >= MAX_DELIVERIES
        row.free(row.due_h)
        row.state = "dead"

    def holds(self, place: Place, change: Change) -> bool:
        row = self.rows.get(place)
        return row is not None and row.token == change.token

    def is_held(self, name: str, place: Place, change: Change) -> bool:
        """Whether it may still be sent."""
        if not self.holds(place, change):
            return False
        row = self.rows[place]
        return row.due_h > self.now_h and self.is_granted(name, row.fence or 0)

    def renew(self, place: Place, change: Change) -> None:
        if self.holds(place, change):
            self.rows[place].due_h = self.now_h + CLAIMED_H

    def settle(self, place: Place, change: Change, verdict: Verdict | None) -> None:
        """End a claim that is held; None gives it back."""
        row = self.rows[place]
        has_news = row.has_news
        match verdict:
            case Ack():
                read = self.read[change.change_id, change.token]
                assert read >= self.pushed.get(place, 0), "went back"
                self.pushed[place] = read
                self.ended[place[0]] += change.events
                row.events -= change.events
                row.free(self.now_h)
                row.clean()
                if not has_news:
                    del self.rows[place]
            case Retry(wait_s=wait_s, blame=blame, until_news=until_news):
                wait_h = 0 if until_news and has_news else round(wait_s / HOUR_S)
                row.free(self.now_h + wait_h)
                row.ends_with_news = until_news
                row.deliveries -= 0 if blame else 1
                row.failures += 1 if blame else 0
            case Dead() if has_news:
                row.free(self.now_h)
                row.clean()
            case Dead():
                row.free(self.now_h)
                row.state, row.failures = "dead", row.failures + 1
            case None:
                row.free(self.now_h)
                row.deliveries -= 1

    # By hand

    def dead(self, key: str | None) -> list[Place]:
        return [
            place
            for place, row in self.rows.items()
            if row.state == "dead" and key in (None, place[1])
        ]

    def retry(self, key: str | None) -> int:
        found = self.dead(key)
        for place in found:
            self.rows[place].free(self.now_h)
            self.rows[place].clean()
        return len(found)

    def skip(self, key: str | None) -> int:
        found = self.dead(key)
        for place in found:
            self.ended[place[0]] += self.rows.pop(place).events
            self.given_up[place] = self.moved.get(place[1], 0)
        return len(found)

    def lost(self) -> list[Place]:
        """Keys whose last moved commit is neither pushed nor due nor given up."""
        return [
            (shop_id, key)
            for shop_id in self.shops
            for key, number in self.moved.items()
            if (shop_id, key) not in self.rows
            and max(self.pushed.get((shop_id, key), 0), self.given_up.get((shop_id, key), 0))
            < number
        ]
