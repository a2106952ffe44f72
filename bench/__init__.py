"""What is measured: `make bench NAME=x` runs bench/x.py; its last line is JSON."""
