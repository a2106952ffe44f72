"""`python -m syncd` is the program syncd."""

from syncd.cli import main

main()
