"""Webhooks: from a change in the shop to a signed request at the address of an app."""
