"""One product on its way to a shop, with all that Shopify has accepted of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.errors import ShopifyError
from syncd.flows.desk import Desk
from syncd.phrases import phrase
from syncd.records import Form, Link, ObservedProduct, Shop, VariantForm, VariantIds
from syncd.rules import mapping, owners
from syncd.rules.adoption import Sight


@dataclass(slots=True)
class Parcel:
    """What is asked of a product, what of it is wanted, and how far Shopify has accepted it.

    `before` is the link as it was. `link` moves with each accepted write, so that nothing accepted
    is forgotten when a later one fails; `sent` names the documents of the accepted writes in
    order, `requests` Shopify's ids of these calls; `is_published` says that the product was
    published just now. `counts` are the warehouse's by variant key. `sight` is what a read showed,
    with the product as it was read. `notes` is what people should know of it.
    """

    key: str
    asked: Form
    before: Link | None
    desk: Desk
    counts: Mapping[str, int | None] = field(default_factory=dict)
    wanted: Form = field(init=False)
    link: Link | None = field(init=False)
    sight: Sight | None = None
    observed: ObservedProduct | None = None
    sent: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    is_published: bool = False
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.link = self.before
        self.wanted = self.asked

    @property
    def linked(self) -> Link:
        if self.link is None:
            raise ShopifyError(phrase("product {key} has no link", key=self.key))
        return self.link

    @property
    def is_moved(self) -> bool:
        """Whether there is something to write down."""
        return bool(self.sent) or self.link is not self.before

    def see(self, sight: Sight, observed: ObservedProduct) -> None:
        """What Shopify shows takes the place of what was known."""
        self.sight, self.observed, self.link = sight, observed, sight.link

    async def forget(self) -> None:
        """The product is in the shop no more, with all that we knew of it there."""
        if self.before is not None:
            await self.desk.forget(self.before.gid)
        self.before = self.link = self.sight = self.observed = None
        self.wanted = self.asked

    def aim(self, shop: Shop) -> None:
        """Leave to the merchant what is theirs, as far as it is known now."""
        self.wanted = owners.ours(self.asked, self.linked.known, shop)

    def make(self, document: str, link: Link) -> None:
        """Shopify holds a new product."""
        self.link = link
        self._know(link.known)
        self.sent.append(document)

    def accept(self, document: str, **fields: Any) -> None:
        """Shopify holds these fields of the form now."""
        self._know(replace(self.linked.known, **fields))
        self.sent.append(document)

    def accept_fields(self, document: str) -> None:
        """Shopify holds the single fields as wanted."""
        wanted = self.wanted
        self.accept(
            document,
            title=wanted.title,
            vendor=wanted.vendor,
            status=wanted.status,
            description_html=wanted.description_html,
        )

    def accept_pictures(self, document: str, files: Mapping[str, str]) -> None:
        """Shopify holds the wanted pictures; variants whose picture became another file lost it."""
        before, link = self.linked.files, self.linked
        variants = tuple(
            variant
            if variant.picture is None or before.get(variant.picture) == files.get(variant.picture)
            else replace(variant, picture=None)
            for variant in link.known.variants
        )
        self.link = replace(link, files=files)
        self._know(replace(link.known, pictures=self.wanted.pictures, variants=variants))
        self.accept_fields(document)

    def accept_variants(
        self, document: str, keys: Collection[str], new: Mapping[str, VariantIds] | None = None
    ) -> None:
        """Shopify holds the variants with these keys as wanted; `new` are the ids of added ones."""
        known = {variant.key: variant for variant in self.linked.known.variants}
        wanted = {variant.key: variant for variant in self.wanted.variants if variant.key in keys}
        self.link = replace(self.linked, variants={**self.linked.variants, **(new or {})})
        self.accept(document, variants=tuple({**known, **wanted}.values()))

    def accept_deleted(self, document: str, gids: Collection[str]) -> None:
        """Shopify does not hold these variants any more."""
        link = self.linked
        left = {key: ids for key, ids in link.variants.items() if ids.variant not in gids}
        self.link = replace(link, variants=left)
        self.accept(document, variants=tuple(one for one in link.known.variants if one.key in left))

    def accept_detached(self, document: str, keys: Collection[str]) -> None:
        """The variants with these keys have no picture now."""
        variants = tuple(
            replace(variant, picture=None) if variant.key in keys else variant
            for variant in self.linked.known.variants
        )
        self.accept(document, variants=variants)

    def let_go(self, keys: Collection[str]) -> None:
        """The sale of the variants with these keys goes on."""
        variants = tuple(
            replace(variant, stopped=False) if variant.key in keys else variant
            for variant in self.linked.known.variants
        )
        self._know(replace(self.linked.known, variants=variants))

    def accept_structure(self, document: str, ids: Mapping[str, VariantIds]) -> None:
        """Shopify holds the wanted options and variants; pictures and counts are as they were."""
        known = {variant.key: variant for variant in self.linked.known.variants}
        variants = tuple(_left(variant, known.get(variant.key)) for variant in self.wanted.variants)
        self.link = replace(self.linked, variants=ids)
        self.accept(document, options=self.wanted.options, variants=variants)

    def settle(self) -> None:
        """All that is sent was accepted: what is wanted is known."""
        self._know(self.wanted)

    def _know(self, known: Form) -> None:
        self.link = replace(self.linked, known=known, digest=mapping.digest(known))


def _left(variant: VariantForm, known: VariantForm | None) -> VariantForm:
    """A wanted variant with what productSet left as it was; a new one has neither."""
    if known is None:
        return replace(variant, picture=None, stopped=False)
    return replace(variant, picture=known.picture, stopped=known.stopped)
