"""The command line as an operator meets it: one message, what to do, a telling exit code."""

from __future__ import annotations

import csv
import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from anyio.from_thread import BlockingPortal

from syncd.demo import home
from syncd.postgres.embedded import Server
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from tests import programs
from tests.conftest import opened_folder

DOMAIN = "fjord.myshopify.com"
APPAREL = Path(__file__).resolve().parents[2] / "shared" / "catalog" / "apparel.csv"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


class Shell:
    """Runs syncd in a folder of its own, with only the settings that are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {}
        self.output = ""

    def run(self, *words: str, given: str = "") -> int:
        """The exit code; what was printed, errors too, is in `output`, without line breaks."""
        code, self.output = programs.ran(
            *words, folder=self.folder, settings=self.settings, given=given
        )
        assert "Traceback" not in self.output, self.output
        return code


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def shop_url(portal: BlockingPortal) -> Iterator[str]:
    options = ShopOptions(domain=DOMAIN, token="shpat_right", plan="enterprise")
    with portal.wrap_async_context_manager(sandbox.running(options)) as running:
        yield running.url


@pytest.fixture
def connected(shell: Shell, database_url: str, shop_url: str) -> Shell:
    """A migrated database and a shop's address in the settings."""
    shell.settings = {"SYNCD_DATABASE_URL": database_url, "SYNCD_SHOPIFY_URL": shop_url}
    return shell


@pytest.fixture
def filled(connected: Shell, tmp_path: Path) -> Shell:
    """A Backoffice with two products, and an account of which everything can be chosen."""
    (tmp_path / "two.csv").write_text(
        "Handle,Title,Vendor,Variant SKU,Variant Price,Image Src\n"
        "jakke,Jakke,Fjell,J-1,499,https://x.no/1.jpg\n"
        "lue,Lue,Fjell,L-1,199,\n"
    )
    assert connected.run("backoffice", "import", "two.csv") == 0, connected.output
    return connected


def add(shell: Shell, *more: str, token: str = "shpat_right") -> int:
    chosen = ("--department", "nett", "--warehouse", "hoved", "--empty")
    return shell.run("shop", "add", DOMAIN, "--token", token, *chosen, *more)


def test_help_lists_every_command_with_the_exit_codes(shell: Shell) -> None:
    assert shell.run("--help") == 0
    for word in (
        "demo",
        "run",
        "migrate",
        "sandbox",
        "backoffice",
        "status",
        "shop",
        "resync",
        "rehearse",
        "link",
        "runs",
        "approve",
        "reject",
        "revert",
        "outbox",
        "dead",
        "pause",
        "resume",
    ):
        assert word in shell.output
    assert "Exit codes" in shell.output


@pytest.mark.parametrize(
    "command", [["status"], ["resync"], ["rehearse"], ["run"], ["shop", "list"], ["migrate"]]
)
def test_without_a_database_or_a_demo_it_says_what_to_do(shell: Shell, command: list[str]) -> None:
    assert shell.run(*command) == os.EX_CONFIG
    assert "set SYNCD_DATABASE_URL, or start the demo with `make demo`" in shell.output


@pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql on this machine")
def test_psqls_own_options_reach_it(shell: Shell) -> None:
    shell.settings["SYNCD_DATABASE_URL"] = "postgresql://x@127.0.0.1:1/x"
    assert shell.run("psql", "-V") == 0
    assert "psql (PostgreSQL)" in shell.output


def test_an_unknown_setting_is_named(shell: Shell) -> None:
    shell.settings = {"SYNCD_DATABSE_URL": "x"}
    assert shell.run("status") == os.EX_CONFIG
    assert "did you mean SYNCD_DATABASE_URL?" in shell.output


