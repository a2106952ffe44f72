"""What somebody did in Shopify to a whole product of ours, with the words for it.

The Backoffice says which products there are. What it has active and the shop lost is made anew;
what carries the identity of a product of ours is that product, wherever it stands; a copy is
nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncd.errors import CallError, ProductGoneError, RowError
from syncd.phrases import Phrase, phrase
from syncd.records import Form, ObservedProduct, VariantIds
from syncd.rules.limits import article, subject
from syncd.rules.text import fold


def is_made_anew(wanted: Form) -> bool:
    """Whether a product that was deleted in Shopify comes back: only what is sold does."""
    return wanted.status == "ACTIVE"


def gone(key: str, form: Form, said: str = "") -> ProductGoneError:
    """The product is not in the shop any more; `said` are Shopify's words."""
    name = _name(key, form)
    if said:
        return ProductGoneError(
            phrase("{product} was deleted in Shopify ({said})", product=name, said=said)
        )
    return ProductGoneError(phrase("{product} was deleted in Shopify", product=name))


def to_be_made(key: str, form: Form) -> CallError:
    """It is to be made anew, if the guards let it: looked at again at once."""
    return CallError(made_anew(key, form), wait_s=0.0)


def made_anew(key: str, form: Form) -> Phrase:
    return phrase(
        "{product} was deleted in Shopify and is made anew, since the Backoffice sells it; to take "
        "it out of the shop, put it inactive in the Backoffice",
        product=_name(key, form),
    )


def stays_away(key: str, form: Form) -> Phrase:
    return phrase(
        "{product} was deleted in Shopify; it is inactive in the Backoffice, so it stays away "
        "until it is active there",
        product=_name(key, form),
    )


def came_back(key: str, form: Form, gid: str) -> Phrase:
    """A backup brought it back under another id, or somebody gave another one its identity."""
    return phrase(
        "{product} came back to the shop as product {number} there: it carries our identity, and "
        "is kept in step from now on; its first counts are compared anew",
        product=_name(key, form),
        number=number(gid),
    )


def variants_made_anew(key: str, form: Form, skus: Iterable[str]) -> Phrase:
    return phrase(
        "{product}, {skus}: deleted in Shopify and made anew, since the Backoffice has it; to take "
        "it out of the shop, delete it in the Backoffice, or block it",
        product=_name(key, form),
        skus=", ".join(skus),
    )


def lost(
    wanted: Form, before: Mapping[str, VariantIds], there: Mapping[str, VariantIds]
) -> list[str]:
    """The variants, as messages name them, that were in the shop and are not; ids by key."""
    return [article(one) for one in wanted.variants if one.key in before and one.key not in there]


def replaced(before: Mapping[str, VariantIds], now: Mapping[str, VariantIds]) -> list[str]:
    """The variants, by key, that are others in the shop now: what was agreed on is another's count.

    Somebody deleted one there, and entered it again.
    """
    return [key for key, ids in now.items() if before.get(key, ids) != ids]


def copied(skus: Iterable[str], original: str) -> Phrase:
    """A product that only the shop has, with SKUs of one of ours."""
    return phrase(
        "it has the SKU {skus} of {original}, as a copy made in Shopify has: its prices, counts "
        "and orders are nobody's in the Backoffice; delete it, or give it SKUs of its own",
        skus=", ".join(skus),
        original=original,
    )


def is_another(wanted: Form, observed: ObservedProduct) -> bool:
    """Whether what carries our product's identity is plainly another article.

    A Backoffice that was restored may number a new product as it did another one. By the name and
    by each SKU it must be another; without SKUs on either side it is believed.
    """
    ours = {fold(one.sku) for one in wanted.variants if one.sku}
    theirs = {fold(one.sku) for one in observed.fields.values() if one.sku}
    if not ours or not theirs or ours & theirs:
        return False
    return fold(wanted.title) != fold(observed.title)


def taken(key: str, form: Form, gid: str, owner: str) -> RowError:
    """Somebody gave a product of ours another one's identity."""
    return RowError(
        phrase(
            "{product}: in Shopify its identity stands at {gid}, which is product {owner}",
            product=_name(key, form),
            gid=gid,
            owner=owner,
        ),
        hint=phrase(
            "set the metafield syncd.backoffice_id there back, then `syncd send {key}`", key=key
        ),
        cause="identity_taken",
    )


def another(key: str, form: Form, observed: ObservedProduct) -> RowError:
    return RowError(
        phrase(
            "{product}: its identity stands in Shopify at “{title}” (product {number} there), "
            "which is another article by its name and by every SKU",
            product=_name(key, form),
            title=observed.title,
            number=number(observed.gid),
        ),
        hint=phrase(
            "if they are the same, give one of the two the other's name or a SKU of it; if not, "
            "remove the metafield syncd.backoffice_id there; then `syncd send {key}`",
            key=key,
        ),
        cause="another_product",
    )


def number(gid: str) -> str:
    """What people see of an id, in the address of Shopify's page."""
    return gid.rpartition("/")[2]


def _name(key: str, form: Form) -> str:
    return subject(key, form.title)
