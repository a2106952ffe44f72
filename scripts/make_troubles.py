"""Write the tables of docs/troubleshooting.md: each alarm, each cause, each code of Shopify.

tests/test_troubles_manual.py holds that it was run.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syncd.rules import alarm_words, alarms, cause_words, picture_words, refusals

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md"
BEGIN, END = "<!-- {} : made by scripts/make_troubles.py -->", "<!-- end of {} -->"


class Blank(dict[str, object]):
    """Stands for whatever an alarm says of the matter."""

    def __missing__(self, name: str) -> str:
        return f"‹{name}›"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = (tuple(" ".join(cell.replace("|", "\\|").split()) for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def told() -> str:
    rows = []
    for name, find in sorted(alarm_words.ALL.items()):
        headline, sentence = find(Blank(kind="order"))
        settles = int(alarms.settle(name).total_seconds())
        rows.append((f"`{name}`", str(headline), str(sentence), f"{settles} s"))
    return table(("Alarm", "Says", "Means, and what to do", "Told when it stood for"), rows)


def causes() -> str:
    rows = ((f"`{name}`", str(words)) for name, words in sorted(cause_words.ours().items()))
    return table(("Cause", "Means"), rows)


def codes() -> str:
    """Shopify's own codes; a picture's are told on its product."""
    words = {**picture_words.FILE_WORDS, **refusals.WORDS}
    rows = (
        (f"`{code}`", str(one.meaning), str(one.hint).replace("{key}", "KEY"))
        for code, one in sorted(words.items())
    )
    return table(("Code", "Means", "What to do"), rows)


TABLES = {"alarms": told, "causes": causes, "codes": codes}


def written(manual: str) -> str:
    """The manual with the tables of now."""
    for name, make in TABLES.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = manual.partition(begin)
        _, found, after = rest.partition(end)
        assert found, f"{MANUAL.name} has no place for {name}"
        manual = f"{before}{begin}\n\n{make()}\n\n{end}{after}"
    return manual


if __name__ == "__main__":
    MANUAL.write_text(written(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
