"""Write the table of a shop's settings into docs/settings.md, from syncd/rules/shop_settings.py.

tests/test_settings_manual.py holds that it was run.
"""

from __future__ import annotations

from pathlib import Path

from syncd.phrases import said
from syncd.rules import setting_kinds
from syncd.rules.setting import EFFECTS, SECTIONS, Setting
from syncd.rules.setting_kinds import (
    Address,
    Choice,
    Interval,
    Kind,
    Number,
    Place,
    Secret,
    Switch,
)
from syncd.rules.shop_settings import PLACES, SETTINGS

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = "| Setting | Values | Default | Meaning | When it is changed |"
BEGIN, END = "<!-- settings: made by scripts/make_settings.py -->", "<!-- end of settings -->"


def values(kind: Kind) -> str:
    """What can be written, in one cell."""
    match kind:
        case Switch():
            return "on, off"
        case Number(least=least, most=most, unit=unit):
            return f"{least} to {most} {unit}".strip()
        case Choice(meanings=meanings):
            return "; ".join(f"`{word}`: {what}" for word, what in meanings.items())
        case Place(where=where, are_many=are_many):
            return f"{PLACES[where]}s, by key or name" if are_many else (
                f"a {PLACES[where]}, by key or name".replace("a account", "an account")
            )  # fmt: skip
        case Interval(least_s=least_s, most_s=most_s):
            span = [setting_kinds.shown(kind, seconds) for seconds in (least_s, most_s)]
            return f"{' to '.join(span)}, or never"
        case Address():
            return "a public https address"
        case Secret(command=command):
            return f"asked for by `{command}`" if command else "asked for where `-` is written"


def rows(settings: list[Setting]) -> list[str]:
    found = []
    for one in settings:
        name = f"`{one.name}`<br>{said(one.label, 'nb')}"
        if one.guide and one.guide != said(one.label, "nb"):
            name += f" <br>(guide: {one.guide})"
        usual = setting_kinds.shown(one.kind, one.default)
        choice = values(one.kind) + ("; may be empty" if one.is_optional else "")
        cells = (name, choice, usual or "–", one.explanation, EFFECTS[one.effect])
        found.append("| " + " | ".join(cells) + " |")
    return found


def table() -> str:
    """A section for each sort of settings."""
    parts = []
    for section, title in SECTIONS.items():
        of_it = [one for one in SETTINGS if one.section == section]
        head = [
            "| Setting | Values | Default | Meaning | When it is changed |",
            "|---|---|---|---|---|",
        ]
        parts.append("\n".join([f"### {title}", "", *head, *rows(of_it)]))
    return "\n\n".join(parts)


def written(manual: str) -> str:
    """The manual with the table of now."""
    before, _, rest = manual.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    MANUAL.write_text(written(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
