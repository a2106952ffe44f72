"""The errand that each Python client runs: what it pushes, what it must find again.

Imported by programs that run in their clients' own environments: the standard library only.
"""

import os
import sys
import time

URL = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8600")
TOKEN = os.environ.get("SANDBOX_TOKEN", "shpat_sandbox")
VERSION = os.environ.get("SANDBOX_VERSION", "2026-10")
PORT = int(URL.rpartition(":")[2])
DOMAIN = "syncd-demo.myshopify.com"

PRODUCTS = 60
PAGE = 25

PUSH = """
mutation Push($input: ProductSetInput!) {
  productSet(input: $input, synchronous: true) {
    product { id title variants(first: 5) { nodes { id sku price } } }
    userErrors { code field message }
  }
}
"""

PAGES = """
query Pages($first: Int!, $after: String) {
  products(first: $first, after: $after) {
    nodes { id title variants(first: 5) { nodes { sku price } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

# Dear, and never refunded: two of these in a row empty the bucket of a shop on the standard plan.
UPDATE = 'productUpdate(product: {id: "gid://shopify/Product/1"}) { userErrors { field } }'
SPEND = "mutation { " + " ".join(f"a{number}: {UPDATE}" for number in range(95)) + " }"


def product(number):
    """A jumper in two sizes."""
    return {
        "title": f"Ullgenser {number:03}",
        "vendor": "Devold",
        "tags": ["ull"],
        "productOptions": [{"name": "Str", "values": [{"name": "S"}, {"name": "M"}]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Str", "name": size}],
                "price": f"{1000 + number}.00",
                "inventoryItem": {"sku": f"ULL-{number:03}-{size}", "tracked": True},
            }
            for size in ("S", "M")
        ],
    }


def did(what):
    """Tell the runner what has been done, in few words."""
    print(what, flush=True)


def insist(is_so, what):
    """End the program when something is not as Shopify would have it."""
    if not is_so:
        sys.exit(f"expected otherwise: {what!r}"[:2000])


def wait(cost):
    """Sleep as Shopify's documentation says a throttled client should."""
    status = cost["throttleStatus"]
    missing = cost["requestedQueryCost"] - status["currentlyAvailable"]
    time.sleep(max(0, missing) / status["restoreRate"] + 0.05)


def run_errand(ask):
    """Push, read back, be throttled; `ask(query, variables)` gives the answer's body."""
    push_and_read(ask)
    be_throttled(ask)


def push_and_read(ask):
    """Push products one by one, read them back by pages."""
    for number in range(PRODUCTS):
        body = patient(ask, PUSH, {"input": product(number)})
        insist(body["data"]["productSet"]["userErrors"] == [], body)
    did(f"pushed {PRODUCTS} products")
    titles, after, pages = [], None, 0
    while True:
        found = patient(ask, PAGES, {"first": PAGE, "after": after})["data"]["products"]
        titles += [each["title"] for each in found["nodes"]]
        after, pages = found["pageInfo"]["endCursor"], pages + 1
        if not found["pageInfo"]["hasNextPage"]:
            break
    insist(titles == [product(number)["title"] for number in range(PRODUCTS)], titles)
    did(f"read them back by {pages} pages")


def be_throttled(ask):
    """Ask for more than there is until it is refused, then wait as told, once."""
    answers = [ask(SPEND, None) for _ in range(3)]
    insist(is_throttled(answers[-1]), answers[-1])
    began = time.monotonic()
    wait(answers[-1]["extensions"]["cost"])
    again = ask(SPEND, None)
    insist(not is_throttled(again), again)
    did(f"was throttled, waited {time.monotonic() - began:.1f} s as told")


def is_throttled(body):
    return any(
        (error.get("extensions") or {}).get("code") == "THROTTLED"
        for error in body.get("errors") or ()
    )


def patient(ask, query, variables):
    """The answer, however often the bucket is empty."""
    for _ in range(20):
        body = ask(query, variables)
        if not is_throttled(body):
            return body
        wait(body["extensions"]["cost"])
    return sys.exit("throttled twenty times")
