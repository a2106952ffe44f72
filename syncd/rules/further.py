"""What a read of the shop shows of a product beside the fields that are kept in step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Further:
    """`addresses` are those of pictures, by GID; a video has none.

    `shown` says how many pictures a variant shows, by its GID, where there are several. `untaxed`
    are GIDs of variants sold without tax. `is_bundle`: some variant is sold as its parts only.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)
    untaxed: frozenset[str] = frozenset()
    combined: Literal["PARENT", "CHILD"] | None = None
    is_gift_card: bool = False
    is_bundle: bool = False


NOTHING = Further()
