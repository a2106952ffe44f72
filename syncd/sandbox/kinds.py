"""The kinds of things a shop keeps, with their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.belongings import Belongings
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.hooks.records import Delivery, Hint, Subscription
from syncd.sandbox.installations import Installation, Token
from syncd.sandbox.records import (
    Definition,
    Location,
    OtherFile,
    Picture,
    Product,
    ProductWork,
    Publication,
)
from syncd.sandbox.records_jobs import Job
from syncd.sandbox.records_orders import Fulfillment, FulfillmentOrder, Order
from syncd.sandbox.records_people import Customer
from syncd.sandbox.stockrecords import Adjustment, KeyedCall

KINDS: Mapping[str, type[Any]] = {
    "Product": Product,
    "MediaImage": Picture,
    "MetafieldDefinition": Definition,
    "OtherFile": OtherFile,
    "ProductWork": ProductWork,
    "Location": Location,
    "Publication": Publication,
    "InventoryAdjustmentGroup": Adjustment,
    "KeyedCall": KeyedCall,
    "BulkOperation": BulkOperation,
    "Hint": Hint,
    "WebhookSubscription": Subscription,
    "Delivery": Delivery,
    "Token": Token,
    "Installation": Installation,
    "Customer": Customer,
    "Order": Order,
    "FulfillmentOrder": FulfillmentOrder,
    "Fulfillment": Fulfillment,
    "Job": Job,
    "Belongings": Belongings,
}
"""Kind, as in gids, -> record. Variants with their inventory items are kept inside products."""

KEPT_AS = {
    **dict.fromkeys(("GenericFile", "ExternalVideo", "Model3d", "Video"), "OtherFile"),
    **dict.fromkeys(
        ("ProductSetOperation", "ProductDeleteOperation", "ProductDuplicateOperation"),
        "ProductWork",
    ),
}
"""Kinds of gids that are kept together, as records that know their `kind`."""

FIRST_IDS = {
    "Product": 10_241_000_013_842,
    "ProductVariant": 51_478_000_009_266,
    "InventoryItem": 53_583_000_022_066,
    "ProductOption": 12_804_000_003_122,
    "ProductOptionValue": 8_322_000_016_434,
    "MediaImage": 44_702_000_029_234,
    "ProductWork": 86_633_021_746,
    "Metafield": 45_359_000_011_314,
    "MetafieldDefinition": 229_597_000_018,
    "Location": 113_884_004_402,
    "InventoryLevel": 143_273_000_242,
    "StockedItem": 56_740_247_404_850,
    "InventoryAdjustmentGroup": 54_640_716_251_442,
    "Publication": 268_039_356_722,
    "AppCatalog": 126_543_004_978,
    "BulkOperation": 7_756_000_003_378,
    "WebhookSubscription": 1_946_000_017_714,
    "Customer": 10_885_440_995_634,
    "MailingAddress": 12_311_636_607_282,
    "Order": 8_938_018_537_778,
    "LineItem": 19_923_468_255_538,
    "ShippingLine": 6_714_530_406_706,
    "OrderTransaction": 10_740_759_855_410,
    "Refund": 1_028_613_407_026,
    "RefundLineItem": 877_613_121_842,
    "FulfillmentOrder": 9_877_251_981_618,
    "FulfillmentOrderLineItem": 20_094_385_422_642,
    "FulfillmentHold": 299_245_338_930,
    "Fulfillment": 8_085_778_759_986,
    "FulfillmentLineItem": 17_688_128_913_714,
    "FulfillmentEvent": 46_912_806_322_482,
}
"""Where each sequence begins, so that ids look like Shopify's; no two kinds agree."""

FIRST_ID = 9_120_000_000_306
"""Of a kind that is not named above."""

ID_STEP = 32_768
