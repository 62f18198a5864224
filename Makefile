# One command each. Everything is installed into .venv from a lock file with hashes.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install up test drill check bench lock styles pictures clean
.DEFAULT_GOAL := install

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed (set PYTHON=/path/to/python3.11)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

up: install
	@$(BIN)/meldpunt up

# `make test ORDER=1234` runs the tests in the random order of that seed; `make test WHAT=tests/chain` only those.
# Two workers, each with houses of its own: a house waits more than it computes.
WORKERS ?= 2
test: install
	@$(BIN)/python -m pytest -n $(WORKERS) $(if $(ORDER),-p randomly -p "no:cacheprovider" --randomly-seed=$(ORDER)) $(WHAT)

# What takes long and is done now and then: longer walks, more kills, every drill on a cluster, a tenth of a city
# and its working day of a minute (CITY_SCALE=1 CITY_SECONDS=240: all of it, an hour and more). Part of what a release needs.
CITY_SCALE ?= 0.1
CITY_SECONDS ?= 60
drill: install
	@$(BIN)/python -m pytest -m drill -n $(WORKERS) $(WHAT)
	@$(if $(WHAT),,$(BIN)/meldpunt drill all)
	@$(if $(WHAT),,CITY_SCALE=$(CITY_SCALE) CITY_SECONDS=$(CITY_SECONDS) $(BIN)/python -m bench city)

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install
	@$(BIN)/python -m bench

# Names, versions and hashes only; no download address. Needs `uv`.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--all-extras --output-file requirements.lock pyproject.toml

# The portal's style sheet, out of npm packages; it is committed, so only who changes it needs npm.
styles: install
	npm ci --no-audit --no-fund --silent --ignore-scripts
	@$(BIN)/python -m deploy.theme.build

# The pictures of the guides (docs/gids/beelden), out of a run of the browser tests; they are committed.
pictures: install
	@$(BIN)/python -m tests.pictures

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
