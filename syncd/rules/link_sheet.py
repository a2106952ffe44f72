"""The report of a link as a spreadsheet's file, written or read back.

Rows are known by their id, so whatever a spreadsheet does to numbers, accents or the order of rows
does not matter: only id, decision and counts are read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncd.errors import ConfigError
from syncd.phrases import Phrase, phrase
from syncd.rules import link_words
from syncd.rules.link_report import DECISIONS, SIDES, Decided, Finding, decide, number_of

COLUMNS = (
    "id", "what", "group", "product", "SKUs", "key", "in Shopify", "SKUs in Shopify", "address",
    "found", "counts differ", "choices", "proposal", "decision", "counts",
)  # fmt: skip
ID = re.compile(r"R(\d+)N(\d+)", re.IGNORECASE)
DECISION = re.compile(r"(\w+)(?:\s+(?:\D*/)?(\d+))?")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
SHOWN = 10  # mistakes that are told


@dataclass(frozen=True, slots=True)
class _Line:
    """What is read of a line; `number` as a spreadsheet counts, the header is 1."""

    number: int
    name: str
    decision: str
    counts: str


def write(run_id: int, domain: str, rows: Iterable[Finding]) -> Iterable[str]:
    """The lines of the file, with semicolons, as spreadsheets here want them."""
    yield written(COLUMNS)
    for row in rows:
        yield written(_cells(run_id, domain, row))


def _cells(run_id: int, domain: str, row: Finding) -> Sequence[str]:
    gid = row.chosen or row.gid
    chosen = f" {number_of(row.chosen)}" if row.chosen and row.decision == "link" else ""
    return (
        f"R{run_id}N{row.number}",
        link_words.BUCKETS[row.bucket],
        str(row.group_number),
        row.title_here or "",
        " ".join(row.skus),
        row.key or "",
        row.title_there or "",
        " ".join(row.skus_there),
        f"https://{domain}/admin/products/{number_of(gid)}" if gid else "",
        row.reason,
        str(row.counts_differ or ""),
        ", ".join(f"{number_of(one['gid'])} {one['title']}" for one in row.choices)
        if row.gid is None
        else "",
        row.proposal,
        f"{row.decision or ''}{chosen}",
        row.first_counts or "",
    )


def written(cells: Sequence[str], delimiter: str = ";") -> str:
    """A line of a file of ours; none of its cells is a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(map(defused, cells))
    return out.getvalue()


def defused(cell: str) -> str:
    """The cell as text: a spreadsheet would carry out what begins like a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def restored(cell: str) -> str:
    """The inverse of `defused`, also of a spreadsheet's own apostrophe before text."""
    plain = cell.strip()
    return plain[1:] if plain.startswith("'") else plain


def read(content: bytes, run_id: int, rows: Mapping[int, Finding]) -> list[Decided]:
    """What a person decided in the file of this run, whose report is `rows` by number.

    A file may have the rows of some buckets alone; of these it must have each row once. Raises
    ConfigError, naming the lines, when anything is wrong: all counts, or nothing.
    """
    lines = _lines(content)
    found: dict[int, Decided] = {}
    seen: dict[int, int] = {}
    wrong: list[tuple[int, Phrase]] = []
    for line in lines:
        number = _number(line, run_id, rows)
        if isinstance(number, Phrase):
            wrong.append((line.number, number))
        elif number in seen:
            twice = phrase("the row stands in line {line} already", line=seen[number])
            wrong.append((line.number, twice))
        else:
            seen[number] = line.number
            said = _decided(line, rows[number])
            if isinstance(said, Phrase):
                wrong.append((line.number, said))
            else:
                found[number] = said
    if wrong:
        raise _refusal(wrong)
    buckets = {rows[number].bucket for number in seen}
    for number, row in rows.items():
        if row.bucket in buckets and number not in seen:
            raise ConfigError(
                phrase("the row R{run}N{number} is missing", run=run_id, number=number),
                hint=phrase("write the file anew with `syncd link report --csv FILE`"),
            )
    return list(found.values())


def _refusal(wrong: Sequence[tuple[int, Phrase]]) -> ConfigError:
    first = [phrase("line {line}: {what}", line=at, what=what) for at, what in wrong[:SHOWN]]
    return ConfigError(
        phrase("{count} lines cannot be used: {told}", count=len(wrong), told="; ".join(first)),
        hint=phrase("nothing was decided: mend the file and read it again"),
    )


def _number(line: _Line, run_id: int, rows: Mapping[int, Finding]) -> int | Phrase:
    """The number of the line's row, or what is wrong with it."""
    match = ID.fullmatch(line.name)
    if match is None:
        return phrase("there is no id of a row in the column id: {text!r}", text=line.name)
    run, number = int(match[1]), int(match[2])
    if run != run_id:
        return phrase("the row belongs to another run, {run}", run=run)
    return number if number in rows else phrase("there is no row {name}", name=line.name)


def _decided(line: _Line, row: Finding) -> Decided | Phrase:
    counts = next((side for side in SIDES if side == line.counts.casefold()), None)
    if line.counts and counts is None:
        return phrase(
            "nobody knows the counts {text!r}: backoffice, shopify, or nothing", text=line.counts
        )
    if not line.decision:
        return decide(row, None, first_counts=counts)
    match = DECISION.fullmatch(line.decision.casefold())
    word = next((one for one in DECISIONS if match and one == match[1]), None)
    if match is None or word is None or (match[2] and word != "link"):
        return phrase(
            "nobody knows the decision {text!r}: link, leave, create, import, or nothing",
            text=line.decision,
        )
    return decide(row, word, match[2] or "", counts)


def _lines(content: bytes) -> list[_Line]:
    text = _text(content)
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    header = [restored(cell).casefold() for cell in next(_rows(table), [])]
    for name in ("id", "decision"):
        if name not in header:
            raise ConfigError(
                phrase("the file has no column {name}", name=name),
                hint=phrase("write the file anew with `syncd link report --csv FILE`"),
            )
    places = {name: header.index(name) for name in ("id", "decision", "counts") if name in header}
    found = []
    for cells in _rows(table):
        cell = {name: restored(cells[at]) if at < len(cells) else "" for name, at in places.items()}
        if any(one.strip() for one in cells):
            line = table.line_num
            found.append(_Line(line, cell["id"], cell["decision"], cell.get("counts", "")))
    return found


def _rows(table: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows; raises ConfigError for what is no table."""
    try:
        yield from table
    except csv.Error as error:
        raise ConfigError(
            phrase("this is no table in CSV: {why}", why=str(error)),
            hint=phrase("write the file anew with `syncd link report --csv FILE`"),
        ) from error


def _text(content: bytes) -> str:
    """However the spreadsheet wrote it: UTF-8, UTF-16, or Windows' own letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
