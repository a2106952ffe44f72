"""The public port: what Shopify's webhooks are sent to."""
