"""One product on its way to a shop, with all that Shopify has accepted of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.errors import ShopifyError
from syncd.records import Form, Link, VariantIds
from syncd.rules import mapping


@dataclass(slots=True)
class Parcel:
    """What is wanted of a product, and how far Shopify has accepted it.

    `before` is the link as it was. `link` moves with each accepted write, so that nothing accepted
    is forgotten when a later one fails; `sent` names the documents of the accepted writes in
    order, `is_published` says that the product was published just now.
    `hold` is asked before each write: it raises when the claim was lost to another node.
    `owner_of` tells which other product of ours is linked with a GID, if any.
    """

    key: str
    wanted: Form
    before: Link | None
    hold: Callable[[], Awaitable[None]]
    owner_of: Callable[[str], Awaitable[str | None]]
    link: Link | None = field(init=False)
    sent: list[str] = field(default_factory=list)
    is_published: bool = False

    def __post_init__(self) -> None:
        self.link = self.before

    @property
    def linked(self) -> Link:
        if self.link is None:
            raise ShopifyError(f"product {self.key} has no link")
        return self.link

    @property
    def is_moved(self) -> bool:
        """Whether there is something to write down."""
        return bool(self.sent) or self.link is not self.before

    def accept(self, document: str, **fields: Any) -> None:
        """Shopify holds these fields of the form now."""
        self._know(replace(self.linked.known, **fields))
        self.sent.append(document)

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
        self.accept(document, pictures=self.wanted.pictures, variants=variants)

    def accept_variants(
        self, document: str, keys: Collection[str], new: Mapping[str, VariantIds] | None = None
    ) -> None:
        """Shopify holds the variants with these keys as wanted; `new` are the ids of added ones."""
        known = {variant.key: variant for variant in self.linked.known.variants}
        wanted = {variant.key: variant for variant in self.wanted.variants if variant.key in keys}
        self.link = replace(self.linked, variants={**self.linked.variants, **(new or {})})
        self.accept(document, variants=tuple({**known, **wanted}.values()))

    def accept_detached(self, document: str, keys: Collection[str]) -> None:
        """The variants with these keys have no picture now."""
        variants = tuple(
            replace(variant, picture=None) if variant.key in keys else variant
            for variant in self.linked.known.variants
        )
        self.accept(document, variants=variants)

    def accept_structure(
        self, document: str, ids: Mapping[str, VariantIds], files: Mapping[str, str] | None
    ) -> None:
        """Shopify holds the wanted options and variants; the pictures too where files are told."""
        pictures = self.linked.known.pictures if files is None else self.wanted.pictures
        kept = self.linked.files if files is None else files
        self.link = replace(self.linked, variants=ids, files=kept)
        self.accept(
            document,
            options=self.wanted.options,
            variants=self.wanted.variants,
            pictures=pictures,
        )

    def settle(self) -> None:
        """All that is sent was accepted: what is wanted is known."""
        self._know(self.wanted)

    def _know(self, known: Form) -> None:
        self.link = replace(self.linked, known=known, digest=mapping.digest(known))