def test_a_database_that_does_not_answer_is_named_without_its_password(
    shell: Shell, unused_tcp_port: int
) -> None:
    address = f"postgresql://me:secret@127.0.0.1:{unused_tcp_port}/x"
    shell.settings = {"SYNCD_DATABASE_URL": address}
    assert shell.run("status") == os.EX_TEMPFAIL
    assert "cannot reach the database" in shell.output
    assert "secret" not in shell.output


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("postgresql://me:se@cret@127.0.0.1:1/x", id="an @ in the password"),
        pytest.param("postgresql://me:cret@127.0.0.1:99999/x", id="a port that is none"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(shell: Shell, address: str) -> None:
    shell.settings = {"SYNCD_DATABASE_URL": address}
    assert shell.run("status") in (os.EX_CONFIG, os.EX_TEMPFAIL)
    assert "cret" not in shell.output


def test_a_port_that_was_asked_for_is_taken_or_nothing(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert shell.run("sandbox", "--port", str(port)) == os.EX_CONFIG
    assert f"port {port} of 127.0.0.1 is taken" in shell.output


def test_a_resync_waits_for_no_daemon_that_was_killed(
    filled: Shell, portal: BlockingPortal
) -> None:
    assert add(filled) == 0
    dead = "insert into syncd.node (name, seen_at) values ('x:1', now() - interval '14 s')"
    portal.call(execute, filled.settings["SYNCD_DATABASE_URL"], dead)
    assert filled.run("resync") == 0, filled.output
    assert "no daemon runs" in filled.output


def test_a_new_token_takes_the_place_of_a_revoked_one(filled: Shell) -> None:
    assert add(filled) == 0
    assert filled.run("shop", "token", DOMAIN, "--token", "shpat_wrong") == os.EX_CONFIG
    assert filled.run("shop", "token", DOMAIN, "--token", "shpat_right") == 0
    assert filled.run("check") == 0


def test_a_database_that_was_never_migrated_says_so(shell: Shell, empty_database_url: str) -> None:
    shell.settings = {"SYNCD_DATABASE_URL": empty_database_url}
    assert shell.run("status") == os.EX_CONFIG
    assert "syncd migrate" in shell.output
    assert shell.run("migrate") == 0
    assert shell.run("status") == 0
    assert shell.run("migrate", "--roles") == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"PK\x03\x04rest", "Excel workbook", id="a workbook"),
        pytest.param(b"<html></html>", "web page", id="a web page"),
        pytest.param(b"a,b\n1,2\n", "no column Handle", id="another table"),
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(None, "cannot read", id="no file"),
    ],
)
def test_a_file_that_is_no_catalogue_is_told_apart(
    connected: Shell, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "x.csv").write_bytes(content)
    assert connected.run("backoffice", "import", "x.csv") == os.EX_CONFIG
    assert said in connected.output


def test_what_of_a_file_is_not_loaded_is_listed(connected: Shell, tmp_path: Path) -> None:
    rows = "Handle,Title,Variant SKU,Variant Price\na,A,A-1,ten\nb,B,B-1,10\n"
    (tmp_path / "x.csv").write_text(rows)
    assert connected.run("backoffice", "import", "x.csv") == 1
    assert "row 2  a" in connected.output
    assert "cannot read the price 'ten'" in connected.output
    assert "products: 1 new" in connected.output


def test_a_shop_is_added_checked_sent_to(filled: Shell) -> None:
    """The whole way of an operator, from a filled Backoffice to a shop that is up to date."""
    assert add(filled) == 0, filled.output
    assert "shpat_right" not in filled.output
    assert filled.run("shop", "show", DOMAIN) == 0
    assert "shpat_right" not in filled.output
    assert filled.run("check") == 0, filled.output
    assert filled.run("resync") == 0, filled.output
    assert "done" in filled.output
    assert filled.run("resync", "--dry-run") == 0, filled.output
    assert "2 products in the shop: 2 equal, 0 differ" in filled.output
    assert filled.run("status") == 0
    assert "linked" in filled.output
    assert "no daemon runs" in filled.output


@pytest.mark.parametrize(
    ("more", "token", "code", "said"),
    [
        pytest.param([], "shpat_wrong", os.EX_CONFIG, "token is not valid", id="wrong token"),
        pytest.param(["--department", "nettt"], "shpat_right", os.EX_CONFIG,
                     "did you mean 'nett'", id="no such department"),
        pytest.param(["--warehouse", "x"], "shpat_right", os.EX_CONFIG,
                     "hoved (Hovedlager)", id="no such warehouse"),
        pytest.param(["--location", "Oslo"], "shpat_right", os.EX_CONFIG,
                     "Butikk", id="no such location"),
        pytest.param(["--publish-to", "TikTok"], "shpat_right", os.EX_CONFIG,
                     "Online Store", id="no such channel"),
        pytest.param(["--account", "fjell"], "shpat_right", os.EX_CONFIG,
                     "fjord", id="no such account"),
        pytest.param(["--image-mode", "never"], "shpat_right", 2, "if_empty", id="no such mode"),
        pytest.param(["--inactive-as", "gone"], "shpat_right", 2, "draft", id="no such status"),
    ],
)  # fmt: skip
def test_a_wrong_wish_for_a_shop_is_answered_with_the_choices(
    filled: Shell, more: list[str], token: str, code: int, said: str
) -> None:
    assert add(filled, *more, token=token) == code, filled.output
    assert said in filled.output


def test_the_settings_of_products_are_shown(filled: Shell) -> None:
    wishes = ("--image-mode", "if_empty", "--price-always", "--unknown-variants", "remove")
    assert add(filled, *wishes, "--blocked-as", "removed") == 0, filled.output
    assert filled.run("shop", "show", DOMAIN) == 0
    shown = dict(re.findall(r"(\w+) +│ (\S+)", filled.output))
    assert (shown["image_mode"], shown["price_only_when_changed"]) == ("if_empty", "False")
    assert (shown["unknown_variants"], shown["blocked_as"]) == ("remove", "removed")
    assert (shown["taxes_included"], shown["creates_paused_until"]) == ("True", "–")


