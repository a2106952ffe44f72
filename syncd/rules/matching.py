"""Which product of the Backoffice is which of the shop's, the first time.

Nothing is guessed: whatever could be meant otherwise is asked about. Same input in any order, same
answer; each product of either side stands in exactly one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, get_args

from syncd.rules.likeness import Couple, Entry, Item, couple, meet
from syncd.rules.spelling import loose
from syncd.rules.text import fold

Bucket = Literal[
    "linked", "exact", "folded", "renamed", "options", "ambiguous", "no_sku", "split", "merged",
    "only_here", "only_there",
]  # fmt: skip
Proposal = Literal["none", "link", "ask", "create", "leave"]

BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
CHOICES = 10  # of a product: a number that hundreds have tells nothing
Spot = tuple[str, Item]  # a variant with the name of its product
Node = tuple[int, str]
Clash = tuple[Sequence[Spot], Sequence[Spot]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A product of the shop that a product of ours could be."""

    there: str
    couple: Couple


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the report: one product here, one there, or two that are the same.

    `group` is the same for all rows that hang together. A row of ours without `there` has a choice
    for each product of the shop that it could be; one with `there` has that one alone.
    """

    bucket: Bucket
    proposal: Proposal
    group: int
    here: str | None
    there: str | None
    choices: tuple[Choice, ...] = ()


@dataclass(slots=True)
class _Web:
    """What hangs together: products as nodes, here 0 and there 1.

    `choices` are the products there that have a number of a product here; the doubted have one that
    stands for several.
    """

    ours: Mapping[str, Entry]
    theirs: Mapping[str, Entry]
    parent: dict[Node, Node] = field(default_factory=dict)
    choices: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    doubted: set[Node] = field(default_factory=set)
    clashes: list[Sequence[Node]] = field(default_factory=list)

    def meet(self, pairs: Iterable[tuple[Spot, Spot]], clashes: Iterable[Clash]) -> None:
        """Note what a number has in common; what it has more than once is in doubt."""
        for (here, _), (there, _) in pairs:
            self.choices[here][there] = None
            self._join([(0, here), (1, there)])
        for ours, theirs in clashes:
            some = sorted({there for there, _ in theirs}, key=lambda name: (len(name), name))
            for here, _ in ours:
                self.choices[here].update(dict.fromkeys(some[:CHOICES]))
            nodes = [(0, here) for here, _ in ours] + [(1, there) for there, _ in theirs]
            self.doubted.update(nodes)
            self.clashes.append(nodes)

    def settle(self) -> None:
        """What has nothing clear hangs together with all that it could be."""
        clear = {*self.parent} | {*self.parent.values()}
        for nodes in self.clashes:
            self._join([one for one in nodes if one not in clear])

    def is_doubted(self, names: Iterable[str], others: Iterable[str]) -> bool:
        nodes = chain(((0, one) for one in names), ((1, one) for one in others))
        return any(node in self.doubted for node in nodes)

    def components(self) -> list[tuple[list[str], list[str]]]:
        """The names here and there of what hangs together, in order."""
        found: dict[Node, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for side, names in enumerate((self.ours, self.theirs)):
            for name in names:
                found[self._root((side, name))][side].append(name)
        return [*found.values()]

    def _root(self, node: Node) -> Node:
        while (above := self.parent.get(node, node)) != node:
            self.parent[node] = self.parent.get(above, above)
            node = above
        return node

    def _join(self, nodes: Sequence[Node]) -> None:
        for one in nodes[1:]:
            low, high = sorted((self._root(nodes[0]), self._root(one)))
            self.parent[high] = low


def match(ours: Iterable[Entry], theirs: Iterable[Entry]) -> list[Match]:
    """Sort everything into rows, in the order of the buckets, then of the names."""
    here = {one.name: one for one in sorted(ours, key=_order)}
    there = {one.name: one for one in sorted(theirs, key=_order)}
    groups = _linked(here, there)
    for find in (_by_sku, _by_barcode, _by_title):
        web = find(dict(here), dict(there))
        for names, others in web.components():
            if (names and others) or web.is_doubted(names, others):
                groups.append(_rows(web, names, others, is_sku=find is _by_sku))
                for name in names:
                    del here[name]
                for name in others:
                    del there[name]
    groups += [[Match("only_here", "create", 0, name, None)] for name in here]
    groups += [[Match("only_there", "leave", 0, None, name)] for name in there]
    groups.sort(key=_place)
    return [replace(row, group=at) for at, rows in enumerate(groups, 1) for row in rows]


def _order(entry: Entry) -> tuple[int, str]:
    return len(entry.name), entry.name


def _place(rows: Sequence[Match]) -> tuple[int, int, str]:
    name = rows[0].here or rows[0].there or ""
    return BUCKETS.index(rows[0].bucket), len(name), name


def _linked(here: dict[str, Entry], there: dict[str, Entry]) -> list[list[Match]]:
    """Those that belong together already leave both sides."""
    groups = []
    for name, entry in list(here.items()):
        if entry.twin is not None:
            groups.append([_known(entry, there.pop(entry.twin, None))])
            del here[name]
    claimed = {entry.twin: name for name, entry in reversed(there.items()) if entry.twin}
    for name, entry in list(here.items()):
        if (other := there.pop(claimed.get(name, ""), None)) is not None:
            choice = Choice(other.name, couple(entry, other))
            groups.append([Match("linked", "link", 0, name, other.name, (choice,))])
            del here[name]
    return groups


def _known(entry: Entry, twin: Entry | None) -> Match:
    """The row of a product that is linked: nothing is to be done, unless it lacks our identity."""
    if twin is None or twin.twin == entry.name:
        return Match("linked", "none", 0, entry.name, twin.name if twin else None)
    choices = (Choice(twin.name, couple(entry, twin)),)
    return Match("linked", "link", 0, entry.name, twin.name, choices)


def _by_sku(here: Mapping[str, Entry], there: Mapping[str, Entry]) -> _Web:
    """What has an SKU in common, as it is compared everywhere; of the rest as it may be spelled."""
    web = _Web(here, there)
    left = _spots(here), _spots(there)
    for key in (fold, loose):
        met = meet(*left, raw=lambda spot: spot[1].sku, key=key)
        web.meet(met.pairs, met.clashes)
        left = met.left
    web.settle()
    return web


def _by_barcode(here: Mapping[str, Entry], there: Mapping[str, Entry]) -> _Web:
    """What has a barcode in common, of products without a common SKU."""
    web = _Web(here, there)
    met = meet(_spots(here), _spots(there), raw=lambda spot: spot[1].barcode, key=loose)
    web.meet(met.pairs, met.clashes)
    web.settle()
    return web


def _by_title(here: Mapping[str, Entry], there: Mapping[str, Entry]) -> _Web:
    """What has the same name, where one of the two has no SKU to be known by."""
    web = _Web(here, there)
    titles: dict[str, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for side, entries in enumerate((here, there)):
        for one in entries.values():
            titles[fold(one.title)][side].append(one)
    for title, (ours, theirs) in titles.items():
        bare = [[one for one in some if not _has_sku(one)] for some in (ours, theirs)]
        ours = ours if bare[1] else bare[0]
        theirs = theirs if bare[0] else bare[1]
        if title and ours and theirs:
            spots = [tuple((one.name, one.items[0]) for one in some) for some in (ours, theirs)]
            web.meet((), ((spots[0], spots[1]),))
    web.settle()
    return web


def _spots(entries: Mapping[str, Entry]) -> tuple[Spot, ...]:
    return tuple((one.name, item) for one in entries.values() for item in one.items)


def _has_sku(entry: Entry) -> bool:
    return any(loose(item.sku) for item in entry.items)


def _rows(web: _Web, names: Sequence[str], others: Sequence[str], *, is_sku: bool) -> list[Match]:
    """The rows of what hangs together: one for two products that are the same, else one each."""
    is_doubted = web.is_doubted(names, others)
    if len(names) == len(others) == 1:
        found = couple(web.ours[names[0]], web.theirs[others[0]])
        bucket = ("ambiguous" if is_doubted else _bucket(found)) if is_sku else "no_sku"
        proposal: Proposal = "link" if is_sku and not is_doubted and found.is_sure else "ask"
        choices = (Choice(others[0], found),)
        return [Match(bucket, proposal, 0, names[0], others[0], choices)]
    bucket = _group_bucket(len(names), len(others), is_doubted) if is_sku else "no_sku"
    rows = [Match(bucket, "ask", 0, name, None, _choices(web, name)) for name in names]
    return rows + [Match(bucket, "leave", 0, None, other) for other in others]


def _choices(web: _Web, name: str) -> tuple[Choice, ...]:
    found = [web.theirs[other] for other in web.choices.get(name, ())]
    found = sorted(found, key=_order)[:CHOICES]
    return tuple(Choice(one.name, couple(web.ours[name], one)) for one in found)


def _bucket(found: Couple) -> Bucket:
    if found.options_differ:
        return "options"
    if found.is_renamed:
        return "renamed"
    return "folded" if found.folded else "exact"


def _group_bucket(here: int, there: int, is_doubted: bool) -> Bucket:
    if is_doubted or min(here, there) != 1:
        return "ambiguous"
    return "split" if here == 1 else "merged"
