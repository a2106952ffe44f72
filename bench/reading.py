"""One way to read a result, in a process of its own.

    python -m bench.reading MODULE FUNCTION FILE

Prints what it found, the CPU seconds that took, and by how many MB the process grew.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory


def peak_kb() -> int:
    """The most memory so far. Not ru_maxrss: that begins with what the parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def main(module: str, function: str, file: str) -> None:
    read = getattr(importlib.import_module(module), function)
    before_kb = peak_kb()
    with TemporaryDirectory() as folder:
        began_s = time.process_time()
        found = read(Path(file), Path(folder))
        cpu_s = time.process_time() - began_s
    grown_kb = peak_kb() - before_kb
    print(json.dumps({"found": found, "cpu_s": cpu_s, "grown_mb": grown_kb / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
