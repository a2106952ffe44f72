"""Decisions of a link in a spreadsheet: out, edited, in again, whatever the spreadsheet does."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import ConfigError
from syncd.rules import link_sheet
from syncd.rules.link_report import Decided, Finding

P = "gid://shopify/Product/"
EXACT = Finding(
    1, "exact", 1, "7", f"{P}71", "Jakke «Bjørk»", "Jakke", ["0012", "=A1"], ["0012"], [],
    [{"gid": f"{P}71", "title": "Jakke", "pairs": []}], 1, "link", "same",
)  # fmt: skip
TWICE = replace(
    EXACT, number=2, bucket="ambiguous", key="8", gid=None, proposal="ask",
    choices=[{"gid": f"{P}81", "title": "A", "pairs": []}, {"gid": f"{P}82", "title": "B"}],
)  # fmt: skip
THERE = replace(
    EXACT, number=3, bucket="only_there", key=None, title_here=None, proposal="leave", choices=[]
)
HERE = replace(EXACT, number=4, bucket="only_here", gid=None, proposal="create", choices=[])
ROWS = {row.number: row for row in (EXACT, TWICE, THERE, HERE)}
Edit = Callable[[dict[str, str]], None]


def written() -> str:
    return "".join(link_sheet.write(12, "fjord.myshopify.com", ROWS.values()))


def edited(decisions: dict[str, str], *, delimiter: str = ";", counts: str = "") -> str:
    """As a spreadsheet saves it after somebody has decided, rows in another order."""
    rows = list(csv.DictReader(io.StringIO(written()), delimiter=";"))
    for row in rows:
        row["decision"] = decisions.get(row["id"], row["decision"])
        row["SKUs"] = row["SKUs"].replace("0012", "12")
        row["counts"] = counts
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(reversed(rows))
    return out.getvalue()


DECISIONS = {"R12N2": "Link 82", "R12N3": " IMPORT ", "R12N4": "leave"}
MEANT = [
    Decided(1, None),
    Decided(2, "link", f"{P}82"),
    Decided(3, "import"),
    Decided(4, "leave"),
]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(edited(DECISIONS).encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(edited(DECISIONS).encode("cp1252"), id="Windows' letters"),
        pytest.param(edited(DECISIONS).encode("utf-16"), id="UTF-16"),
        pytest.param(edited(DECISIONS, delimiter=",").encode(), id="commas"),
        pytest.param(edited(DECISIONS, delimiter="\t").encode(), id="tabs"),
        pytest.param(edited(DECISIONS).replace("R12N", "'R12N").encode(), id="apostrophes"),
        pytest.param((edited(DECISIONS) + ";;;\r\n\r\n").encode(), id="empty lines at the end"),
    ],
)
def test_a_decision_is_read_however_the_file_was_saved(content: bytes) -> None:
    found = link_sheet.read(content, 12, ROWS)
    assert sorted(found, key=lambda one: one.number) == MEANT


def test_what_nobody_edited_decides_nothing() -> None:
    assert {one.decision for one in link_sheet.read(written().encode(), 12, ROWS)} == {None}


def test_whose_counts_are_right_is_read() -> None:
    found = link_sheet.read(edited({}, counts="Shopify").encode(), 12, ROWS)
    assert {one.first_counts for one in found} == {"shopify"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            edited({"R12N1": "perhaps"}), "line 5: nobody knows the decision 'perhaps'", id="word"
        ),
        pytest.param(edited({"R12N2": "link"}), "line 4: say which one is meant", id="which"),
        pytest.param(edited({"R12N2": "link 99"}), "say which one is meant", id="another one"),
        pytest.param(edited({"R12N3": "link"}), "it stands in Shopify alone", id="only there"),
        pytest.param(edited({"R12N3": "create"}), "in Shopify already", id="made twice"),
        pytest.param(edited({"R12N4": "import"}), "in the Backoffice already", id="taken twice"),
        pytest.param(edited({"R12N4": "link"}), "no product in Shopify to link", id="nothing"),
        pytest.param(edited({}, counts="mine"), "nobody knows the counts 'mine'", id="counts"),
        pytest.param(edited({}).replace("R12N1", "R11N1"), "another run, 11", id="another run"),
        pytest.param(edited({}).replace("R12N1", "R12N9"), "there is no row R12N9", id="no row"),
        pytest.param(edited({}).replace("R12N1", "1"), "no id of a row", id="no id"),
        pytest.param(edited({}).replace("R12N1", "R12N2"), "in line 4 already", id="doubled"),
        pytest.param(edited({}).replace("id;", "nr;", 1), "no column id", id="no column"),
        pytest.param("", "no column id", id="empty"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(content: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        link_sheet.read(content.encode(), 12, ROWS)
    assert said in refused.value.message


def test_a_missing_row_is_told_and_a_missing_bucket_is_none() -> None:
    lines = edited({}).splitlines(keepends=True)
    both = {**ROWS, 5: replace(EXACT, number=5)}
    with pytest.raises(ConfigError, match="R12N5 is missing"):
        link_sheet.read("".join(lines).encode(), 12, both)
    assert len(link_sheet.read("".join(lines[:-1]).encode(), 12, both)) == 3


@given(st.text(max_size=8).map(str.strip) | st.sampled_from(["=1+1", "'=1", "@a", "-1", "+4"]))
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    shown = link_sheet.defused(cell)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert link_sheet.restored(shown) == cell


def test_a_sku_that_looks_like_a_formula_is_text() -> None:
    row = replace(EXACT, title_here="=HYPERLINK(1)")
    (line,) = list(link_sheet.write(12, "fjord.myshopify.com", [row]))[1:]
    assert ";'=HYPERLINK(1);" in line
