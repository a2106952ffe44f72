"""The writes, applied to a small model of a product in Shopify, lead to the form that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.errors import RowError
from syncd.records import (
    Form,
    Link,
    ObservedProduct,
    ObservedVariant,
    Picture,
    Product,
    Shop,
    Variant,
    VariantForm,
    VariantIds,
)
from syncd.rules import changes, mapping, structure
from syncd.rules.changes import Write

GID = "gid://shopify/Product/1"
KEYS = "abcdef"
SHOP = Shop(
    shop_id=1,
    domain="fjord.myshopify.com",
    account_id="fjord",
    state="linked",
    enabled=True,
    sync_products=True,
    sync_stock=True,
    sync_description=True,
    price_department="1",
    stock_warehouse="1",
    location="gid://shopify/Location/1",
    publish_to=(),
    inactive_as="draft",
    currency="NOK",
)


def row(key: str, *values: str, **fields: Any) -> VariantForm:
    given: dict[str, Any] = {"sku": f"SKU-{key}", "barcode": "", "price": "499.00"}
    given |= {"compare_at_price": None, "tracked": True, "picture": None, **fields}
    return VariantForm(key=key, values=values, **given)


def form(*rows: VariantForm, options: Sequence[str] = ("Farge",), **fields: Any) -> Form:
    given: dict[str, Any] = {"title": "Genser", "vendor": "Fjord", "status": "ACTIVE"}
    given |= {"description_html": None, "pictures": (), **fields}
    return Form(options=tuple(options), variants=rows or (row("a", "Rød"),), **given)


def pictures(names: str) -> tuple[Picture, ...]:
    return tuple(Picture(f"https://x.no/{name}.jpg", None, name) for name in names)


# -------------------------------------------------------------------- a product as Shopify has it


@dataclass
class Held:
    """A product in Shopify, reduced to what the writes of `changes` can do to it."""

    options: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    variants: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    ids: count[int] = field(default_factory=lambda: count(1))

    def apply(self, write: Write) -> None:
        given = write.variables
        match write.document:
            case "ProductUpdate":
                self.fields |= {k: v for k, v in given["product"].items() if k != "id"}
            case "ProductSetFiles" | "ProductSet":
                self.set(given["input"])
            case "ProductVariantsBulkUpdate":
                assert len(given["variants"]) <= 250
                held = {variant["id"]: variant for variant in self.variants}
                for each in given["variants"]:
                    assert each.keys() - {"id"}, "a row that says nothing"
                    held[each["id"]].update(self.flat(each))
            case "ProductVariantsBulkCreate":
                assert len(given["variants"]) <= 250
                self.variants += [self.made(self.flat(each)) for each in given["variants"]]
            case other:
                raise AssertionError(other)
        values = [tuple(v["values"].items()) for v in self.variants]
        assert len({str(value).casefold() for value in values}) == len(values)

    def set(self, given: Mapping[str, Any]) -> None:
        """productSet: what a given list leaves out is deleted."""
        plain = ("title", "vendor", "status", "descriptionHtml")
        self.fields |= {name: given[name] for name in plain if name in given}
        if "files" in given:
            held = {each["address"] for each in self.files}
            new = {each["originalSource"] for each in given["files"] if "id" not in each}
            assert not held & new, "a second copy of a picture that is there"
            self.files = [self.filed(each) for each in given["files"]]
        assert ("variants" in given) == ("productOptions" in given)
        if "variants" in given:
            self.options = tuple(option["name"] for option in given["productOptions"])
            mine = {variant["id"]: variant for variant in self.variants}
            named = [each["id"] for each in given["variants"] if "id" in each]
            assert len(set(named)) == len(named) and set(named) <= mine.keys()
            self.variants = [
                self.made({**mine.get(each.get("id", ""), {}), **self.flat(each)})
                for each in given["variants"]
            ]
            self.check_options(given["productOptions"])
        shown = {each["id"] for each in self.files}
        for variant in self.variants:
            variant["file"] = variant["file"] if variant["file"] in shown else None

    def check_options(self, given: Sequence[Mapping[str, Any]]) -> None:
        for option in given:
            values = [value["name"] for value in option["values"]]
            assert len({value.casefold() for value in values}) == len(values)
            used = {variant["values"][option["name"]] for variant in self.variants}
            assert used == set(values)

    def flat(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A variant's input, whichever mutation it is for, with the names of one."""
        inventory = given.get("inventoryItem", {})
        plain = {
            k: v for k, v in given.items() if k in ("id", "price", "compareAtPrice", "barcode")
        }
        plain |= {k: v for k, v in {**given, **inventory}.items() if k in ("sku", "tracked")}
        if "optionValues" in given:
            plain["values"] = {each["optionName"]: each["name"] for each in given["optionValues"]}
        if "mediaId" in given:
            assert given["mediaId"] in {each["id"] for each in self.files}
            plain["file"] = given["mediaId"]
        if "file" in given:
            plain["file"] = self.filed(given["file"])["id"]
        return plain

    def filed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A file by its id, or by its address: then it is fetched, once within a call."""
        for each in self.files:
            if given.get("id") == each["id"] or given.get("originalSource") == each["address"]:
                return {**each, "alt": given["alt"]}
        address = given["originalSource"]
        return {"id": f"file {address}", "address": address, "alt": given["alt"]}

    def made(self, given: Mapping[str, Any]) -> dict[str, Any]:
        start: dict[str, Any] = {"sku": "", "barcode": "", "price": "0.00", "compareAtPrice": None}
        start |= {"tracked": False, "file": None}
        return {"id": f"variant {next(self.ids)}", **start, **given}

    def observed(self) -> ObservedProduct:
        variants = [
            ObservedVariant(VariantIds(each["id"], f"item of {each['id']}"), dict(each["values"]))
            for each in self.variants
        ]
        files = {each["id"]: each["alt"] for each in self.files}
        return seen(self.options, variants, files)

    def shown(self, like: Form) -> list[Any]:
        """Its variants and other fields in the terms of a form, as far as it has variants."""
        address = {each["id"]: each["address"] for each in self.files}
        rows = [
            row(
                ours.key,
                *(each["values"][option] for option in self.options),
                sku=each["sku"],
                barcode=each["barcode"],
                price=each["price"],
                compare_at_price=each["compareAtPrice"],
                tracked=each["tracked"],
                # No call here takes a picture from a variant while the product keeps it.
                picture=ours.picture and address.get(each["file"] or ""),
            )
            for ours, each in zip(like.variants, self.variants, strict=False)
        ]
        files = [(each["address"], each["alt"]) for each in self.files]
        return [self.options, rows, files, self.fields]


def expected(wanted: Form) -> list[Any]:
    fields = {"title": wanted.title, "vendor": wanted.vendor, "status": wanted.status}
    if wanted.description_html is not None:
        fields["descriptionHtml"] = wanted.description_html
    files = [(picture.address, picture.alt) for picture in wanted.pictures]
    return [wanted.options, list(wanted.variants), files, fields]


def backoffice(form: Form) -> Product:
    variants = [Variant(each.key, each.values, quantity=7) for each in form.variants]
    return Product("4711", form.title, form.vendor, True, variants=tuple(variants))


def created(wanted: Form) -> tuple[Held, Link]:
    held = Held()
    held.apply(changes.create(backoffice(wanted), wanted, SHOP))
    return held, linked(held, wanted, {})


def linked(held: Held, known: Form, before: Mapping[str, VariantIds]) -> Link:
    refs = [picture.ref for picture in known.pictures]
    return Link(
        key="4711",
        gid=GID,
        known=known,
        digest=mapping.digest(known),
        variants=changes.match_variants(known, before, held.observed().variants),
        files=dict(zip(refs, held.observed().files, strict=True)),
        published_at=None,
    )


def push(held: Held, link: Link, wanted: Form) -> list[str]:
    """The calls in the order in which the flow makes them; returns their documents."""
    sent: list[Write] = []

    def send(write: Write | None) -> None:
        if write is not None:
            held.apply(write)
            sent.append(write)

    if structure.needs_structure(wanted, link):
        send(structure.restructure(wanted, link, held.observed()))
        known = replace(link.known, options=wanted.options, variants=wanted.variants)
        if "files" in sent[0].variables["input"]:
            known = replace(known, pictures=wanted.pictures)
        link = linked(held, known, link.variants)
    send(changes.update_fields(wanted, link.known, GID))
    if write := changes.set_pictures(wanted, link):
        send(write)
        link = linked(held, replace(link.known, pictures=wanted.pictures), link.variants)
    for write in changes.update_variants(wanted, link, link.files):
        send(write)
    for write in changes.create_variants(wanted, link, link.files):
        send(write)
    return [write.document for write in sent]


# ------------------------------------------------------------------------------- for any two forms

OPTIONS = st.sampled_from(
    [("Farge",), ("Mål",), ("Farge", "Mål"), ("Mål", "Farge"), ("Farge", "Str")]
)
WORDS = ["Rød", "S", "M", "L / XL"]


@st.composite
def forms(draw: st.DrawFn, options: tuple[str, ...] = ()) -> Form:
    names = options or draw(OPTIONS)
    shown = pictures(draw(st.lists(st.sampled_from("pqr"), unique=True).map("".join)))
    rows = st.tuples(*[st.sampled_from(WORDS)] * len(names))
    unique = draw(st.lists(rows, min_size=1, max_size=4, unique=True))
    keys = draw(st.permutations(KEYS))
    variants = [
        row(
            key,
            *values,
            sku=draw(st.sampled_from(["", "X", "Y"])),
            barcode=draw(st.sampled_from(["", "7035"])),
            price=draw(st.sampled_from(["1.00", "2.00"])),
            compare_at_price=draw(st.sampled_from([None, "3.00"])),
            tracked=draw(st.booleans()),
            picture=draw(st.sampled_from([None, *[picture.ref for picture in shown]])),
        )
        for key, values in zip(keys, unique, strict=False)
    ]
    return form(
        *variants,
        options=names,
        title=draw(st.sampled_from(["Genser", "Jakke"])),
        status=draw(st.sampled_from(["ACTIVE", "DRAFT"])),
        description_html=draw(st.sampled_from(["", "<p>Varm</p>"])),
        pictures=shown,
    )


@st.composite
def edits(draw: st.DrawFn) -> tuple[Form, Form]:
    """A form, and what a few small edits made of it."""
    known = draw(forms(("Farge",)))
    rows = list(known.variants)
    for at in draw(st.lists(st.integers(0, len(rows) - 1), max_size=2)):
        fields: list[dict[str, Any]] = [{"price": "9.00"}, {"sku": "Z"}, {"values": (f"Ny {at}",)}]
        rows[at] = replace(rows[at], **draw(st.sampled_from(fields)))
    for key in draw(st.sampled_from(["", "", "x", "xy"])):
        rows.insert(draw(st.sampled_from([len(rows), 0])), row(key, f"Ny {key}"))
    if len(rows) > 1 and draw(st.booleans()):
        rows.pop(draw(st.integers(0, len(rows) - 1)))
    if draw(st.booleans()):
        rows.reverse()
    shown = draw(st.sampled_from([known.pictures, known.pictures + pictures("n")]))
    return known, replace(known, variants=tuple(rows), pictures=shown)


@given(forms())
def test_a_create_makes_just_the_form(wanted: Form) -> None:
    held, link = created(wanted)
    assert held.shown(wanted) == expected(wanted)
    assert link.variants.keys() == {variant.key for variant in wanted.variants}


@given(forms())
def test_nothing_is_sent_when_known_is_wanted(wanted: Form) -> None:
    held, link = created(wanted)
    assert push(held, link, wanted) == []


@given(st.tuples(forms(), forms()) | edits())
def test_the_writes_lead_from_any_form_to_any_other(pair: tuple[Form, Form]) -> None:
    known, wanted = pair
    held, link = created(known)
    push(held, link, wanted)
    assert held.shown(wanted) == expected(wanted)
    assert len(held.variants) == len(wanted.variants)


@given(forms(), forms())
def test_a_variant_keeps_its_id_as_long_as_it_lives(known: Form, wanted: Form) -> None:
    held, link = created(known)
    push(held, link, wanted)
    after = linked(held, wanted, link.variants).variants
    for key in link.variants.keys() & after.keys():
        assert after[key] == link.variants[key]


@given(forms(), forms(), st.data())
def test_what_the_merchant_made_stays_unless_we_refuse(
    known: Form, wanted: Form, data: st.DataObject
) -> None:
    held, link = created(known)
    values = data.draw(st.tuples(*[st.sampled_from(["s", "Blå", "RØD"])] * len(known.options)))
    made = dict(zip(held.options, values, strict=True))
    folded = [
        tuple(value.casefold() for value in each["values"].values()) for each in held.variants
    ]
    assume(tuple(value.casefold() for value in values) not in folded)
    merchants = held.made({"values": made, "price": "77.00"})
    held.variants.insert(data.draw(st.integers(0, len(held.variants))), merchants)
    ids = changes.match_variants(wanted, link.variants, held.observed().variants)
    adopted = merchants["id"] in {each.variant for each in ids.values()}
    try:
        documents = push(held, link, wanted)
    except RowError as refusal:
        assert "made in Shopify" in refusal.message and "in Shopify" in refusal.hint
        assert not adopted
        return
    after = {each["id"]: each for each in held.variants}
    assert merchants["id"] in after
    if not adopted and "ProductSet" in documents:
        kept = after[merchants["id"]]
        assert kept["price"] == "77.00"
        assert sorted(map(str.casefold, kept["values"].values())) == sorted(
            value.casefold() for value in values
        )
        assert len(after) == len(wanted.variants) + 1


@given(forms(("Farge", "Mål")), forms(("Mål", "Farge")), st.permutations(KEYS), st.data())
def test_no_id_is_given_to_two_variants_nor_by_position(
    shown: Form, wanted: Form, keys: list[str], data: st.DataObject
) -> None:
    held, link = created(shown)
    strangers = dict(zip(keys, link.variants.values(), strict=False))
    data.draw(st.randoms()).shuffle(held.variants)
    found = changes.match_variants(wanted, strangers, held.observed().variants)
    ids = [each.variant for each in found.values()]
    assert len(set(ids)) == len(ids)
    values = {each["id"]: each["values"] for each in held.variants}
    for variant in wanted.variants:
        if variant.key in found and found[variant.key] != strangers.get(variant.key):
            mine = dict(zip(wanted.options, variant.values, strict=True))
            assert values[found[variant.key].variant] == mine


# ------------------------------------------------------------------------------------- single calls

KNOWN = form(row("a", "Rød"), row("b", "Blå"), pictures=pictures("p"))
A, B = KNOWN.variants


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        pytest.param(replace(KNOWN, title="Jakke"), {"title": "Jakke"}, id="title"),
        pytest.param(replace(KNOWN, status="DRAFT"), {"status": "DRAFT"}, id="status"),
        pytest.param(
            replace(KNOWN, description_html=""), {"descriptionHtml": ""}, id="description, now ours"
        ),
        pytest.param(
            replace(KNOWN, title="J", vendor="V"), {"title": "J", "vendor": "V"}, id="two fields"
        ),
    ],
)
def test_single_fields(wanted: Form, given: dict[str, str]) -> None:
    write = changes.update_fields(wanted, KNOWN, GID)
    assert write == Write("ProductUpdate", {"product": {"id": GID, **given}})


def test_a_description_that_is_the_merchants_again_is_left_alone() -> None:
    known = replace(KNOWN, description_html="<p>Varm</p>")
    assert changes.update_fields(KNOWN, known, GID) is None


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        pytest.param(
            {"price": "399.00", "compare_at_price": "499.00"},
            {"price": "399.00", "compareAtPrice": "499.00"},
            id="an offer begins",
        ),
        pytest.param({"barcode": ""}, None, id="nothing"),
        pytest.param({"barcode": "7035"}, {"barcode": "7035"}, id="barcode"),
        pytest.param({"sku": ""}, {"inventoryItem": {"sku": ""}}, id="a SKU is cleared"),
        pytest.param({"tracked": False}, {"inventoryItem": {"tracked": False}}, id="not counted"),
        pytest.param({"picture": "https://x.no/p.jpg"}, {"mediaId": "file p"}, id="picture"),
        pytest.param({"picture": "https://x.no/lost.jpg"}, None, id="a picture we have no id of"),
    ],
)
def test_just_the_fields_of_a_variant_that_differ(
    fields: dict[str, Any], given: dict[str, Any] | None
) -> None:
    _, link = created(KNOWN)
    wanted = replace(KNOWN, variants=(A, replace(B, **fields)))
    writes = changes.update_variants(wanted, link, {"https://x.no/p.jpg": "file p"})
    sent = [{"id": link.variants["b"].variant, **given}] if given else []
    assert [write.variables["variants"] for write in writes] == ([sent] if sent else [])


def test_an_offer_that_ends_takes_the_list_price_away() -> None:
    known = replace(KNOWN, variants=(replace(A, price="399.00", compare_at_price="499.00"),))
    _, link = created(known)
    (write,) = changes.update_variants(replace(known, variants=(A,)), link, {})
    assert write.variables["variants"][0]["compareAtPrice"] is None


def test_pictures_we_have_go_by_their_id_and_new_ones_by_address() -> None:
    _, link = created(KNOWN)
    wanted = replace(KNOWN, pictures=pictures("qp"))
    write = changes.set_pictures(wanted, link)
    assert write is not None and write.variables["identifier"] == {"id": GID}
    assert write.variables["input"]["files"] == [
        {"originalSource": "https://x.no/q.jpg", "alt": "q", "contentType": "IMAGE"},
        {"id": link.files["https://x.no/p.jpg"], "alt": "p"},
    ]


@pytest.mark.parametrize(
    ("variants", "needs"),
    [
        pytest.param((A, B), False, id="as it is"),
        pytest.param((A, replace(B, price="1.00")), False, id="a price"),
        pytest.param((A, B, row("c", "Grå")), False, id="one more, last"),
        pytest.param((A, row("c", "Grå"), B), True, id="one more, between"),
        pytest.param((B, A), True, id="another order"),
        pytest.param((A,), True, id="one less"),
        pytest.param((A, row("b", "Grå")), True, id="another value"),
        pytest.param((A, row("c", "Blå")), True, id="another variant in the same place"),
    ],
)
def test_when_only_the_whole_structure_will_do(
    variants: tuple[VariantForm, ...], needs: bool
) -> None:
    _, link = created(KNOWN)
    assert structure.needs_structure(replace(KNOWN, variants=variants), link) is needs


def test_a_known_variant_without_an_id_needs_a_look_at_the_structure() -> None:
    _, link = created(KNOWN)
    assert structure.needs_structure(KNOWN, replace(link, variants={"a": link.variants["a"]}))


def test_lists_go_in_pages_of_250() -> None:
    rows = [row(f"v{at}", f"{at}") for at in range(2048)]
    _, link = created(form(*rows[:1000]))
    dearer = [replace(each, price="1.00") for each in rows]
    creates = changes.create_variants(form(*dearer), link, {})
    updates = changes.update_variants(form(*dearer), link, {})
    assert [len(write.variables["variants"]) for write in updates] == [250] * 4
    assert [len(write.variables["variants"]) for write in creates] == [250] * 4 + [48]
    keys = [
        each["inventoryItem"]["sku"] for write in creates for each in write.variables["variants"]
    ]
    assert keys == [f"SKU-v{at}" for at in range(1000, 2048)]


# ---------------------------------------------------------------------------------------- creation


def test_a_create_carries_our_identity() -> None:
    write = changes.create(backoffice(KNOWN), KNOWN, SHOP)
    assert write.variables["identifier"] == changes.identity("4711")
    assert write.variables["input"]["metafields"] == [
        {"namespace": "syncd", "key": "backoffice_id", "type": "id", "value": "4711"},
    ]


@pytest.mark.parametrize(
    ("shop", "is_tracked", "quantity", "is_sent"),
    [
        pytest.param(SHOP, True, 7, True, id="counted"),
        pytest.param(SHOP, True, 0, True, id="none left"),
        pytest.param(SHOP, False, 7, False, id="not tracked"),
        pytest.param(SHOP, True, None, False, id="no warehouse"),
        pytest.param(replace(SHOP, location=None), True, 7, False, id="no location"),
        pytest.param(replace(SHOP, sync_stock=False), True, 7, False, id="stock is not ours"),
    ],
)
def test_the_first_count_goes_along_with_a_create(
    shop: Shop, is_tracked: bool, quantity: int | None, is_sent: bool
) -> None:
    wanted = form(row("a", "Rød", tracked=is_tracked))
    made = Product("4711", "G", "V", True, variants=(Variant("a", ("Rød",), quantity=quantity),))
    (sent,) = changes.create(made, wanted, shop).variables["input"]["variants"]
    counts = [{"locationId": SHOP.location, "name": "available", "quantity": quantity}]
    assert sent.get("inventoryQuantities") == (counts if is_sent else None)


def test_publishing_names_each_channel() -> None:
    write = changes.publish(GID, ["gid://p/1", "gid://p/2"])
    channels = [{"publicationId": "gid://p/1"}, {"publicationId": "gid://p/2"}]
    assert write == Write("PublishablePublish", {"id": GID, "input": channels})


# --------------------------------------------------------------------------------------- structure


def observed(options: Sequence[str], **values: Sequence[str]) -> ObservedProduct:
    """Shopify's variants by the number of their id."""
    variants = [
        ObservedVariant(VariantIds(gid, f"i{gid}"), dict(zip(options, row, strict=True)))
        for gid, row in values.items()
    ]
    return seen(options, variants, {})


