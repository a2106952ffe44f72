"""Which records a `query` argument means, by the fields that its connection can be searched by.

How to use it: declare the fields once, as a constant of the resolver's module, then filter.

    SEARCHED: SearchFields = {
        "default": words(lambda order: (order.name, order.email)),  # what a bare word looks in
        "id": number(lambda order: order.id),
        "name": exact(lambda order: order.name),                    # whole, but for case
        "tag": exact(lambda order: order.tags),                     # a tuple: any of them
        "created_at": time(lambda order: order.created_at),
        "status": choice(lambda order: order.status, ("open", "closed")),
        "test": flag(lambda order: order.is_test),
    }
    found = filtered(shop.searchable("Order"), arguments.get("query"), SEARCHED, info)

A field whose values need the shop is declared `of_shop(exact(lambda order, shop: …))`. Fields that
are not declared are ignored, with a warning beside the data (`extensions.search`), as Shopify does;
the warning's path is that of the field being resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from syncd.sandbox.resolvers.fields import Info
from syncd.sandbox.searchterms import Both, Either, Node, Not, Term, parsed, shown
from syncd.sandbox.searchvalues import Kind, Test, matcher, whole_time
from syncd.sandbox.shop import Shop

Values = Callable[..., Any]
"""A record's value, None, or several in a tuple."""


@dataclass(frozen=True, slots=True)
class SearchField:
    kind: Kind
    of: Values
    choices: tuple[str, ...] = ()
    is_reversed: bool = False
    needs_shop: bool = False

    def values(self, record: Any, shop: Shop) -> Iterable[Any]:
        found = self.of(record, shop) if self.needs_shop else self.of(record)
        if isinstance(found, tuple):
            return [one for one in found if one is not None]
        return () if found is None else (found,)


SearchFields = Mapping[str, SearchField]


def words(of: Values) -> SearchField:
    """Text that is found by any of its words."""
    return SearchField("words", of)


def exact(of: Values) -> SearchField:
    """Text that is found as a whole or by its beginning (`SKI-*`), in any case."""
    return SearchField("exact", of)


def number(of: Values) -> SearchField:
    """Also for ids: a gid stands for its number."""
    return SearchField("number", of)


def time(of: Values) -> SearchField:
    """Times as records have them. A date without a time is that whole day in the shop's zone."""
    return SearchField("time", of)


def day(of: Values) -> SearchField:
    """Times of which only the day counts, as Shopify says of customers' `updated_at`."""
    return SearchField("day", of)


def choice(of: Values, choices: Sequence[str]) -> SearchField:
    """One of a few words, in any case; several may be asked for (`active,draft`)."""
    return SearchField("choice", of, tuple(choices))


def flag(of: Values) -> SearchField:
    return SearchField("flag", of)


def reverse(searched: SearchField) -> SearchField:
    """All records but those that the field would find: `tag_not`."""
    return replace(searched, is_reversed=True)


def of_shop(searched: SearchField) -> SearchField:
    """The field's values are computed from the record and the shop."""
    return replace(searched, needs_shop=True)


def filtered(
    records: Iterable[Any], query: str | None, fields: SearchFields, info: Info
) -> list[Any]:
    """The records that the query finds, in their order; without a query all of them.

    Raises BAD_REQUEST for a time that is none.
    """
    node = parsed(query or "")
    if node is None:
        return list(records)
    shop = info.context.shop
    search = _Search(fields, shop, ZoneInfo(shop.options.timezone))
    test = search.test(node)
    if search.warnings:
        info.context.search.append(
            {
                "path": info.path.as_list(),
                "query": query,
                "parsed": shown(node, search.times),
                "warnings": search.warnings,
            }
        )
    return list(records) if test is None else [one for one in records if test(one)]


@dataclass(frozen=True, slots=True)
class _Search:
    fields: SearchFields
    shop: Shop
    zone: ZoneInfo
    warnings: list[dict[str, str]] = field(default_factory=list)
    times: dict[Term, str] = field(default_factory=dict)

    def test(self, node: Node) -> Test | None:
        """What a record must pass; None when all that is asked is ignored."""
        match node:
            case Term():
                return self._term(node)
            case Not(part):
                return _negated(self.test(part))
            case Both(parts):
                return _joined([self.test(part) for part in parts], all)
            case Either(parts):
                return _joined([self.test(part) for part in parts], any)

    def _term(self, term: Term) -> Test | None:
        name = term.name or "default"
        if (found := self._field(name)) is None:
            self._warn(name, "Invalid search field for this query.", "invalid_field")
            return None
        matches = matcher(found.kind, term, found.choices, self.zone)
        if found.kind in ("time", "day") and not term.is_any:
            self.times[term] = whole_time(term, self.zone)
        if matches is None:
            message = f"Input `{term.value}` is not an accepted value."
            self._warn(name, message, "invalid_value")
            return _nothing
        return _some(found, matches, self.shop)

    def _field(self, name: str) -> SearchField | None:
        """`metafields.custom.color` is found in what the field `metafields` gives, a dict."""
        if not name.startswith("metafields.") or "metafields" not in self.fields:
            return self.fields.get(name)
        of, key = self.fields["metafields"].of, name.removeprefix("metafields.")
        return exact(lambda record: of(record).get(key))

    def _warn(self, name: str, message: str, code: str) -> None:
        self.warnings.append({"field": name, "message": message, "code": code})


def _some(searched: SearchField, matches: Test, shop: Shop) -> Test:
    if searched.is_reversed:
        return lambda record: not any(map(matches, searched.values(record, shop)))
    return lambda record: any(map(matches, searched.values(record, shop)))


def _negated(test: Test | None) -> Test | None:
    return None if test is None else lambda record: not test(record)


def _joined(found: Iterable[Test | None], join: Callable[[Iterable[bool]], bool]) -> Test | None:
    tests = [test for test in found if test is not None]
    return (lambda record: join(test(record) for test in tests)) if tests else None


def _nothing(_record: Any) -> bool:
    return False
