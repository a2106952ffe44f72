"""The rehearsal by the command line: what is told, to people or to programs, and where."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from syncd.postgres.embedded import Server
from tests.test_cli import DOMAIN, Shell, add, connected, execute, filled, shell, shop_url

__all__ = ["connected", "filled", "shell", "shop_url"]  # fixtures
UNPRICED = "delete from retail.price where variant_id = 2"
LARGE = "update retail.product set title = repeat('x', 256) where product_id = 1"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


def totals(shell: Shell) -> dict[str, object]:
    (line,) = (line for line in shell.output.splitlines() if line.startswith("{"))
    found: dict[str, object] = json.loads(line)
    return found


def test_a_sound_catalogue_ends_well_before_the_shop_is_linked(filled: Shell) -> None:
    words = ("--token", "shpat_right", "--department", "nett", "--warehouse", "hoved")
    assert filled.run("shop", "add", DOMAIN, *words) == 0, filled.output
    assert filled.run("rehearse") == 0, filled.output
    text = filled.output
    assert f"2 of 2 products with 2 variants were accepted, as if {DOMAIN} were empty" in text
    assert "would refuse none of them" in text
    assert "less than a minute on the plan Shopify Plus, which gives 2000 points a second" in text
    assert "Pictures are not fetched" in text and "Nothing was written" in text
    assert "\x1b" not in text  # a pipe gets no colours


def test_what_is_wrong_is_shown_by_cause_and_written_to_files(
    filled: Shell, portal: BlockingPortal, tmp_path: Path
) -> None:
    assert add(filled) == 0, filled.output
    for statement in (UNPRICED, LARGE):
        portal.call(execute, filled.settings["SYNCD_DATABASE_URL"], statement)
    assert filled.run("rehearse", "--csv", "all.csv", "--jsonl", "all.jsonl") == 1, filled.output
    text = filled.output
    assert "no_price" in text and "text_too_long" in text
    assert "Shopify would refuse products: 2 (findings: 2)" in text
    assert "All findings are in all.csv" in text
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert rows == lines
    assert [(row["key"], row["severity"], row["cause"], row["sku"]) for row in rows] == [
        ("1", "wrong", "text_too_long", "J-1"),
        ("2", "wrong", "no_price", "L-1"),
    ]
    assert rows[1]["title"] == "Lue" and "set the price" in rows[1]["next_step"]


def test_for_programs_the_totals_are_one_line(filled: Shell, portal: BlockingPortal) -> None:
    assert add(filled) == 0, filled.output
    portal.call(execute, filled.settings["SYNCD_DATABASE_URL"], UNPRICED)
    assert filled.run("rehearse", "--json", "--plan", "standard") == 1, filled.output
    found = totals(filled)
    assert (found["shop"], found["products"], found["accepted"]) == (DOMAIN, 2, 1)
    assert (found["wrong"], found["odd"], found["causes"]) == (1, 0, {"no_price": 1})
    assert found["calls"] == {"ProductSet": 1, "PublishablePublish": 1}
    assert (found["plan"], found["restore_points_s"]) == ("Basic", 100)
    assert "for example" not in filled.output


def test_without_the_shop_minutes_are_those_of_the_standard_plan(
    filled: Shell, unused_tcp_port: int
) -> None:
    assert add(filled) == 0, filled.output
    filled.settings["SYNCD_SHOPIFY_URL"] = f"http://127.0.0.1:{unused_tcp_port}"
    assert filled.run("rehearse", "--shop", DOMAIN) == 0, filled.output
    assert f"the plan of {DOMAIN} could not be read" in filled.output
    assert "on the plan Basic, which gives 100 points a second" in filled.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["--plan", "gold"], os.EX_CONFIG, "standard, advanced, plus, enterprise",
                     id="no such plan"),
        pytest.param(["--shop", "lue"], os.EX_CONFIG, "there is no shop yet", id="no shop"),
        pytest.param(["--csv", "none/all.csv"], os.EX_IOERR, "none/all.csv", id="no such folder"),
        pytest.param(["--jsonl", "."], 2, "directory", id="a folder"),
    ],
)  # fmt: skip
def test_a_wrong_wish_is_answered_before_the_work(
    connected: Shell, words: list[str], code: int, said: str
) -> None:
    assert connected.run("rehearse", *words) == code, connected.output
    assert said in connected.output
