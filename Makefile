# The habits of the house. `make run` and `make test` need Python 3.11 and nothing else of ours.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
WORKERS ?= 3
CASES ?= 50
HISTORIES ?= 2000
# Where an environment forbids it, each of a hundred processes of the tests would compile six hundred modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint format types shots fuzz bench bench-search bench-deadlines bench-events bench-register bench-peers histories soak lock clean help

help: ## Name each habit
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/run.stamp: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: .venv/run.stamp ## Migrate, load the demo city, and serve it on http://127.0.0.1:8000
	$(BIN)/civicgraph migrate
	$(BIN)/civicgraph demo
	$(BIN)/civicgraph serve

test: .venv/dev.stamp chromium lint types ## Everything that CI runs
	$(BIN)/civicgraph schema --check
	$(BIN)/civicgraph migrate --check
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

lint: .venv/dev.stamp ## Style of code and templates, and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --quiet --lint templates

types: .venv/dev.stamp ## Strict types
	$(BIN)/mypy

format: .venv/dev.stamp ## Put the code into the house's form
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

.PHONY: chromium
chromium: # the headless shell is the same browser without its windows, and takes half the time; either will do
	@command -v chromium-headless-shell >/dev/null && fc-list 2>/dev/null | grep -qi cjk || \
	{ command -v apt-get >/dev/null && timeout 120 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 240 apt-get install -y -qq chromium-headless-shell fonts-noto-cjk >/dev/null; } || \
	{ command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi cjk; } || \
	{ echo "The browser tests need Chromium and a Chinese font: install chromium-headless-shell (or chromium) and fonts-noto-cjk, then run again."; exit 1; }

shots: .venv/dev.stamp chromium ## Pictures of every page into shots/
	$(BIN)/python -m tests.shots

fuzz: .venv/dev.stamp ## Thousands of documents by Schemathesis, others each time (minutes)
	CIVICGRAPH_FUZZ_CASES=$(CASES) $(BIN)/python -m pytest tests/clients/test_fuzz.py

bench: .venv/dev.stamp ## Demo scale against city scale, side by side (minutes)
	$(BIN)/python -m benchmarks

bench-search: .venv/dev.stamp ## Search at city scale, after `make bench` has made the city
	$(BIN)/python -m benchmarks.search

bench-deadlines: .venv/dev.stamp ## 10,000 deadlines due in one minute among a million grievances (minutes)
	$(BIN)/python -m benchmarks.deadlines

bench-events: .venv/dev.stamp ## Pages of events in a tenth of the city, the city and ten of it (minutes)
	$(BIN)/python -m benchmarks.events

bench-register: .venv/dev.stamp ## The register of 830,000: entered, killed, matched, searched, sent (half an hour)
	$(BIN)/python -m benchmarks.register

bench-peers: .venv/dev.stamp ## Beside PostGraphile, Strawberry and hand-written statements (an hour; needs wrk)
	$(BIN)/python -m benchmarks.peers

histories: .venv/dev.stamp ## Thousands of random histories against the rules written twice, others each time; a year of reminders; 200 reports at once and a kill; a tick killed at each of its steps
	CIVICGRAPH_DEATHS=0 CIVICGRAPH_LIVES=80 CIVICGRAPH_HISTORIES=$(HISTORIES) CIVICGRAPH_HISTORIES_SEED=$$RANDOM$$RANDOM CIVICGRAPH_RESIDENTS=200 $(BIN)/python -m pytest tests/grievances/test_histories.py tests/grievances/test_a_year.py tests/grievances/test_crash.py tests/scheduler/test_killed.py

soak: .venv/dev.stamp ## Crowds, slow clients and floods against a real server; 500 for 30 places and a kill (a quarter of an hour)
	CIVICGRAPH_RESIDENTS=500 $(BIN)/python -m pytest tests/bookings/test_crowd.py
	$(BIN)/python -m benchmarks.soak

lock: .venv/dev.stamp ## Pin the newest allowed versions, with hashes
	$(BIN)/uv pip compile -q pyproject.toml --group dev --group build --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -o requirements-dev.lock
	$(BIN)/uv pip compile -q pyproject.toml --group build --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -c requirements-dev.lock -o requirements.lock
	echo schemathesis | $(BIN)/uv pip compile -q - --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -o tests/clients/fuzz/requirements.lock

clean: ## Remove what was built; the database in var/ stays
	rm -rf .venv shots .mypy_cache .ruff_cache .pytest_cache .hypothesis
