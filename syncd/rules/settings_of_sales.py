"""The settings that decide what comes back from the shop."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.rules.setting import Setting
from syncd.rules.setting_kinds import Address, Secret, Switch

SETTINGS = (
    Setting(
        "sync_customers", "sales", "",
        phrase("Fetch customers"),
        phrase("Whether the shop's customers are given to the Backoffice; the first time all of "
               "them."),
        Switch(), False,
    ),
    Setting(
        "sync_orders", "sales", "",
        phrase("Fetch orders"),
        phrase("Whether the shop's orders are given to the Backoffice; the first time all that "
               "the app may read."),
        Switch(), False,
    ),
    Setting(
        "fulfil_orders", "sales", "Synkroniser ordre med status: Fulfilled?",
        phrase("Fulfil orders"),
        phrase("An order that is completed in the Backoffice is marked as sent in Shopify, from "
               "the shop's location. What was completed before this was switched on is not."),
        Switch(), False,
    ),
    Setting(
        "notify_customer", "sales", "",
        phrase("Write to the customer"),
        phrase("Whether Shopify writes to the customer when an order is marked as sent, or its "
               "parcel's number changes."),
        Switch(), False,
    ),
    Setting(
        "webhooks", "webhooks", "Bruk versjon 2 av Shopify",
        phrase("Webhooks"),
        phrase("Whether Shopify tells at once of orders, customers and counts; it needs the "
               "address and the app's secret. Off: our subscriptions are removed, and syncd asks "
               "every ten minutes."),
        Switch(), True, "subscriptions",
    ),
    Setting(
        "webhook_address", "webhooks", "",
        phrase("Webhook address"),
        phrase("The public https address that Shopify sends to; empty: it is asked for none."),
        Address(), None, "subscriptions", is_optional=True,
    ),
    Setting(
        "app_secret", "webhooks", "",
        phrase("The app's secret"),
        phrase("The app's client secret, which signs webhooks. It is asked for, never shown; the "
               "one before is accepted for a day."),
        Secret(), None, "subscriptions", is_optional=True,
    ),
)  # fmt: skip