def seen(
    options: Sequence[str], variants: Sequence[ObservedVariant], files: Mapping[str, str]
) -> ObservedProduct:
    """What the rules here look at: the structure and the files."""
    return ObservedProduct(
        gid=GID,
        title="",
        vendor="",
        status="ACTIVE",
        description_html="",
        options=tuple(options),
        variants=tuple(variants),
        fields={},
        files=files,
    )


def link_to(known: Form, **gids: str) -> Link:
    ids = {key: VariantIds(gid, f"i{gid}") for key, gid in gids.items()}
    return Link("4711", GID, known, "", ids, {}, datetime(2026, 1, 1, tzinfo=UTC))


def test_each_variant_is_named_with_its_id_but_those_that_left_the_backoffice() -> None:
    shown = observed(["Farge"], v1=["Rød"], v2=["Blå"], v9=["Gull"])
    wanted = form(row("c", "Grå"), row("a", "Rosa"))
    write = structure.restructure(wanted, link_to(KNOWN, a="v1", b="v2"), shown)
    assert write.variables["identifier"] == {"id": GID}
    given = write.variables["input"]
    assert [each.get("id") for each in given["variants"]] == [None, "v1", "v9"]
    assert given["variants"][2] == {
        "id": "v9",
        "optionValues": [{"optionName": "Farge", "name": "Gull"}],
    }
    assert given["productOptions"] == [
        {"name": "Farge", "values": [{"name": "Grå"}, {"name": "Rosa"}, {"name": "Gull"}]}
    ]
    assert given.keys() == {"productOptions", "variants"}  # nothing else could be deleted


