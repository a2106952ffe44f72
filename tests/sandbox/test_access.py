"""A token reads what its scopes allow; customer data only as far as its app is approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.sandbox.access import is_granted
from syncd.sandbox.execution import Request, execute
from syncd.sandbox.visit import Visit
from tests.sandbox.till import Till

CUSTOMER = """
mutation {
  customerCreate(input: {firstName: "Kari", email: "kari@example.com", note: "ski"}) {
    customer { id }
  }
}
"""


def asked(till: Till, query: str, *scopes: str, customer_data: int = 2) -> Any:
    app = replace(till.shop.options.app, customer_data=customer_data)
    visit = Visit(till.shop, scopes=frozenset(scopes), app=app)
    return execute(visit, till.bucket, Request(query)).body


def told(body: Any) -> list[tuple[str, Any, str]]:
    return [
        (error["message"], error["path"], error["extensions"]["code"]) for error in body["errors"]
    ]


def test_a_field_without_words_of_its_own_asks_for_what_its_type_does() -> None:
    till = Till()
    body = asked(till, '{ shop { name } product(id: "gid://shopify/Product/1") { id } }')
    assert body["data"] == {"shop": {"name": "syncd demo"}, "product": None}
    words = "`read_products` access scope."
    assert body["errors"] == [
        {
            "message": f"Access denied for product field. Required access: {words}",
            "locations": [{"line": 1, "column": 17}],
            "extensions": {
                "code": "ACCESS_DENIED",
                "documentation": "https://shopify.dev/api/usage/access-scopes",
                "requiredAccess": words,
            },
            "path": ["product"],
        }
    ]


def test_a_connection_asks_for_what_its_nodes_do() -> None:
    query = "{ products(first: 1) { nodes { id } } }"
    body = asked(Till(), query)
    assert body["data"] is None
    assert told(body)[0][1:] == (["products"], "ACCESS_DENIED")
    assert "errors" not in asked(Till(), query, "write_products")


def test_a_node_asks_for_what_is_found() -> None:
    till = Till()
    gid = till.make("Ski")
    body = asked(till, f'{{ node(id: "{gid}") {{ id }} }}', "read_orders")
    assert (body["data"], told(body)[0][2]) == ({"node": None}, "ACCESS_DENIED")


def test_what_may_be_read_comes_beside_what_may_not() -> None:
    till = Till()
    gid = till.make("Ski")
    query = f"""{{ product(id: "{gid}") {{
      title variants(first: 1) {{ nodes {{ title
        inventoryItem {{ inventoryLevels(first: 1) {{ nodes {{ id }} }} }} }} }}
      resourcePublications(first: 1) {{ nodes {{ isPublished }} }}
    }} }}"""
    body = asked(till, query, "read_products", "read_inventory")
    assert [error["path"][-1] for error in body["errors"]] == ["resourcePublications"]


def test_staff_is_for_apps_with_that_scope() -> None:
    till = Till()
    gid = "gid://shopify/StaffMember/1"
    body = asked(till, f'{{ shop {{ name }} staffMember(id: "{gid}") {{ name }} }}', *SCOPES)
    assert body["data"] == {"shop": {"name": "syncd demo"}, "staffMember": None}
    assert told(body)[0][0].startswith(
        "Access denied for staffMember field. Required access: `read_users` access scope."
    )


SCOPES = Till().shop.options.scopes


def test_without_approval_there_are_no_customers() -> None:
    till = Till()
    till.ask(CUSTOMER)
    body = asked(till, "{ customers(first: 1) { nodes { id } } }", *SCOPES, customer_data=0)
    assert body["data"] is None
    assert told(body) == [
        (
            "This app is not approved to access the Customer object."
            " See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.",
            ["customers"],
            "ACCESS_DENIED",
        )
    ]


def test_nodes_that_may_not_be_seen_are_null_one_by_one() -> None:
    till = Till()
    till.ask(CUSTOMER)
    (customer,) = till.shop.held["Customer"]
    ids = f'["{till.make("Ski")}", "gid://shopify/Customer/{customer}"]'
    query = f"{{ nodes(ids: {ids}) {{ id }} }}"
    body = asked(till, query, *SCOPES, customer_data=0)
    assert [one is None for one in body["data"]["nodes"]] == [False, True]
    assert [(path, code) for _, path, code in told(body)] == [(["nodes", 1], "ACCESS_DENIED")]
    body = asked(till, query, "read_products")
    assert [one is None for one in body["data"]["nodes"]] == [False, True]


def test_with_half_an_approval_customers_have_no_names() -> None:
    till = Till()
    till.ask(CUSTOMER)
    query = "{ customers(first: 1) { nodes { note firstName email } } }"
    body = asked(till, query, *SCOPES, customer_data=1)
    nodes = body["data"]["customers"]["nodes"]
    assert nodes == [{"note": "ski", "firstName": None, "email": None}]
    assert [(message.split(".")[0], path[-1]) for message, path, _ in told(body)] == [
        ("This app is not approved to use the firstName field", "firstName"),
        ("This app is not approved to use the email field", "email"),
    ]


@pytest.mark.parametrize(
    ("words", "scopes", "granted"),
    [
        ("`read_a` access scope or `read_b` access scope.", "read_b", True),
        ("`read_a` access scope or `read_b` access scope.", "write_a", True),
        ("`read_a` access scope.", "read_b", False),
        ("`write_a` access scope.", "read_a", False),
        ("`write_a` access scope as well as any of `write_b`, `write_c` access scopes.",
         "write_a", False),
        ("`write_a` access scope as well as any of `write_b`, `write_c` access scopes.",
         "write_a write_c", True),
        ("`read_a` for queries and both `read_a` as well as `write_a` for mutations.",
         "read_a", True),
        ("`read_a` access scope. Also: Requires `read_secret` scope.", "read_a", True),
        ("The user must have access to payouts.", "", True),
    ],
)  # fmt: skip
def test_scopes_are_granted_by_shopifys_words(words: str, scopes: str, granted: bool) -> None:
    assert is_granted(words, frozenset(scopes.split())) is granted
