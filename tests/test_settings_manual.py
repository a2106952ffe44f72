"""The manual of a shop's settings says what is declared of them."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from syncd.rules.shop_settings import SETTINGS
from tests.test_schema import load

ROOT = Path(__file__).resolve().parents[1]
OTHERS = {  # columns of syncd.shop that nobody sets: what it says of itself, what syncd notes
    *("shop_id", "domain", "state", "created_at", "currency", "taxes_included", "zeros_until"),
    *("paused_until", "paused_reason", "creates_paused_until", "compare_asked_at"),
    *("app_secret_before", "app_secret_changed_at", "access_token", "token_ends_at"),
}
COLUMNS = "select attname from pg_attribute where attrelid = 'syncd.shop'::regclass and attnum > 0"


def test_the_table_is_as_the_settings_are() -> None:
    make_settings = load(ROOT / "scripts" / "make_settings.py")
    manual = make_settings.MANUAL.read_text(encoding="utf-8")
    assert make_settings.written(manual) == manual, "run scripts/make_settings.py"


async def test_every_column_that_people_set_is_a_setting(pool: asyncpg.Pool) -> None:
    there = {row["attname"] for row in await pool.fetch(COLUMNS)}
    declared = {one.stored_as for one in SETTINGS}
    assert declared <= there
    assert there - declared - OTHERS == set(), "a setting of rules/shop_settings.py?"


async def test_what_is_written_down_is_what_is_declared(pool: asyncpg.Pool) -> None:
    text = await pool.fetchval("select pg_get_functiondef('syncd.settings_of'::regproc)")
    for one in SETTINGS:
        assert f"'{one.stored_as}'" in text, one.name
