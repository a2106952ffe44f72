"""Two products, one of each side, held together: which variant is which, how surely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from syncd.rules.spelling import Folding, loose, needed
from syncd.rules.text import fold

By = Literal["sku", "barcode", "values"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """A variant of either side; `name` is its key here, its GID there."""

    name: str
    sku: str
    barcode: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A product of either side; `name` is its key here, its GID there.

    `twin` is the other's name where the two belong together already: here by our link, there by the
    identity that the product carries. `values` of its items stand in the order of `options`.
    """

    name: str
    title: str
    options: tuple[str, ...]
    items: tuple[Item, ...]
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A variant that both sides have; `folded` is what makes their numbers the same."""

    here: str
    there: str
    by: By
    folded: tuple[Folding, ...] = ()
    skus_differ: bool = False


@dataclass(frozen=True, slots=True)
class Couple:
    """What two products have in common, each variant of both in exactly one of the three."""

    pairs: tuple[Pair, ...]
    left_here: tuple[str, ...]
    left_there: tuple[str, ...]
    options_differ: bool
    is_crossed: bool

    @property
    def folded(self) -> tuple[Folding, ...]:
        return tuple(dict.fromkeys(one for pair in self.pairs for one in pair.folded))

    @property
    def is_renamed(self) -> bool:
        return any(pair.skus_differ for pair in self.pairs)

    @property
    def is_sure(self) -> bool:
        """Whether most variants of the smaller product have their SKU in common, none crossed."""
        by_sku = sum(pair.by == "sku" for pair in self.pairs)
        fewest = len(self.pairs) + min(len(self.left_here), len(self.left_there))
        return 2 * by_sku > fewest and not self.is_crossed


@dataclass(frozen=True, slots=True)
class Met(Generic[T]):
    """What a meeting of two sides came to: pairs, what is not clear, what stayed alone."""

    pairs: tuple[tuple[T, T], ...]
    clashes: tuple[tuple[tuple[T, ...], tuple[T, ...]], ...]
    left: tuple[tuple[T, ...], tuple[T, ...]]


def meet(
    here: Iterable[T],
    there: Iterable[T],
    *,
    raw: Callable[[T], str],
    key: Callable[[str], str],
) -> Met[T]:
    """Pair what has the same number, as `key` folds it, where there is one on each side.

    Of several with the same folded number those are clear that are spelled alike, if each spelling
    stands once on both sides. What has no number stays alone.
    """
    shelves: dict[str, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
    alone: tuple[list[T], list[T]] = ([], [])
    for side, things in enumerate((here, there)):
        for thing in things:
            number = key(raw(thing))
            (shelves[number] if number else alone)[side].append(thing)
    pairs: list[tuple[T, T]] = []
    clashes: list[tuple[tuple[T, ...], tuple[T, ...]]] = []
    for ours, theirs in shelves.values():
        if not ours or not theirs:
            alone[0].extend(ours)
            alone[1].extend(theirs)
        elif len(ours) == len(theirs) == 1:
            pairs.append((ours[0], theirs[0]))
        elif (alike := _alike(ours, theirs, raw)) is not None:
            pairs += alike
        else:
            clashes.append((tuple(ours), tuple(theirs)))
    return Met(tuple(pairs), tuple(clashes), (tuple(alone[0]), tuple(alone[1])))


def _alike(
    ours: Sequence[T], theirs: Sequence[T], raw: Callable[[T], str]
) -> list[tuple[T, T]] | None:
    """The pairs that are spelled the same, when all are, each spelling once; else None."""
    spelled = {raw(one): one for one in ours}
    others = {raw(one): one for one in theirs}
    is_clear = spelled.keys() == others.keys() and len(ours) == len(theirs) == len(spelled)
    return [(one, others[name]) for name, one in spelled.items()] if is_clear else None


def couple(here: Entry, there: Entry) -> Couple:
    """Which variant is which: by SKU, then by barcode, then by option values, each once."""
    values = dict(zip((one.name for one in there.items), _in_our_order(here, there), strict=True))
    found: list[tuple[Item, Item, By]] = []
    left = (here.items, there.items)
    steps: tuple[tuple[By, Callable[[Item], str], Callable[[str], str]], ...] = (
        ("sku", lambda one: one.sku, fold),
        ("sku", lambda one: one.sku, loose),
        ("barcode", lambda one: one.barcode, loose),
    )
    for by, raw, key in steps:
        met = meet(*left, raw=raw, key=key)
        found += [(a, b, by) for a, b in met.pairs]
        a, b = met.left
        left = (
            a + tuple(one for ours, _ in met.clashes for one in ours),
            b + tuple(one for _, theirs in met.clashes for one in theirs),
        )
    ours = {_folded(one.values): one for one in left[0]}
    for other in left[1]:
        if (mine := ours.pop(_folded(values[other.name]), None)) is not None:
            found.append((mine, other, "values"))
    return _couple(here, there, found, values)


def _couple(
    here: Entry,
    there: Entry,
    found: Sequence[tuple[Item, Item, By]],
    values: dict[str, tuple[str, ...]],
) -> Couple:
    pairs = {a.name: _pair(a, b, by) for a, b, by in found}
    taken = {b.name for _, b, _ in found}
    moved = [(a, b) for a, b, _ in found if _folded(a.values) != _folded(values[b.name])]
    theirs = {_folded(values[b.name]) for _, b in moved}
    names = [fold(name) for name in here.options] == [fold(name) for name in there.options]
    return Couple(
        pairs=tuple(pairs[one.name] for one in here.items if one.name in pairs),
        left_here=tuple(one.name for one in here.items if one.name not in pairs),
        left_there=tuple(one.name for one in there.items if one.name not in taken),
        options_differ=bool(moved) or not names,
        is_crossed=any(_folded(a.values) in theirs for a, _ in moved),
    )


def _pair(here: Item, there: Item, by: By) -> Pair:
    raw = (here.barcode, there.barcode) if by == "barcode" else (here.sku, there.sku)
    folded = () if by == "values" else needed(*raw)
    if by == "sku":
        return Pair(here.name, there.name, by, folded)
    numbers = loose(here.sku), loose(there.sku)
    return Pair(here.name, there.name, by, folded, all(numbers) and numbers[0] != numbers[1])


def _in_our_order(here: Entry, there: Entry) -> list[tuple[str, ...]]:
    """Their variants' values in the order of our options, as far as the names tell it.

    An option without one of our names stands in for the next of ours that they do not have.
    """
    if len(here.options) != len(there.options):
        return [one.values for one in there.items]
    places = {fold(name): place for place, name in enumerate(there.options)}
    ours = {fold(name) for name in here.options}
    rest = iter([place for place, name in enumerate(there.options) if fold(name) not in ours])
    order = [places[fold(name)] if fold(name) in places else next(rest) for name in here.options]
    return [tuple(one.values[place] for place in order) for one in there.items]


def _folded(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(fold(value) for value in values)
