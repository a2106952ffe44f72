"""What the Backoffice is given of a product that only the shop has, if it comes back the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from syncd.errors import RowError
from syncd.records import (
    Form,
    Image,
    ObservedFields,
    ObservedProduct,
    ObservedVariant,
    Product,
    Shop,
    Variant,
    VariantForm,
)
from syncd.rules import adoption, fields, import_words, mapping, text
from syncd.rules.further import Further


@dataclass(frozen=True, slots=True)
class Import:
    """A product of the shop as the Backoffice would be given it, by `document`.

    `refusal` says why it cannot be; empty: it can. `notes` tell what stays behind.
    """

    gid: str
    title: str
    document: Mapping[str, Any]
    refusal: str
    notes: tuple[str, ...]


def plan(shown: ObservedProduct, further: Further, shop: Shop) -> Import:
    """What would be imported of a product, or why it cannot be.

    It can be when the shop would be sent nothing afterwards: a product that comes back from the
    Backoffice as another one is refused, with what would be different.
    """
    given = document(shown, further, shop)
    name = import_words.called(shown)
    refusal = import_words.refusal(name, shown, further, shop) or _unlike(name, shown, given, shop)
    return Import(
        shown.gid, shown.title, given, refusal, tuple(import_words.notes(name, shown, further))
    )


def document(shown: ObservedProduct, further: Further, shop: Shop) -> dict[str, Any]:
    """The product as `receive_product` takes it; amounts are decimal text, the rest as shown."""
    names = () if _is_plain(shown) else shown.options
    return {
        "id": shown.gid,
        "title": shown.title,
        "vendor": shown.vendor,
        "description_html": shown.description_html or None,
        "is_active": shown.status == "ACTIVE",
        "currency": shop.currency,
        "prices_include_vat": shop.taxes_included,
        "options": list(names),
        "images": [
            {"id": one.gid, "address": further.addresses[one.gid], "alt": one.alt}
            for one in shown.files
            if one.state == "ready" and one.gid in further.addresses
        ],
        "variants": [
            _variant(one, shown.fields[one.ids.variant], names, further) for one in shown.variants
        ],
    }


def _variant(
    one: ObservedVariant, shown: ObservedFields, names: tuple[str, ...], further: Further
) -> dict[str, Any]:
    is_offer = shown.compare_at_price and Decimal(shown.compare_at_price) > Decimal(shown.price)
    return {
        "id": one.ids.variant,
        "option_values": [one.values[name] for name in names],
        "sku": shown.sku or None,
        "barcode": shown.barcode or None,
        "price": shown.price,
        "compare_at_price": shown.compare_at_price if is_offer else None,
        "is_tracked": shown.tracked,
        "is_taxed": one.ids.variant not in further.untaxed,
        "image": shown.file if shown.file in further.addresses else None,
    }


def _is_plain(shown: ObservedProduct) -> bool:
    """Whether it has no options: Shopify then shows one that nobody chooses by."""
    values = [tuple(one.values.values()) for one in shown.variants]
    return shown.options == mapping.NO_OPTIONS and values == [mapping.NO_VALUES]


def product(given: Mapping[str, Any]) -> Product:
    """The product as the contract's views should give a document back; keys are Shopify's ids."""
    return Product(
        key=given["id"],
        title=given["title"],
        vendor=given["vendor"],
        is_active=given["is_active"],
        option_names=tuple(given["options"]),
        variants=tuple(
            Variant(
                key=one["id"],
                option_values=tuple(one["option_values"]),
                sku=one["sku"],
                barcode=one["barcode"],
                price=Decimal(one["price"]),
                compare_at_price=one["compare_at_price"] and Decimal(one["compare_at_price"]),
                is_tracked=one["is_tracked"],
                image_key=one["image"],
                currency=given["currency"],
            )
            for one in given["variants"]
        ),
        images=tuple(Image(one["id"], one["address"], one["alt"]) for one in given["images"]),
        description_html=given["description_html"],
    )


def _unlike(name: str, shown: ObservedProduct, given: Mapping[str, Any], shop: Shop) -> str:
    """Why the product would not come back as it is; empty when it would."""
    with_vat = replace(shop, taxes_included=True)  # the Backoffice adds it, and it is taken off
    try:
        wanted = mapping.wanted(product(given), with_vat)
    except RowError as error:
        return import_words.unfit(name, error.message)
    keys = {one.ids.variant: one.ids.variant for one in shown.variants}
    for what, ours, theirs in unlike(wanted, shown, keys, files(given, wanted), shop):
        return import_words.other(name, what, ours, theirs)
    return ""


def files(given: Mapping[str, Any], wanted: Form) -> dict[str, str]:
    """GIDs of the pictures' files by their ref in `wanted`; the address tells which is which."""
    gids = {text.address(one["address"]): one["id"] for one in given["images"]}
    return {
        picture.ref: gids[picture.address]
        for picture in wanted.pictures or ()
        if picture.address in gids
    }


def unlike(
    wanted: Form,
    shown: ObservedProduct,
    keys: Mapping[str, str],
    files: Mapping[str, str],
    shop: Shop,
) -> Iterator[tuple[str, str, str]]:
    """Where the Backoffice wants something else than the shop shows: name, wanted, shown.

    `keys` are the Backoffice's of variants by GID, `files` the pictures' GIDs by ref. Videos are
    the merchant's. So is a compare-at price that is not above the price, while prices are sent
    only when they change.
    """
    refs = {gid: ref for ref, gid in files.items()}
    pictures = replace(shown, files=tuple(one for one in shown.files if one.gid in refs))
    there = adoption.observed_form(wanted, pictures, keys=keys, refs=refs)
    there = replace(there, variants=tuple(_shown(one, refs, shop) for one in there.variants))
    if there == wanted:
        return
    names = {key: import_words.article(shown, gid) for gid, key in keys.items()}
    wants, shows = fields.lines(_named(wanted, names)), fields.lines(_named(there, names))
    differing = [one for one in {**wants, **shows} if wants.get(one, "") != shows.get(one, "")]
    for what in differing:
        yield what, wants.get(what, ""), shows.get(what, "")
    if not differing:
        yield "order of variants", _order(wanted, names), _order(there, names)


def _shown(variant: VariantForm, refs: Mapping[str, str], shop: Shop) -> VariantForm:
    """A variant without what is left to the merchant."""
    picture = variant.picture if variant.picture in refs.values() else None
    before = variant.compare_at_price
    is_nonsense = before is not None and Decimal(before) <= Decimal(variant.price)
    if is_nonsense and shop.price_only_when_changed:
        before = None
    return replace(variant, picture=picture, compare_at_price=before)


def _named(form: Form, names: Mapping[str, str]) -> Form:
    """The form with its variants under names that people know."""
    variants = tuple(replace(one, key=names.get(one.key, one.key)) for one in form.variants)
    return replace(form, variants=variants)


def _order(form: Form, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(one.key, one.key) for one in form.variants)
