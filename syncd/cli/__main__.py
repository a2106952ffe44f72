"""`python -m syncd.cli` is the program syncd."""

from syncd.cli import main

main()
