"""`python -m fidelity`: replay recordings of the real Shopify against the sandbox."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from fidelity.recordings import OURS, stories
from fidelity.replay import Result, played
from fidelity.report import details, differences, table, totals
from fidelity.stores import known_of_stores


def replayed(path: Path, pattern: str = "") -> list[Result]:
    """All stories whose file fits the pattern, each in a sandbox of its own."""
    all_stories = stories(path)
    known = known_of_stores(exchange for story in all_stories for exchange in story)
    results: list[Result] = []
    for story in all_stories:
        if re.search(pattern, story[0].file):
            results += played(story, known.get(story[0].store, {}))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="fidelity", description=__doc__)
    parser.add_argument("--file", default="", metavar="PATTERN", help="only files that fit")
    parser.add_argument("--verbose", action="store_true", help="every recording that is not equal")
    parser.add_argument("--recordings", type=Path, default=OURS, metavar="PATH")
    options = parser.parse_args()
    if not options.recordings.is_file():
        sys.stderr.write(f"no recordings at {options.recordings}; name them with --recordings\n")
        return 2
    results = replayed(options.recordings, options.file)
    if options.verbose:
        for one in results:
            if one.verdict != "equal":
                sys.stdout.write(details(one) + "\n")
    sys.stdout.write(f"{table(results)}\n\nDifferences, the most frequent first\n\n")
    sys.stdout.write(f"{differences(results)}\n\n{json.dumps(totals(results))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
