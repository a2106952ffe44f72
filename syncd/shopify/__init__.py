"""World B: Shopify's Admin GraphQL API over HTTP."""
