"""A shop to ask without a network, by a clock that the test turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.sandbox.archive import Archive
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.execution import Request, execute
from syncd.sandbox.options import Clock, ShopOptions
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import visit

OPENED_AT = datetime(2026, 11, 25, 8, tzinfo=UTC)


@dataclass
class Hands:
    """Of a clock that stands still until it is turned."""

    passed_s: float = 0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.passed_s, lambda: OPENED_AT + timedelta(seconds=self.passed_s))


@dataclass
class Till:
    """Where the shop is asked."""

    hands: Hands = field(default_factory=Hands)
    shop: Shop = field(init=False)
    bucket: Bucket = field(init=False)

    def __post_init__(self) -> None:
        options = ShopOptions(clock=self.hands.clock)
        self.shop = Shop(options, Archive(None))
        self.bucket = Bucket(options.pace, options.clock)

    def ask(
        self, query: str, variables: dict[str, Any] | None = None, name: str | None = None
    ) -> Any:
        """The body of the answer."""
        return execute(visit(self.shop), self.bucket, Request(query, variables or {}, name)).body

    def make(self, title: str, **more: Any) -> str:
        """A new product; its gid."""
        body = self.ask(PRODUCT_SET, {"input": {"title": title, **more}})
        assert body["data"]["productSet"]["userErrors"] == []
        return str(body["data"]["productSet"]["product"]["id"])


PRODUCT_SET = """
mutation Make($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { field message } }
}
"""

SIZES = {
    "productOptions": [{"name": "Size", "values": [{"name": "S"}, {"name": "M"}]}],
    "variants": [
        {
            "optionValues": [{"optionName": "Size", "name": size}],
            "inventoryItem": {"sku": f"A-{size}", "tracked": True},
            "price": price,
        }
        for size, price in (("S", 199), ("M", "249.5"))
    ],
}
"""A product in two sizes."""

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "shopify" / "recordings.jsonl"
