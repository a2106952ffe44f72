"""ShopifyAPI (PyPI), Shopify's older Python library: its sessions, its GraphQL client."""

import hashlib
import hmac
import json
import time
from contextlib import redirect_stdout
from io import StringIO
from urllib.error import HTTPError

import shopify
from errand import PORT, TOKEN, VERSION, did, insist, run_errand

# A session makes "{first label}.{myshopify_domain}:{port}" of an address: here 127.0.0.1.
shopify.Session.setup(
    protocol="http", myshopify_domain="0.0.1", port=PORT, api_key="key", secret="hush"
)


def main():
    shopify.ShopifyResource.activate_session(shopify.Session("127.0.0.1", VERSION, TOKEN))
    client = shopify.GraphQL()
    run_errand(lambda query, variables: json.loads(client.execute(query, variables)))
    turned_away()
    signed_in()


def turned_away():
    """A wrong token is a 401."""
    shopify.ShopifyResource.activate_session(shopify.Session("127.0.0.1", VERSION, "shpat_wrong"))
    try:
        with redirect_stdout(StringIO()):  # it prints the body of what fails
            shopify.GraphQL().execute("{ shop { name } }")
    except HTTPError as error:
        insist(error.code == 401, error.code)
        did("was turned away with a wrong token")
    else:
        insist(False, "a wrong token was let in")


def signed_in():
    """The library checks the HMAC that Shopify puts on the way back from signing in."""
    given = {"code": "c", "shop": "127.0.0.1", "state": "s", "timestamp": str(int(time.time()))}
    text = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
    given["hmac"] = hmac.new(b"hush", text.encode(), hashlib.sha256).hexdigest()
    insist(shopify.Session.validate_params(given), given)


if __name__ == "__main__":
    main()
