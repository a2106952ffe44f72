"""Customers of a shop, read by their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncd.sales import Customer
from syncd.shopify.client import Client
from syncd.shopify.sightings import Node, nodes, text, time

A_CALL = 250


async def read(client: Client, gids: Sequence[str]) -> Mapping[str, Customer | None]:
    """These customers as they are now, by GID; None: gone, deleted or merged into another.

    Raises what `Client.execute` raises; KindError where the app may see no customers.
    """
    found: dict[str, Customer | None] = {}
    for at in range(0, len(gids), A_CALL):
        ids = list(gids[at : at + A_CALL])
        answer = await client.read("CustomerRead", {"ids": ids})
        country = answer.data["shop"]["shopAddress"]["countryCodeV2"]
        for gid, node in nodes(answer, ids):
            found[gid] = None if node is None else observed(node, country)
    return found


def observed(node: Node, country: str | None) -> Customer:
    """A customer as a read showed it; `country` is the shop's."""
    fields = node.fields
    email, phone = fields["defaultEmailAddress"], fields["defaultPhoneNumber"]
    home = fields["defaultAddress"] or {}
    return Customer(
        gid=fields["id"],
        first_name=text(fields["firstName"]),
        last_name=text(fields["lastName"]),
        email=text(email and email["emailAddress"]),
        phone=text(phone and phone["phoneNumber"]),
        created_at=time(fields["createdAt"]),
        updated_at=datetime.fromisoformat(fields["updatedAt"]),
        country=home.get("countryCodeV2") or country,
        unread=node.unread(
            first_name=["firstName"],
            last_name=["lastName"],
            email=["defaultEmailAddress.emailAddress"],
            phone=["defaultPhoneNumber.phoneNumber"],
        ),
    )
