"""Customers: made, changed, found, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.sales import ORDER_CREATE, later, payload, said
from tests.sandbox.till import Till

CUSTOMER = """
  id firstName lastName displayName email phone locale note state tags taxExempt numberOfOrders
  canDelete verifiedEmail
  defaultEmailAddress { emailAddress marketingState marketingOptInLevel marketingUpdatedAt }
  defaultPhoneNumber { phoneNumber marketingState marketingCollectedFrom }
  smsMarketingConsent { marketingState consentCollectedFrom }
  defaultAddress { address1 city country countryCodeV2 province provinceCode name formattedArea }
  addressesV2(first: 5) { nodes { id address1 } }
  metafields(first: 5) { nodes { namespace key value } }
"""
CREATE = f"""
mutation ($input: CustomerInput!) {{
  customerCreate(input: $input) {{ customer {{ {CUSTOMER} }} userErrors {{ field message }} }}
}}
"""
UPDATE = CREATE.replace("customerCreate", "customerUpdate")
SET = """
mutation ($input: CustomerSetInput!, $identifier: CustomerSetIdentifiers) {
  customerSet(input: $input, identifier: $identifier) {
    customer { id email lastName addressesV2(first: 5) { nodes { address1 } } }
    userErrors { field message code }
  }
}
"""
DELETE = """
mutation ($input: CustomerDeleteInput!) {
  customerDelete(input: $input) { deletedCustomerId userErrors { field message } }
}
"""
MERGE = """
mutation ($one: ID!, $two: ID!) {
  customerMerge(customerOneId: $one, customerTwoId: $two) {
    resultingCustomerId job { done } userErrors { field message }
  }
}
"""
ADDRESS_CREATE = """
mutation ($id: ID!, $address: MailingAddressInput!) {
  customerAddressCreate(customerId: $id, address: $address) {
    address { id name formattedArea province } userErrors { field message }
  }
}
"""
CONSENT = """
mutation ($input: CustomerEmailMarketingConsentUpdateInput!) {
  customerEmailMarketingConsentUpdate(input: $input) {
    customer { defaultEmailAddress { marketingState marketingUpdatedAt } }
    userErrors { field message code }
  }
}
"""
KARI = {"email": "kari@example.com", "firstName": "Kari", "lastName": "Nordmann"}
OTTAWA = {"address1": "1 Main St", "city": "Ottawa", "countryCode": "CA", "provinceCode": "ON"}


def create(till: Till, **input: Any) -> Any:
    return payload(till, CREATE, input=input)


def a_customer(till: Till, **input: Any) -> Any:
    made = create(till, **{**KARI, **input})
    assert made["userErrors"] == []
    return made["customer"]


def test_a_new_customer() -> None:
    found = a_customer(Till(), phone="+4790012345", tags=["vip, a", "VIP"])
    assert found | {"id": ""} == {
        **KARI,
        "id": "",
        "displayName": "Kari Nordmann",
        "phone": "+4790012345",
        "locale": "en",
        "note": None,
        "state": "DISABLED",
        "tags": ["a", "vip"],
        "taxExempt": False,
        "numberOfOrders": "0",
        "canDelete": True,
        "verifiedEmail": True,
        "defaultEmailAddress": {
            "emailAddress": "kari@example.com",
            "marketingState": "NOT_SUBSCRIBED",
            "marketingOptInLevel": "SINGLE_OPT_IN",
            "marketingUpdatedAt": None,
        },
        "defaultPhoneNumber": {
            "phoneNumber": "+4790012345",
            "marketingState": "NOT_SUBSCRIBED",
            "marketingCollectedFrom": None,
        },
        "smsMarketingConsent": {
            "marketingState": "NOT_SUBSCRIBED",
            "consentCollectedFrom": "OTHER",
        },
        "defaultAddress": None,
        "addressesV2": {"nodes": []},
        "metafields": {"nodes": []},
    }


@pytest.mark.parametrize(
    ("input", "errors"),
    [
        pytest.param(
            {}, [(None, "A name, phone number, or email address must be present")], id="nobody"
        ),
        pytest.param({"email": "no-mail"}, [(["email"], "Email is invalid")], id="email"),
        pytest.param({"phone": "abc"}, [(["phone"], "Phone is invalid")], id="phone"),
        pytest.param(
            {"email": "KARI@example.com"},
            [(["email"], "Email has already been taken")],
            id="an email is one customer's, in any case",
        ),
        pytest.param(
            {"phone": "900 12 345", "email": "a@b.no"},
            [(["phone"], "Phone is invalid")],
            id="a number needs its country",
        ),
        pytest.param(
            {"phone": "+47 900 12 345"},
            [(["phone"], "Phone has already been taken")],
            id="a phone is one customer's, however it is written",
        ),
        pytest.param(
            {"email": "a@b.no", "locale": "not-a-locale"},
            [(["locale"], "Locale is invalid")],
            id="locale",
        ),
        pytest.param(
            {"email": "a@b.no", "tags": [",".join(f"tag-{n}" for n in range(251))]},
            [(["tags"], "Tags cannot be more than 250")],
            id="tags",
        ),
        pytest.param(
            {"email": "a@b.no", "note": "x" * 5001},
            [(["note"], "Note is too long (maximum is 5000 characters)")],
            id="note",
        ),
        pytest.param(
            {
                "email": "a@b.no",
                "addresses": [{"id": "gid://shopify/MailingAddress/1", "address1": "1 Spear St"}],
                "metafields": [{"id": "gid://shopify/Metafield/999", "value": "v"}],
            },
            [(["addresses", "0", "id"], "Cannot specify address ID on creation")],
            id="ids",
        ),
        pytest.param(
            {"email": "a@b.no", "addresses": [{"country": "Atlantis"}]},
            [(["addresses", "0", "country"], "Country is invalid")],
            id="country",
        ),
        pytest.param(
            {"email": "a@b.no", "addresses": [{"countryCode": "US", "provinceCode": "ON"}]},
            [(["addresses", "0", "province"], "Province is invalid")],
            id="province",
        ),
    ],
)
def test_customer_create_refuses(input: Any, errors: Any) -> None:
    till = Till()
    a_customer(till, phone="+4790012345")
    made = create(till, **input)
    assert made["customer"] is None
    assert said(made) == errors


def test_blank_names_are_none() -> None:
    found = create(Till(), email="a@b.no", firstName="  ", lastName="", note="", phone="")
    assert found["customer"]["displayName"] == "a@b.no"
    assert (found["customer"]["firstName"], found["customer"]["note"]) == (None, "")


def test_a_customer_without_a_name_is_called_by_phone() -> None:
    found = create(Till(), phone="+14158103301")
    assert found["customer"]["displayName"] == "+1 415-810-3301"


def test_an_update_changes_what_is_given() -> None:
    till = Till()
    kari = a_customer(till, tags=["vip"])
    later(till, 60)
    changed = payload(till, UPDATE, input={"id": kari["id"], "lastName": "Hansen"})["customer"]
    assert (changed["lastName"], changed["tags"]) == ("Hansen", ["vip"])


def test_nobody_is_left_without_a_name_or_a_way() -> None:
    till = Till()
    made = create(till, email="a@b.no")["customer"]
    found = payload(till, UPDATE, input={"id": made["id"], "email": None})
    assert said(found) == [(None, "A name, phone number, or email address must be present")]


def test_an_unknown_customer_is_not_updated() -> None:
    found = payload(Till(), UPDATE, input={"id": "gid://shopify/Customer/1", "note": "x"})
    assert said(found) == [(["id"], "Customer does not exist")]


def test_a_customers_metafields_come_with_them() -> None:
    field = {"namespace": "pos", "key": "number", "value": "4711", "type": "single_line_text_field"}
    found = a_customer(Till(), metafields=[field])
    assert found["metafields"]["nodes"] == [{"namespace": "pos", "key": "number", "value": "4711"}]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param(OTTAWA, ("Canada", "Ontario", "ON", "Ottawa ON, Canada"), id="codes"),
        pytest.param(
            {"city": "San Francisco", "countryCode": "US", "country": "Canada"},
            ("United States", None, None, "San Francisco, United States"),
            id="a code wins against a name",
        ),
        pytest.param(
            {"city": "Oslo", "country": "Norway", "provinceCode": "ON"},
            ("Norway", None, None, "Oslo, Norway"),
            id="no provinces, no province",
        ),
    ],
)
def test_addresses(address: Any, shown: Any) -> None:
    found = a_customer(Till(), addresses=[address])["defaultAddress"]
    assert found["name"] == "Kari Nordmann"
    names = ("country", "province", "provinceCode", "formattedArea")
    assert tuple(found[name] for name in names) == shown


def test_an_address_is_added_once() -> None:
    till = Till()
    kari = a_customer(till)
    made = payload(till, ADDRESS_CREATE, id=kari["id"], address=OTTAWA)
    assert made["address"]["id"].endswith("?model_name=CustomerAddress")
    again = payload(till, ADDRESS_CREATE, id=kari["id"], address=OTTAWA)
    assert said(again) == [(["address"], "Address already exists")]


# ------------------------------------------------------------------------------------------- set


def test_customer_set_makes_whom_it_does_not_find() -> None:
    till = Till()
    by_email = {"identifier": {"email": "kari@example.com"}}
    first = payload(till, SET, input=KARI, **by_email)["customer"]
    second = payload(till, SET, input={**KARI, "lastName": "Hansen"}, **by_email)["customer"]
    assert second == {**first, "lastName": "Hansen"}


@pytest.mark.parametrize(
    ("identifier", "input", "code"),
    [
        pytest.param(
            {"id": "gid://shopify/Customer/1"}, {"firstName": "Ghost"}, "NOT_FOUND", id="unknown"
        ),
        pytest.param(None, {"id": "gid://shopify/Customer/1"}, "ID_NOT_ALLOWED", id="id"),
        pytest.param(
            {"email": "a@b.no"}, {"firstName": "A"}, "MISSING_FIELD_REQUIRED", id="missing"
        ),
        pytest.param(
            {"email": "a@b.no"}, {"email": "b@b.no"}, "INPUT_MISMATCH", id="says something else"
        ),
    ],
)
def test_customer_set_refuses(identifier: Any, input: Any, code: str) -> None:
    found = payload(Till(), SET, input=input, identifier=identifier)
    assert [one["code"] for one in found["userErrors"]] == [code]


def test_a_list_of_addresses_is_the_whole_list() -> None:
    till = Till()
    kari = a_customer(till, addresses=[OTTAWA])
    asked = {"identifier": {"id": kari["id"]}, "input": {**KARI, "addresses": []}}
    assert payload(till, SET, **asked)["customer"]["addressesV2"] == {"nodes": []}


# ---------------------------------------------------------------------------------------- consent


def test_consent_is_given_and_withdrawn() -> None:
    till = Till()
    kari = a_customer(till)
    consent = {"marketingState": "SUBSCRIBED", "consentUpdatedAt": "2026-04-25T01:00:00Z"}
    asked = {"customerId": kari["id"], "emailMarketingConsent": consent}
    found = payload(till, CONSENT, input=asked)
    assert found["customer"]["defaultEmailAddress"] == {
        "marketingState": "SUBSCRIBED",
        "marketingUpdatedAt": "2026-04-25T01:00:00Z",
    }


def test_nobody_is_made_never_subscribed_again() -> None:
    till = Till()
    kari = a_customer(till)
    consent = {"marketingState": "NOT_SUBSCRIBED"}
    asked = {"customerId": kari["id"], "emailMarketingConsent": consent}
    body = till.ask(CONSENT, {"input": asked})
    assert [(one["message"], one["extensions"]["code"]) for one in body["errors"]] == [
        ("Cannot specify NOT_SUBSCRIBED as a marketing state input", "INVALID")
    ]


# --------------------------------------------------------------------------------- deleted, merged


def test_a_customer_with_orders_stays() -> None:
    till = Till()
    kari = a_customer(till)
    price = {"shopMoney": {"amount": "9.99", "currencyCode": "NOK"}}
    lines = [{"title": "Wax", "quantity": 1, "priceSet": price}]
    payload(till, ORDER_CREATE, order={"customerId": kari["id"], "lineItems": lines})
    found = payload(till, DELETE, input={"id": kari["id"]})
    assert said(found) == [
        (["id"], "Customer can’t be deleted because they have associated orders")
    ]
    other = a_customer(till, email="ola@example.com")
    assert payload(till, DELETE, input={"id": other["id"]})["deletedCustomerId"] == other["id"]


def test_two_customers_become_one_with_the_orders_of_both() -> None:
    till = Till()
    kari, ola = a_customer(till, tags=["a"]), a_customer(till, email="ola@example.com", tags=["b"])
    price = {"shopMoney": {"amount": "9.99", "currencyCode": "NOK"}}
    lines = [{"title": "Wax", "quantity": 1, "priceSet": price}]
    payload(till, ORDER_CREATE, order={"customerId": kari["id"], "lineItems": lines})
    found = payload(till, MERGE, one=kari["id"], two=ola["id"])
    assert found["resultingCustomerId"] == ola["id"]
    after = till.ask(
        "query($one: ID!, $two: ID!) { gone: customer(id: $one) { id }"
        " kept: customer(id: $two) { email tags numberOfOrders } }",
        {"one": kari["id"], "two": ola["id"]},
    )["data"]
    assert after["gone"] is None
    assert after["kept"] == {"email": "ola@example.com", "tags": ["a", "b"], "numberOfOrders": "1"}


# ----------------------------------------------------------------------------------------- found


@pytest.mark.parametrize(
    ("query", "emails"),
    [
        pytest.param("email:kari@example.com", ["kari@example.com"], id="email"),
        pytest.param("phone:+4790012345", ["kari@example.com"], id="phone"),
        pytest.param("tag:vip state:DISABLED", ["kari@example.com"], id="two at once"),
        pytest.param("country:Canada", ["ola@example.com"], id="country"),
        pytest.param("-tag:vip", ["ola@example.com"], id="not"),
        pytest.param("ola@example.com", ["ola@example.com"], id="a bare word"),
        pytest.param("(tag:vip OR tag:x) state:ENABLED", [], id="nobody"),
    ],
)
def test_customers_are_found_by_query(query: str, emails: list[str]) -> None:
    till = Till()
    a_customer(till, phone="+4790012345", tags=["vip"])
    a_customer(till, email="ola@example.com", addresses=[OTTAWA])
    found = till.ask(
        "query($q: String) { customers(first: 9, query: $q) { nodes { email } } }", {"q": query}
    )
    assert [one["email"] for one in found["data"]["customers"]["nodes"]] == emails


@pytest.mark.parametrize(
    ("key", "emails"),
    [
        pytest.param("NAME", ["a", "b", "c"], id="name"),
        pytest.param("UPDATED_AT", ["c", "a", "b"], id="when they last changed"),
        pytest.param("ID", ["b", "c", "a"], id="as they came"),
    ],
)
def test_customers_are_sorted(key: str, emails: list[str]) -> None:
    till = Till()
    made = {}
    for name in ("b", "c", "a"):
        later(till, 60)
        made[name] = a_customer(till, email=f"{name}@example.com", lastName=name.upper())
    later(till, 60)
    payload(till, UPDATE, input={"id": made["b"]["id"], "note": "changed"})
    found = till.ask(
        "query($key: CustomerSortKeys) { customers(first: 9, sortKey: $key) { nodes { email } } }",
        {"key": key},
    )
    shown = [one["email"].partition("@")[0] for one in found["data"]["customers"]["nodes"]]
    assert shown == emails


def test_the_count_ignores_most_filters_and_says_so() -> None:
    till = Till()
    a_customer(till)
    body = till.ask('{ customersCount(query: "email:nobody@example.com") { count precision } }')
    assert body["data"]["customersCount"] == {"count": 1, "precision": "EXACT"}
    assert [one["code"] for one in body["extensions"]["search"][0]["warnings"]] == ["invalid_field"]


@pytest.mark.parametrize(
    "identifier",
    [
        pytest.param({"emailAddress": "kari@example.com"}, id="email"),
        pytest.param({"phoneNumber": "+47 900 12 345"}, id="phone"),
    ],
)
def test_a_customer_is_found_by_an_identifier(identifier: Any) -> None:
    till = Till()
    kari = a_customer(till, phone="+4790012345")
    found = till.ask(
        "query($by: CustomerIdentifierInput!) { customerByIdentifier(identifier: $by) { id } }",
        {"by": identifier},
    )
    assert found["data"]["customerByIdentifier"] == {"id": kari["id"]}
