"""One product held against the shop: what differs, by whom, with what harm if it is put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from syncd.records import Form, Link, ObservedProduct, ObservedVariant, Shop, VariantForm
from syncd.rules import adoption, fields, harms, lines, owners
from syncd.rules.adoption import Sight
from syncd.rules.harms import Harm
from syncd.rules.owners import Tried

Who = Literal["backoffice", "shopify", "both", "unknown"]
LONG = 200  # characters of a text that are told


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of `fields.lines`; `known` is None where Shopify never accepted it from us."""

    field: str
    wanted: str
    known: str | None
    observed: str
    who: Who


DELETED = FieldDifference("product", "there", "there", "deleted", "shopify")


@dataclass(frozen=True, slots=True)
class Underway:
    """What writes of a product may have carried whose answers are lost, or have not come yet.

    `prices` by variant key, `pictures` are addresses.
    """

    prices: Tried = field(default_factory=dict)
    pictures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    """A product that both sides have. Without `fields` it is the same.

    `observed` is its form as the shop shows it, `known` the same with what is the merchant's as we
    hold it. `harms` are what the guards count, a deletion once for each variant. `document` is
    the one call that puts it right, if one does.
    """

    fields: tuple[FieldDifference, ...]
    observed: Form
    known: Form
    harms: tuple[Harm, ...] = ()
    document: str | None = None

    @property
    def who(self) -> Who | None:
        """Who changed it since we last sent it; None when nobody did."""
        found = {one.who for one in self.fields}
        if len(found) <= 1:
            return next(iter(found), None)
        return "both"


def compare(
    key: str,
    wanted: Form,
    link: Link | None,
    observed: ObservedProduct,
    shop: Shop,
    *,
    brought: Mapping[str, str],
    underway: Underway,
    published: Mapping[str, bool],
    fall_percent: int,
    is_gone: bool = False,
) -> Compared:
    """Hold what is wanted against what the shop shows, the merchant's own left out.

    `link` is None for a product that carries our identity though we know none. `brought` are files
    there that we brought for it, by ref; `published` says of the shop's sales channels whether it
    is there. `fall_percent` and `is_gone` are those of `harms.of`.
    """
    sight = _sight(key, wanted, link, observed, shop, brought=brought, underway=underway)
    raw = sight.raw
    aimed = owners.ours(wanted, sight.link.known, shop)
    files = {**brought, **(link.files if link else {})}
    shown = _as_far_as_told(sight, aimed, observed, files)
    removed = sight.strangers if shop.unknown_variants == "remove" else ()
    found = [] if link else [_linking(observed)]
    if aimed != shown:
        found += _differing(aimed, link.known if link else None, shown)
    if link and link.published_at is None and wanted.status != "ARCHIVED":
        found += [_unpublished() for one in shop.publish_to if not published.get(one)][:1]
    found += map(_unwanted, removed)
    done: list[Harm] = []
    if found:
        done += harms.of(aimed, raw, fall_percent=fall_percent, is_gone=is_gone)
        done += ["deletion"] * len(removed)
    document = _document(aimed, replace(sight.link, known=shown)) if link else None
    return Compared(tuple(found), raw, shown, tuple(done), document)


def _document(aimed: Form, link: Link) -> str | None:
    write = lines.update(aimed, link) if aimed != link.known else None
    return write.document if write and link.published_at is not None else None


def between(wanted: Form, known: Form, fall_percent: int) -> Compared:
    """What leads from what we know the shop holds to another form."""
    found = changed(wanted, known)
    done = harms.of(wanted, known, fall_percent=fall_percent) if found else ()
    return Compared(found, known, known, done)


def changed(wanted: Form, known: Form) -> tuple[FieldDifference, ...]:
    """What leads from one form to another, the Backoffice's doing."""
    return tuple(_differing(wanted, known, known)) if wanted != known else ()


def _sight(
    key: str,
    wanted: Form,
    link: Link | None,
    observed: ObservedProduct,
    shop: Shop,
    *,
    brought: Mapping[str, str],
    underway: Underway,
) -> Sight:
    """As `push_update.look` sees a product that it has just read."""
    base = link or adoption.unknown(wanted, observed.gid, key)
    base = replace(base, files={**brought, **base.files})
    sent = {picture.address for picture in base.known.pictures or ()}
    may_be_there: frozenset[str] | None = underway.pictures | sent
    if not base.known.variants:
        base = adoption.joined(wanted, base, observed)
        may_be_there = underway.pictures or None  # nothing tells what was sent once
    return adoption.reconsidered(wanted, base, observed, shop, underway.prices, may_be_there)


def _as_far_as_told(
    sight: Sight, aimed: Form, observed: ObservedProduct, files: Mapping[str, str]
) -> Form:
    """What is known now, its pictures as ours where the read does not tell that they differ.

    A bulk query tells which picture is the first, not how the others stand. One that Shopify could
    not fetch is told where it is looked for; sending it every third hour would not mend it.
    """
    shown, ours = sight.link.known, {*sight.link.files.values(), *files.values()}
    failed = {file.gid for file in observed.files if file.state == "failed"}
    dead = {one for one in aimed.pictures or () if files.get(one.ref) in failed}
    if not aimed.pictures or {*aimed.pictures} != {*(shown.pictures or ()), *dead}:
        return shown
    is_first_known = bool(observed.files) and observed.files[0].gid in ours - failed
    if is_first_known and shown.pictures and shown.pictures[0] != aimed.pictures[0]:
        return shown
    return replace(shown, pictures=aimed.pictures)


def _linking(observed: ObservedProduct) -> FieldDifference:
    return FieldDifference("link", observed.gid, None, "none", "unknown")


def _unwanted(variant: ObservedVariant) -> FieldDifference:
    name = f"variant made in Shopify: {' / '.join(variant.values.values())}"
    return FieldDifference(name, "", None, "there", "shopify")


def _unpublished() -> FieldDifference:
    return FieldDifference("published", "yes", None, "no", "backoffice")


def _differing(wanted: Form, known: Form | None, observed: Form) -> Iterable[FieldDifference]:
    """The lines that differ, in the order of `fields.lines`."""
    wants, knew, shows = (
        fields.lines(form) if form is not None else None for form in (wanted, known, observed)
    )
    assert wants is not None and shows is not None
    names = [name for name in {**wants, **shows} if wants.get(name, "") != shows.get(name, "")]
    for name in names:
        yield _difference(name, wants.get(name, ""), knew, shows.get(name, ""))
    if not names:
        order, now = _order(wanted.variants), _order(observed.variants)
        before = {"order": _order(known.variants)} if known else None
        yield replace(_difference("order", order, before, now), field="order of variants")


def _order(variants: Sequence[VariantForm]) -> str:
    return ", ".join(variant.key for variant in variants)


def _difference(
    name: str, wanted: str, knew: Mapping[str, str] | None, observed: str
) -> FieldDifference:
    known = None if knew is None else knew.get(name, "")
    return FieldDifference(
        name,
        _short(wanted),
        known and _short(known),
        _short(observed),
        who(wanted, known, observed),
    )


def who(wanted: str, known: str | None, observed: str) -> Who:
    """Who is to be thanked for a difference, by what Shopify last accepted from us."""
    match known:
        case None:
            return "unknown"
        case _ if known == observed:
            return "backoffice"
        case _ if known == wanted:
            return "shopify"
        case _:
            return "both"


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
