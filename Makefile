# Needs Python 3.11 or newer and make. Every target prepares its own $(VENV); another Python: make PYTHON=python3.12 demo
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint docs packages bench mutate stress crash clean

PYTHON ?= python3
VENV ?= .venv
# Test processes at once: a number, "auto", or 0 for none.
WORKERS ?= auto

# Whatever brings a package of its own; the other extras are parts of these.
EXTRAS := sql-async,postgresql-async,mariadb-async,mongo,django,cli,testing,holidays,ical,markdown,accounts,search

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install --root-user-action=ignore --no-warn-script-location

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.for-demo ## a month in the life of a support desk, on SQLite; more with DEMO="--desk belenus"
	@$(BIN)/supportcore demo $(DEMO)

test: $(VENV)/.for-test ## run the tests; more with PYTEST="-k clock -x"
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST)

lint: $(VENV)/.for-lint ## style, types, layers, dead code, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports --no-logo
	@echo "$(BIN)/vulture, for what is dead in src"
	@found="$$($(BIN)/vulture)" || [ $$? -eq 3 ] && ! echo "$$found" | grep '^src/'
	$(BIN)/deptry src

docs: $(VENV)/.for-test ## the documentation, as pages in build/docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

packages: $(VENV)/.for-test ## wheel and sdist, tried in clean environments with each extra on each Python here
	$(BIN)/python -m tests.packaging

bench: $(VENV)/.for-bench ## measure speed and memory; SCALE=20000 sets the number of tickets
	$(if $(SCALE),SCALE=$(SCALE) )$(BIN)/python -m bench

mutate: $(VENV)/.for-test ## change the rules, 400 times, and see that tests fail; more with MUTATE="--only predicate --seed 1 --count 50"
	$(BIN)/python -m tests.mutating $(MUTATE)

stress: $(VENV)/.for-test ## many processes on few tickets, on every store; more with STRESS="postgresql --tickets 500"
	$(BIN)/python -m tests.stress races $(STRESS)

crash: $(VENV)/.for-test ## writers and servers killed under load, on every store; more with CRASH="sqlite --kills 200"
	$(BIN)/python -m tests.stress crash $(CRASH)

clean: ## remove what these targets made
	rm -rf .venv .venv-* build dist .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Each stamp is older than pyproject.toml exactly when what it stands for must be installed again. The package is
# installed as a link to src/, so a changed module needs nothing.

$(VENV)/.for-demo: $(VENV)/.pip pyproject.toml
	@echo "Installing what the demo needs into $(VENV) (once) ..."
	@$(PIP) -e '.[sql,cli]'
	@touch $@

$(VENV)/.for-test: $(VENV)/.pip pyproject.toml
	@echo "Installing what the tests need into $(VENV) (once) ..."
	@$(PIP) -e '.[$(EXTRAS)]' --group test
	@touch $@

$(VENV)/.for-bench: $(VENV)/.pip pyproject.toml
	@echo "Installing what the measurements need, and what they compare with, into $(VENV) (once) ..."
	@$(PIP) -e '.[$(EXTRAS)]' --group bench
	@touch $@

$(VENV)/.for-lint: $(VENV)/.pip pyproject.toml
	@echo "Installing what the checks need into $(VENV) (once) ..."
	@$(PIP) -e '.[$(EXTRAS)]' --group lint
	@touch $@

# pip 25.1 is the first that reads dependency groups; the one that comes with Python may be older.
$(VENV)/.pip:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "supportcore needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Say which one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "supportcore needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Say which one: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu 'apt install python3-venv' brings what it needs." >&2; exit 1; }
	@$(PIP) --upgrade 'pip>=25.1'
	@touch $@