def test_a_foreign_address_is_no_shop(filled: Shell) -> None:
    assert filled.run("shop", "add", "https://evil.example.com", "--token", "x") == os.EX_CONFIG
    assert "myshopify.com" in filled.output


def test_a_shop_that_holds_products_is_not_declared_empty(filled: Shell) -> None:
    assert add(filled) == 0
    assert filled.run("resync") == 0, filled.output
    assert filled.run("shop", "declare-empty", DOMAIN) == os.EX_CONFIG
    assert "holds products" in filled.output


def test_an_unlinked_shop_is_not_sent_to(filled: Shell) -> None:
    words = ("--token", "shpat_right", "--department", "nett", "--warehouse", "hoved")
    assert filled.run("shop", "add", DOMAIN, *words) == 0
    assert filled.run("resync") == os.EX_CONFIG
    assert f"syncd shop declare-empty {DOMAIN}" in filled.output
    assert filled.run("shop", "declare-empty", DOMAIN) == 0
    assert filled.run("resync") == 0, filled.output


def test_a_broken_view_is_named_with_its_column(filled: Shell, portal: BlockingPortal) -> None:
    assert add(filled) == 0
    change = "alter view syncd_contract.price rename column list_price to price"
    portal.call(execute, filled.settings["SYNCD_DATABASE_URL"], change)
    assert filled.run("check") == 1
    assert "syncd_contract.price.list_price is missing" in filled.output


async def execute(url: str, text: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute(text)
    await connection.close()


def test_without_its_key_a_shop_cannot_be_reached(filled: Shell) -> None:
    assert add(filled) == 0
    (filled.folder / ".syncd" / "key").unlink()
    assert filled.run("resync") == os.EX_CONFIG
    assert "there is no key file" in filled.output


@pytest.mark.skipif(not APPAREL.is_file(), reason=f"no catalogue at {APPAREL}")
def test_the_demo_ends_equal_twice_and_can_be_removed() -> None:
    with opened_folder("demo") as folder:
        shell = Shell(folder)
        words = ("demo", "--once", "--csv", str(APPAREL))
        assert shell.run(*words) == 0, shell.output
        assert "The shop holds exactly what the Backoffice says" in shell.output
        assert shell.run(*words) == 0, shell.output
        assert "0 product writes" in shell.output
        assert home.running(folder / ".syncd") is None
        assert shell.run("demo", "--remove") == 0
        assert not (folder / ".syncd" / "demo").exists()


def test_what_differs_is_listed_before_it_is_sent(
    filled: Shell, tmp_path: Path, portal: BlockingPortal
) -> None:
    assert add(filled) == 0
    assert filled.run("resync") == 0, filled.output
    url = filled.settings["SYNCD_DATABASE_URL"]
    portal.call(execute, url, "alter table retail.product disable trigger user")
    portal.call(execute, url, "update retail.product set title = 'Varm jakke' where product_id = 1")
    table, lines = tmp_path / "found.csv", tmp_path / "found.jsonl"
    assert filled.run("resync", "--dry-run", "--csv", str(table), "--jsonl", str(lines)) == 0
    assert "1 equal, 1 differ" in filled.output
    assert "Varm jakke" in filled.output
    (row,) = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert (row["key"], row["field"], row["wanted"], row["observed"], row["who"]) == (
        "1",
        "title",
        "Varm jakke",
        "Jakke",
        "backoffice",
    )
    (line,) = [orjson.loads(one) for one in lines.read_bytes().splitlines()]
    assert line["key"] == "1"
    assert filled.run("resync") == 0, filled.output
    assert "1 of 1 products sent or found right" in filled.output
    assert filled.run("runs") == 0
    assert "1 equal, 1 differ, 1 accepted" in filled.output.replace("\n", " ")
    number = orjson.loads(portal.call(newest, url))
    assert filled.run("revert", str(number), "--product", "1") == 0, filled.output
    assert "1 to take back" in filled.output
    assert filled.run("runs", str(number)) == 0
    assert "Varm jakke" in filled.output


def test_progress_can_be_read_by_machines(filled: Shell) -> None:
    assert add(filled) == 0
    assert filled.run("resync", "--json") == 0, filled.output
    told = [orjson.loads(line) for line in filled.output.splitlines() if line.startswith("{")]
    assert told[-1]["state"] == "done"
    assert told[-1]["points"] > 0


def test_there_is_no_answer_to_a_run_that_is_not_there(filled: Shell) -> None:
    assert filled.run("approve", "4711") == 78
    assert "there is no run 4711" in filled.output
    assert filled.run("runs", "4711") == 78
    assert filled.run("revert", "4711") == 78


async def newest(url: str) -> str:
    import asyncpg

    connection = await asyncpg.connect(url)
    found = await connection.fetchval("select max(run_id)::text from syncd.run")
    await connection.close()
    return str(found)
