"""What a read tells of a product whose last write is in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.records import Link, ObservedFile, ObservedProduct, Picture, VariantIds
from syncd.rules import adoption, changes, mapping, structure
from syncd.rules.adoption import Sight
from syncd.rules.owners import Tried
from tests.rules.forms import GID, SHOP, form, link_to, row, seen

PICTURE = Picture("https://x.no/1.jpg", None, "")
FORM = form(
    row("s", "S", sku="J-S"), row("m", "M", sku="J-M"), options=("Størrelse",), pictures=(PICTURE,)
)
FILE = ObservedFile("gid://shopify/MediaImage/1", "")
OVERWRITE = replace(SHOP, image_mode="overwrite")


def shown(
    *sizes: str, files: tuple[ObservedFile, ...] = (FILE,), **fields: object
) -> ObservedProduct:
    """The product as FORM has it, with these sizes; `fields` are of each variant."""
    variants = {f"v{size}": ((size,), {"sku": f"J-{size}", **fields}) for size in sizes}
    return seen(["Størrelse"], variants, files)


def known(*keys: str) -> Link:
    left = tuple(one for one in FORM.variants if one.key in keys)
    link = link_to(replace(FORM, variants=left), **{key: f"v{key.upper()}" for key in keys})
    return replace(link, files={PICTURE.ref: FILE.gid})


def found(observed: ObservedProduct) -> Sight:
    """The sight of a product that carries our identity, without a link."""
    link = adoption.unknown(FORM, GID, "4711")
    return adoption.reconsidered(FORM, link, observed, SHOP, {})


def reconsidered(link: Link, observed: ObservedProduct, tried: Tried | None = None) -> Link:
    return adoption.reconsidered(FORM, link, observed, SHOP, tried or {}).link


def test_a_product_that_is_found_again_gets_what_differs() -> None:
    link = found(shown("S", "M", price="5.00")).link
    assert changes.update_fields(FORM, link) is None
    (rows,) = changes.update_variants(FORM, link)
    assert [one["price"] for one in rows.variables["variants"]] == ["499.00", "499.00"]
    assert not structure.needs_structure(FORM, link)


def test_of_a_product_that_is_found_again_nothing_is_known_yet() -> None:
    link = adoption.unknown(FORM, GID, "4711")
    assert (link.gid, link.variants, link.files, link.published_at) == (GID, {}, {}, None)
    assert (link.known.variants, link.known.pictures) == ((), ())
    assert link.digest == mapping.digest(link.known)


def test_amounts_are_read_in_the_canonical_form() -> None:
    link = found(shown("S", "M", price="5.0", compare_at_price="7")).link
    assert [one.prices for one in link.known.variants] == [("5.00", "7.00")] * 2


def test_a_read_makes_the_digest_anew() -> None:
    link = reconsidered(known("s", "m"), shown("S", "M", barcode="7035"))
    assert link.digest == mapping.digest(link.known) != mapping.digest(FORM)


def test_pictures_whose_files_nobody_knows_are_sent_again() -> None:
    assert changes.pictures_differ(FORM, found(shown("S", "M")).link)


def test_pictures_known_by_their_names_are_not() -> None:
    named = replace(FILE, name="1.jpg")
    assert not changes.pictures_differ(FORM, found(shown("S", "M", files=(named,))).link)


def test_nothing_is_sent_to_a_product_that_is_as_wanted() -> None:
    assert reconsidered(known("s", "m"), shown("S", "M")).known == FORM


def test_a_variant_that_was_deleted_meanwhile_is_made_again() -> None:
    link = reconsidered(known("s", "m"), shown("S"))
    assert set(link.variants) == {"s"}
    assert [one.key for one in link.known.variants] == ["s"]
    assert len(changes.create_variants(FORM, link, {}, SHOP)) == 1


def test_variants_of_a_lost_call_are_found_by_their_values() -> None:
    link = reconsidered(known("s"), shown("S", "M"))
    assert link.variants == {"s": VariantIds("vS", "ivS"), "m": VariantIds("vM", "ivM")}
    assert changes.create_variants(FORM, link, {}, SHOP) == []


def test_a_variant_that_takes_the_place_of_another_takes_its_link() -> None:
    wanted = replace(FORM, variants=(FORM.variants[0], row("n", "M", sku="J-N")))
    sight = adoption.reconsidered(wanted, known("s", "m"), shown("S", "M"), SHOP, {})
    assert set(sight.link.variants) == {"s", "n"}


def test_a_price_we_may_have_sent_counts_and_one_of_theirs_does_not() -> None:
    observed = shown("S", "M", price="5.00")
    theirs = reconsidered(known("s", "m"), observed)
    assert changes.update_variants(FORM, theirs) == []
    ours = reconsidered(known("s", "m"), observed, {"s": [("5.00", None)]})
    (rows,) = changes.update_variants(FORM, ours)
    assert [one["id"] for one in rows.variables["variants"]] == ["vS"]


def test_a_variant_that_left_the_backoffice_is_still_taken_away() -> None:
    wanted = replace(FORM, variants=FORM.variants[:1])
    sight = adoption.reconsidered(wanted, known("s", "m"), shown("S", "M"), SHOP, {})
    assert sight.strangers == ()
    assert structure.needs_structure(wanted, sight.link)


def test_a_variant_made_in_shopify_is_a_stranger() -> None:
    sight = adoption.reconsidered(FORM, known("s", "m"), shown("S", "M", "L"), SHOP, {})
    assert [one.ids.variant for one in sight.strangers] == ["vL"]
    assert sight.link.known == FORM


def test_a_file_that_is_gone_is_not_known_any_more() -> None:
    link = known("s", "m")
    link = replace(link, files={**link.files, "other": "gid://shopify/MediaImage/9"})
    assert reconsidered(link, shown("S", "M")).files == {PICTURE.ref: FILE.gid}


def test_a_picture_of_theirs_stands_under_its_file_where_it_shall_go() -> None:
    theirs = ObservedFile("gid://shopify/MediaImage/7", "Eget")
    observed = shown("S", "M", files=(theirs, FILE), file=theirs.gid)
    link = adoption.reconsidered(FORM, known("s", "m"), observed, OVERWRITE, {}).link
    assert link.known.pictures == (Picture(theirs.gid, None, "Eget"), PICTURE)
    assert link.known.variants[0].picture == theirs.gid
    assert mapping.from_json(mapping.to_json(link.known)) == link.known
    assert reconsidered(known("s", "m"), observed).known == FORM, "appended, theirs are left alone"


def test_where_pictures_are_overwritten_none_is_theirs() -> None:
    theirs = ObservedFile("gid://shopify/MediaImage/7", "Eget")
    observed = shown("S", "M", files=(theirs, FILE))
    sight = adoption.reconsidered(FORM, known("s", "m"), observed, OVERWRITE, {})
    assert (sight.album.order, sight.album.theirs) == ((theirs.gid, FILE.gid), frozenset())
    sight = adoption.reconsidered(FORM, known("s", "m"), observed, SHOP, {})
    assert sight.album.theirs == {theirs.gid}


def test_a_description_that_is_not_ours_is_not_looked_at() -> None:
    assert FORM.description_html is None
    assert reconsidered(known("s", "m"), shown("S", "M")).known.description_html is None


def test_a_description_that_is_ours_is_read() -> None:
    wanted = replace(FORM, description_html="<p>Varm</p>")
    observed = replace(shown("S", "M"), description_html="<p>Kald</p>")
    link = adoption.reconsidered(wanted, known("s", "m"), observed, SHOP, {}).link
    assert link.known.description_html == "<p>Kald</p>"


def test_white_space_around_a_description_is_no_difference() -> None:
    wanted = replace(FORM, description_html="<p>Varm</p>")
    observed = replace(shown("S", "M"), description_html="\n<p>Varm</p> \n")
    link = adoption.reconsidered(wanted, known("s", "m"), observed, SHOP, {}).link
    assert link.known.description_html == "<p>Varm</p>"


def test_a_picture_of_ours_is_read_with_its_version() -> None:
    newer = replace(PICTURE, version="b")
    wanted = replace(FORM, pictures=(newer,))
    link = replace(link_to(wanted, s="vS", m="vM"), files={newer.ref: FILE.gid})
    sight = adoption.reconsidered(wanted, link, shown("S", "M"), SHOP, {})
    assert sight.link.known.pictures == (newer,)


def test_what_is_shown_has_no_picture_that_failed_and_no_stop_that_nobody_wants() -> None:
    failed = replace(FILE, gid="gid://shopify/MediaImage/2", state="failed")
    observed = shown("S", files=(FILE, failed), policy="DENY", available=0)
    refs = {FILE.gid: PICTURE.ref}
    made = adoption.observed_form(FORM, observed, keys={"vS": "s"}, refs=refs)
    assert made.pictures == (PICTURE,)
    assert [one.stopped for one in made.variants] == [False]


def test_a_vendor_is_not_looked_at_without_a_store() -> None:
    wanted = replace(FORM, vendor="")
    link = replace(known("s", "m"), known=wanted)
    assert adoption.reconsidered(wanted, link, shown("S", "M"), SHOP, {}).link.known == wanted


def test_a_variant_that_is_sold_out_is_not_taken_for_a_stopped_one() -> None:
    observed = shown("S", "M", policy="DENY", available=0)
    assert reconsidered(known("s", "m"), observed).known == FORM
    wanted = replace(FORM, variants=tuple(replace(one, stopped=True) for one in FORM.variants))
    sight = adoption.reconsidered(wanted, known("s", "m"), observed, SHOP, {})
    assert all(one.stopped for one in sight.link.known.variants)


def test_an_sku_joins_only_where_it_stands_once_on_either_side() -> None:
    wanted = form(row("a", "S", sku="X"), row("b", "M", sku="Y"), row("c", "L", sku="Z"))
    observed = seen(
        ["Size"],
        {
            "v1": (("Small",), {"sku": "x "}),
            "v2": (("Medium",), {"sku": "Y"}),
            "v3": (("Larger",), {"sku": "Y"}),
            "v4": (("L",), {"sku": "X"}),
        },
    )
    link = adoption.joined(wanted, adoption.unknown(wanted, GID, "4711"), observed)
    found = {key: ids.variant for key, ids in link.variants.items()}
    assert found == {"c": "v4", "a": "v1"}, "c by its value, a by its SKU, Y is anybody's guess"


@pytest.mark.parametrize(
    ("fields", "is_stopped"),
    [
        pytest.param({"policy": "DENY", "available": 0}, True, id="nothing left"),
        pytest.param({"policy": "DENY", "available": -1}, True, id="less than nothing"),
        pytest.param({"policy": "DENY", "available": 1}, False, id="one left"),
        pytest.param({"policy": "CONTINUE", "available": 0}, False, id="sold beyond the stock"),
        pytest.param({"policy": "DENY", "available": 0, "tracked": False}, False, id="not counted"),
    ],
)
def test_what_a_stop_looks_like(fields: dict[str, Any], is_stopped: bool) -> None:
    wanted = replace(FORM, variants=tuple(replace(one, stopped=True) for one in FORM.variants))
    link = adoption.reconsidered(wanted, known("s", "m"), shown("S", "M", **fields), SHOP, {}).link
    assert [one.stopped for one in link.known.variants] == [is_stopped, is_stopped]
