"""airbyte-source-shopify (PyPI): its products streams, which read through bulk queries."""

import logging

import requests
from airbyte_cdk.models import SyncMode
from errand import DOMAIN, PRODUCTS, PUSH, TOKEN, URL, VERSION, did, insist, patient, product
from requests.adapters import HTTPAdapter
from source_shopify.auth import ShopifyAuthenticator
from source_shopify.streams.streams import Products, ProductVariants

logging.disable(logging.CRITICAL)
HOST = f"https://{DOMAIN}"


class ToSandbox(HTTPAdapter):
    """What is meant for myshopify.com goes to the sandbox; the library checks the address after."""

    def send(self, request, **more):
        address = request.url
        request.url = address.replace(HOST, URL)
        answer = super().send(request, **more)
        answer.url = request.url = address
        return answer


CONFIG = {
    "shop": DOMAIN.partition(".")[0],
    "shop_id": 1,
    "start_date": "2026-01-01",
    "credentials": {"auth_method": "access_token", "access_token": TOKEN},
    "bulk_window_in_days": 1000,
}


def push(query, variables):
    path = f"{URL}/admin/api/{VERSION}/graphql.json"
    headers = {"X-Shopify-Access-Token": TOKEN}
    return requests.post(
        path, json={"query": query, "variables": variables}, headers=headers, timeout=30
    ).json()


def read(stream_class):
    """All records of a stream, through as many bulk queries as it cares to start."""
    stream = stream_class({**CONFIG, "authenticator": ShopifyAuthenticator(CONFIG)})
    stream._http_client._session.mount(HOST, ToSandbox())
    return [
        record
        for one in stream.stream_slices(sync_mode=SyncMode.full_refresh, stream_state={})
        for record in stream.read_records(
            sync_mode=SyncMode.full_refresh, stream_slice=one, stream_state={}
        )
    ]


def main():
    for number in range(PRODUCTS):
        insist("errors" not in patient(push, PUSH, {"input": product(number)}), number)
    did(f"pushed {PRODUCTS} products")
    records = read(Products)
    titles = sorted(record["title"] for record in records)
    insist(titles == [product(number)["title"] for number in range(PRODUCTS)], titles)
    did(f"read {len(records)} products through a bulk query")
    records = read(ProductVariants)
    insist(len(records) == 2 * PRODUCTS, len(records))
    insist(
        {record["price"] for record in records} == {1000.0 + n for n in range(PRODUCTS)}, records
    )
    did(f"read {len(records)} variants")


if __name__ == "__main__":
    main()
