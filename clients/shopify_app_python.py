"""shopifyapp (PyPI), Shopify's new Python package: its GraphQL requests, its webhook check."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import httpx
from errand import (
    DOMAIN,
    PORT,
    PUSH,
    TOKEN,
    VERSION,
    be_throttled,
    did,
    insist,
    product,
    push_and_read,
)
from shopify_app import (
    admin_graphql_request,
    exchange_using_client_credentials,
    verify_webhook_req,
)

SHOP = DOMAIN.partition(".")[0]
APP = {"client_id": "sandbox-app", "client_secret": "sandbox-secret"}

SUBSCRIBE = """
mutation Subscribe($uri: String!) {
  webhookSubscriptionCreate(topic: PRODUCTS_CREATE, webhookSubscription: {uri: $uri}) {
    webhookSubscription { id }
    userErrors { message }
  }
}
"""


class ToSandbox(httpx.HTTPTransport):
    """What is meant for myshopify.com goes to the sandbox."""

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=PORT)
        return super().handle_request(request)


def main():
    with httpx.Client(transport=ToSandbox(), timeout=30) as http:

        def ask(query, variables):
            return body(http, query, variables)

        push_and_read(ask)
        turned_away(http)
        signed_in(http)
        told(http)
        be_throttled(ask)


def body(http, query, variables):
    """The answer's body, which the library keeps beside its verdict."""
    result = admin_graphql_request(
        query, SHOP, TOKEN, VERSION, variables=variables, http_client=http
    )
    insist(result.log.code in ("success", "graphql_errors"), result)
    return json.loads(result.response.body)


def turned_away(http):
    result = admin_graphql_request("{ shop { name } }", SHOP, "shpat_no", VERSION, http_client=http)
    insist(not result.ok and result.response.status in (401, 500), result)
    insist(result.http_logs[0].res.status == 401, result)
    did("was turned away with a wrong token")
    result = admin_graphql_request("{ shop { nme } }", SHOP, TOKEN, VERSION, http_client=http)
    insist(result.log.code == "graphql_errors", result)
    did("saw errors of a query")


def signed_in(http):
    """A token had by signing in as the app opens the shop."""
    result = exchange_using_client_credentials(SHOP, APP, http_client=http)
    insist(result.ok, result)
    found = admin_graphql_request(
        "{ shop { name } }", SHOP, result.access_token.token, VERSION, http_client=http
    )
    insist(found.ok, found)
    did("signed in by client credentials")


class Ear(BaseHTTPRequestHandler):
    """The app's address for webhooks."""

    heard = Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.heard.put({"method": "POST", "headers": dict(self.headers), "body": body})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def told(http):
    """The library's check takes what the sandbox delivers, no forgery of it."""
    with HTTPServer(("127.0.0.1", 0), Ear) as ear:
        Thread(target=ear.serve_forever, daemon=True).start()
        variables = {"uri": f"http://127.0.0.1:{ear.server_port}/hooks"}
        made = body(http, SUBSCRIBE, variables)["data"]["webhookSubscriptionCreate"]
        insist(made["userErrors"] == [], made)
        body(http, PUSH, {"input": product(0) | {"title": "Votter"}})
        delivery = Ear.heard.get(timeout=20)
        ear.shutdown()
    result = verify_webhook_req(delivery, APP)
    insist(result.ok and result.shop == SHOP, result)
    insist(json.loads(delivery["body"])["title"] == "Votter", delivery)
    result = verify_webhook_req(delivery | {"body": delivery["body"] + " "}, APP)
    insist(result.log.code == "invalid_hmac", result)
    did("verified a webhook that was delivered")


if __name__ == "__main__":
    main()
