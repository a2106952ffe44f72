"""One way to make lines, in a process of its own.

    python -m bench.writing MODULE FUNCTION URL FILE

Prints how many it made, the seconds and the CPU seconds that took, and by how many MB the process
grew.
"""

from __future__ import annotations

import asyncio  # noqa: TID251 -- peers know no anyio
import importlib
import json
import sys
import time
from pathlib import Path

from bench.reading import peak_kb


def main(module: str, function: str, url: str, file: str) -> None:
    write = getattr(importlib.import_module(module), function)
    before_kb = peak_kb()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    found = asyncio.run(write(url, Path(file)))
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    grown_kb = peak_kb() - before_kb
    print(
        json.dumps({"found": found, "took_s": took_s, "cpu_s": cpu_s, "grown_mb": grown_kb / 1024})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