def test_the_merchants_variant_follows_when_options_change_places() -> None:
    shown = observed(["Farge", "Mål"], v1=["Rød", "S"], v9=["rød", "XL"])
    wanted = form(row("a", "S", "Rød"), options=["Mål", "Farge"])
    write = structure.restructure(wanted, link_to(KNOWN, a="v1"), shown)
    assert write.variables["input"]["variants"][1]["optionValues"] == [
        {"optionName": "Mål", "name": "XL"},
        {"optionName": "Farge", "name": "Rød"},
    ]


@pytest.mark.parametrize(
    ("wanted", "shown", "message"),
    [
        pytest.param(
            form(row("a", "Rød", "S"), options=["Farge", "Mål"]),
            observed(["Farge"], v1=["Rød"], v9=["Gull"]),
            "1 variants made in Shopify with the options Farge; Farge, Mål do not fit",
            id="another number of options",
        ),
        pytest.param(
            form(row("a", "Gull")),
            observed(["Farge"], v1=["Rød"], v9=["GULL"]),
            "SKU SKU-a: a variant made in Shopify is GULL already",
            id="the same values",
        ),
        pytest.param(
            form(*[row(f"v{at}", f"{at}") for at in range(2048)]),
            observed(["Farge"], v9=["Gull"]),
            "2048 variants and 1 made in Shopify; Shopify holds 2048",
            id="too many together",
        ),
    ],
)
def test_variants_made_in_shopify_that_do_not_fit_are_refused(
    wanted: Form, shown: ObservedProduct, message: str
) -> None:
    with pytest.raises(RowError, match="product 4711") as refusal:
        structure.restructure(wanted, link_to(KNOWN, a="v1"), shown)
    assert message in refusal.value.message
    assert "in Shopify" in refusal.value.hint


