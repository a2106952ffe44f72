"""The table by root field, the differences by frequency, the totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from fidelity.replay import Result

COLUMNS = (
    "replayed",
    "equal",
    "costed",
    "cost =",
    "actual =",
    "state",
    "superseded",
    "unsupp.",
    "misfit",
)


def totals(results: Iterable[Result]) -> dict[str, int]:
    """The numbers of the last line. `replayed` are those really compared."""
    verdicts: Counter[str] = Counter()
    costs: Counter[bool] = Counter()
    for one in results:
        verdicts[one.verdict] += 1
        if one.requested is not None:
            costs[one.requested] += 1
    return {
        "replayed": verdicts["equal"] + verdicts["different"],
        "equal": verdicts["equal"],
        "cost_compared": costs.total(),
        "cost_equal": costs[True],
        "needs_state": verdicts["needs_state"],
        "superseded": verdicts["superseded"],
        "unsupported": verdicts["unsupported"],
    }


def table(results: Sequence[Result]) -> str:
    """One line a root field; an exchange with several roots counts at each of them."""
    rows: defaultdict[str, list[Result]] = defaultdict(list)
    for one in results:
        for name in dict.fromkeys(one.root_names or ["(not read)"]):
            rows[name].append(one)
    lines = [f"{'root field':<36}" + "".join(f"{name:>11}" for name in COLUMNS)]
    for name, found in sorted(rows.items(), key=lambda row: (-len(row[1]), row[0])):
        lines.append(f"{name:<36}" + "".join(f"{number:>11}" for number in _numbers(found)))
    lines.append(f"{'all':<36}" + "".join(f"{number:>11}" for number in _numbers(results)))
    return "\n".join(lines)


def _numbers(found: Sequence[Result]) -> list[int | str]:
    sums = totals(found)
    actual = [one.actual for one in found if one.actual is not None]
    return [
        sums["replayed"],
        sums["equal"],
        sums["cost_compared"],
        sums["cost_equal"],
        f"{sum(actual)}/{len(actual)}",
        sums["needs_state"],
        sums["superseded"],
        sums["unsupported"],
        sum(one.verdict == "misfit" for one in found),
    ]


def differences(results: Iterable[Result], limit: int = 40) -> str:
    """The most frequent kinds of difference, each with the recording where it was seen first."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for one in results:
        if one.verdict != "different":
            continue
        for difference in {each.name: each for each in one.differences}.values():
            counts[difference.name] += 1
            place = ".".join(map(str, difference.path))
            examples.setdefault(
                difference.name,
                f"{where(one)} at {place}: recorded {brief(difference.recorded)},"
                f" ours {brief(difference.ours)}",
            )
    return "\n".join(
        f"{number:>5}  {name}\n       {examples[name]}"
        for name, number in counts.most_common(limit)
    )


def where(result: Result) -> str:
    return f"{result.exchange.file} [{'/'.join(result.exchange.path)}]"


def brief(value: object, limit: int = 160) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def details(result: Result) -> str:
    """One exchange in full, for --verbose."""
    lines = [f"{result.verdict:<12} {where(result)} {', '.join(result.root_names)} {result.reason}"]
    for one in result.differences:
        place = ".".join(map(str, one.path))
        lines.append(f"    {one.name} at {place}")
        lines.append(f"        recorded {brief(one.recorded, 600)}")
        lines.append(f"        ours     {brief(one.ours, 600)}")
    return "\n".join(lines)
