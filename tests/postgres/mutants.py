"""Break the engine on purpose, one line at a time: each break must be caught by the test named.

`make mutants` does it in a copy of the tree, on the wheel's Postgres, and prints a table.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("syncd", "sql", "graphql", "tests", "pyproject.toml", "README.md", "docs", "bench")
MODEL = "tests/postgres/test_engine_model.py"
ORDERS = "tests/postgres/test_interleavings.py"
ENGINE = "sql/engine.sql"
ROUTER = "tests/postgres/test_router.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is replaced by what in a file, which invariant that breaks, which test must fail."""

    name: str
    invariants: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = [
    Mutant(
        "an id cursor: late commits are passed over",
        "I4 I6",
        "sql/router.sql",
        "    or xid = any(array(select pg_snapshot_xip($1)))\n  )\n"
        "    and pg_visible_in_snapshot(xid, $2)\n    and created_at >= $3\n"
        "    and created_at < $4\n),\nalike",
        "  )\n    and pg_visible_in_snapshot(xid, $2)\n    and created_at >= $3\n"
        "    and created_at < $4\n),\nalike",
        f"{ROUTER} -k committed_late",
    ),
    Mutant(
        "a snapshot for each statement",
        "I5",
        "sql/router.sql",
        "    and pg_visible_in_snapshot(xid, $2)\n    and created_at >= $3\n"
        "    and created_at < $4\n),\nalike",
        "    and created_at >= $3\n    and created_at < $4\n),\nalike",
        f"{ROUTER} -k between_two_statements",
    ),
    Mutant(
        "ack without the generation",
        "I13",
        ENGINE,
        "h.ended = 'ack' and h.generation = h.claimed_generation",
        "h.ended = 'ack'",
        ORDERS,
    ),
    Mutant(
        "settle without the token",
        "I12 I14",
        ENGINE,
        "      and k.token = c.claim_token\n    where c.change_id",
        "    where c.change_id",
        MODEL,
    ),
    Mutant(
        "settle does not lock first",
        "I13 I26",
        ENGINE,
        "    order by c.shop_id, c.kind, c.key\n    for update of c\n  ) as h;",
        "    order by c.shop_id, c.kind, c.key\n  ) as h;",
        f"{ORDERS} tests/postgres/test_outbox_locks.py",
    ),
    Mutant(
        "locks in no order",
        "I26",
        ENGINE,
        "    order by c.shop_id, c.kind, c.key\n    for update of c\n  ) as h;",
        "    order by c.change_id\n    for update of c\n  ) as h;",
        f"{ORDERS} tests/postgres/test_outbox_locks.py",
    ),
    Mutant(
        "claim does not compare the fence",
        "I7 I16",
        ENGINE,
        "        and l.fence = claim.fence\n",
        "        and claim.fence > 0\n",
        MODEL,
    ),
    Mutant(
        "the router does not compare the fence",
        "I7",
        "sql/router.sql",
        "      and l.fence = $1\n",
        "      and $1 > 0\n",
        MODEL,
    ),
    Mutant(
        "floors are never lowered in time",
        "I23",
        "syncd/postgres/floors.py",
        "if now_s >= self._lowered_s + LOW_S:",
        "if now_s >= self._lowered_s + 1e9:",
        "tests/postgres/test_engine_rules.py -k committed_late",
    ),
    Mutant(
        "woken by messages only",
        "I24",
        "syncd/supervisor/tending.py",
        "PUSH_IDLE_S = 1.0",
        "PUSH_IDLE_S = 1e6",
        "tests/test_nodes_database.py -k hears_no_message",
    ),
    Mutant(
        "deliveries are not counted",
        "I18",
        ENGINE,
        "then c.deliveries + 1 else c.deliveries end",
        "then c.deliveries else c.deliveries end",
        MODEL,
    ),
    Mutant(
        "a dead change is not re-armed",
        "I21",
        ENGINE,
        "      state = case when c.state = 'dead' then 'due' else c.state end,\n"
        "      cause = null,\n",
        "",
        f"{ROUTER} -k re_arms",
    ),
    Mutant(
        "a day goes though it is not moved",
        "I10",
        "sql/tidying.sql",
        "      and (o.xid >= pg_snapshot_xmax(r.snap) or o.xid = any(",
        "      and false and (o.xid >= pg_snapshot_xmax(r.snap) or o.xid = any(",
        MODEL,
    ),
    Mutant(
        "anybody renews a claim",
        "I14",
        "sql/outbox.sql",
        "    and k.token = c.claim_token\n  order by c.shop_id, c.kind, c.key\n"
        "  for update of c\n)",
        "  order by c.shop_id, c.kind, c.key\n  for update of c\n)",
        MODEL,
    ),
    Mutant(
        "statements of a step read whole tables",
        "I27",
        "sql/router.sql",
        "  set_config('enable_seqscan', 'off', true) as scans,\n",
        "",
        "tests/postgres/test_engine_size.py",
    ),
    Mutant(
        "a wide step begins anew from the first key",
        "I26",
        "sql/router.sql",
        "    when wide.account_ids = '{}' then syncd.arm",
        "    when true then syncd.arm",
        ORDERS,
    ),
    Mutant(
        "a claim keeps a plan of an empty table",
        "I27",
        ENGINE,
        "  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off"
        " as $$\n#variable_conflict",
        "  set jit = off as $$\n#variable_conflict",
        "tests/postgres/test_engine_size.py -k mass_import",
    ),
]


def verdict(mutant: Mutant) -> str:
    """caught, SURVIVED, or that there is nothing to break."""
    with tempfile.TemporaryDirectory(prefix="syncd-mutant-") as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tree / name)
            else:
                shutil.copy(source, tree)
        model = tree / MODEL  # a failure will do, it need not be the smallest
        examples = model.read_text(encoding="utf-8").replace(
            "deadline=None,", "deadline=None, phases=[*Phase][:3],"
        )
        model.write_text(
            examples.replace("import HealthCheck,", "import HealthCheck, Phase,"), encoding="utf-8"
        )
        path = tree / mutant.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) < 1:
            return "NOT APPLICABLE"
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        given = [*mutant.test.split(), "-x", "-p", "no:cacheprovider", "-p", "no:randomly"]
        pick = "postgres18"
        if "-k" in given:
            given[given.index("-k") + 1] += f" and {pick}"
        else:
            given += ["-k", pick]
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "--timeout", "100", *given],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
        )
    return "caught" if result.returncode == 1 else f"SURVIVED ({result.returncode})"


def main() -> int:
    wanted = sys.argv[1:]
    survived = 0
    for mutant in MUTANTS:
        if wanted and not any(word in mutant.name for word in wanted):
            continue
        found = verdict(mutant)
        survived += found != "caught"
        sys.stdout.write(f"{mutant.name:45} {mutant.invariants:8} {found}\n")
        sys.stdout.flush()
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
