"""The program `syncd`: it can be stopped from its first moment on, long before all is imported."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["run"]:
        signal.signal(signal.SIGTERM, _unborn)
    from syncd import cli  # takes a second

    cli.main()


def _unborn(_number: int, _frame: object) -> None:
    """Nothing has been begun yet, so there is nothing to end; the daemon takes over when it has."""
    os._exit(os.EX_OK)


if __name__ == "__main__":
    main()