@pytest.mark.parametrize(
    ("wanted", "linked", "shown", "found"),
    [
        pytest.param(
            KNOWN,
            {"a": "v2", "b": "v1"},
            observed(["Farge"], v1=["Rød"], v2=["Blå"]),
            {"a": "v2", "b": "v1"},
            id="the link says more than the values",
        ),
        pytest.param(
            KNOWN,
            {},
            observed(["Farge"], v1=["BLÅ"], v2=["rød"]),
            {"a": "v2", "b": "v1"},
            id="case",
        ),
        pytest.param(
            KNOWN,
            {"a": "v1", "b": "v1"},
            observed(["Farge"], v1=["Rød"]),
            {"a": "v1"},
            id="a link that says one id twice",
        ),
        pytest.param(
            KNOWN,
            {"a": "v7"},
            observed(["Farge"], v1=["Rød"]),
            {"a": "v1"},
            id="deleted in Shopify, made again",
        ),
        pytest.param(
            KNOWN, {}, observed(["Farge"], v1=["Grå"], v2=["Gul"]), {}, id="never by position"
        ),
        pytest.param(
            form(row("c", "Rød")),
            {"a": "v1"},
            observed(["Farge"], v1=["Rød"]),
            {"c": "v1"},
            id="in the place of one that left",
        ),
        pytest.param(
            form(row("a", "S", "M"), row("b", "M", "S"), options=["Topp", "Bukse"]),
            {},
            observed(["Bukse", "Topp"], v1=["S", "M"], v2=["M", "S"]),
            {"a": "v2", "b": "v1"},
            id="options in another order",
        ),
        pytest.param(
            form(row("a", "S", "Rød"), options=["Mål", "Farge"]),
            {},
            observed(["Color", "Mål"], v1=["Rød", "S"]),
            {"a": "v1"},
            id="an option renamed",
        ),
        pytest.param(
            KNOWN,
            {},
            replace(observed(["FARGE"], v1=["Rød"]), options=("Farge",)),
            {"a": "v1"},
            id="an option written otherwise than we sent it",
        ),
        pytest.param(
            form(row("a", "S", "Rød"), options=["Mål", "Farge"]),
            {},
            observed(["Mål"], v1=["S"]),
            {},
            id="another number of options",
        ),
    ],
)
def test_matching_variants(
    wanted: Form, linked: dict[str, str], shown: ObservedProduct, found: dict[str, str]
) -> None:
    ids = {key: VariantIds(gid, f"i{gid}") for key, gid in linked.items()}
    made = changes.match_variants(wanted, ids, shown.variants)
    assert {key: each.variant for key, each in made.items()} == found
    assert all(each.inventory_item == f"i{each.variant}" for each in made.values())
