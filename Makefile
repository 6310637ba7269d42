# Gangqiao 岗桥. Two commands are enough: make demo, make test. All others: make help.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
WORKERS ?= 2
ARGS ?=
NAME ?= changes
export PYTHON ?= python3
# Compiled modules are kept even where the environment says otherwise: they halve the time of every start.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
SAY := printf '\033[1m==>\033[0m %s\n'
PACKAGES := api centre employers matching training web tests

.PHONY: help setup demo test quick check format reference words migration ordeal days bench mutants cover constraints clean

help: ## show this list
	@printf 'Gangqiao 岗桥: make TARGET [PORT=8000] [WORKERS=2] [ARGS=...]\n\n'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-14s%s\n' $$name "$$text"; done

# The two stamps remember what is installed: a second run costs nothing until the pins change.
.venv/.core: pyproject.toml constraints.txt .ci/install
	@.ci/install core
	@touch $@

.venv/.dev: pyproject.toml constraints.txt .ci/install
	@.ci/install dev
	@touch .venv/.core $@

setup: .venv/.dev ## make .venv with everything that work on the project needs
	@$(SAY) 'Ready: $(BIN)/gangqiao --help'

demo: .venv/.core ## fill the invented demo city and serve it on 127.0.0.1, port PORT
	@$(SAY) 'Starting the demo city on http://127.0.0.1:$(PORT) (stop with Ctrl+C)'
	@exec $(BIN)/gangqiao demo --port $(PORT) $(ARGS)

test: .venv/.dev ## run every test (ARGS='-k fairs' for some)
	@$(SAY) 'Running the tests in $(WORKERS) processes (PostgreSQL and browser tests need their programs: .ci/run installs them)'
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

quick: .venv/.dev ## run the unit and house tests: no database, server or browser
	@$(SAY) 'Running the unit and house tests in $(WORKERS) processes'
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal --quick $(ARGS)

check: .venv/.dev ## style, types and import contracts
	@$(SAY) 'Style (ruff)'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(SAY) 'Types (mypy --strict)'
	@$(BIN)/mypy
	@$(SAY) 'Import contracts (import-linter)'
	@$(BIN)/lint-imports

format: .venv/.dev ## put the code into its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

reference: .venv/.dev ## write REFERENCE, glossary, systems and rules in docs/
	@$(BIN)/python -m tests.house.reference > docs/REFERENCE.md.new
	@mv docs/REFERENCE.md.new docs/REFERENCE.md
	@$(BIN)/python -m tests.house.glossary > docs/glossary.md.new
	@mv docs/glossary.md.new docs/glossary.md
	@$(BIN)/python -m tests.house.systems > docs/systems.md.new
	@mv docs/systems.md.new docs/systems.md
	@$(BIN)/python -m tests.house.rules > docs/rules.md.new
	@mv docs/rules.md.new docs/rules.md
	@$(SAY) 'REFERENCE, glossary, systems and rules in docs/ are up to date'

words: .venv/.dev ## print the messages that have no English yet
	@$(BIN)/python -m tests.house.words

migration: .venv/.dev ## write the migration to the present models (NAME='seats of a class')
	@$(BIN)/python -m tests.migration $(NAME)

ordeal: .venv/.dev ## the fault tests at full length (hours)
	@$(SAY) 'Running the ordeals at full length: crowds at one counter, keys sent again, damaged files, odd text, every wall tried'
	@GANGQIAO_ORDEAL=long $(BIN)/python -m pytest tests/ordeal tests/centre/accounts/test_timing.py tests/web/demo/test_town.py $(ARGS)

days: .venv/.dev ## all tests on six days unlike each other (hours; ARGS='tests/web/demo')
	@for day in $$($(BIN)/python -c 'from tests.days import UNLIKE; print(*UNLIKE)'); do \
		$(SAY) "The tests as on $$day"; $(BIN)/python -m pytest -q --day $$day $(ARGS) || exit 1; done

bench: .venv/.dev ## the benchmarks beside their peers (ARGS='large P1'; .ci/install bench adds the peers)
	@$(SAY) 'Running the benchmarks'
	@$(BIN)/python -m tests.bench $(ARGS)

mutants: .venv/.dev ## change rules one at a time and count what the tests notice (ARGS=centre.money for some)
	@$(SAY) 'Changing state machines, money and policy rules one thing at a time'
	@$(BIN)/python -m tests.mutation $(ARGS)

cover: .venv/.dev ## run the tests and show the lines that none of them reaches
	@$(BIN)/coverage run -m pytest -q $(ARGS)
	@$(BIN)/coverage report

constraints: .venv/.dev ## resolve constraints.txt anew
	@$(SAY) 'Resolving every library, for all systems and for Python 3.11 and newer'
	@.ci/pin
	@git diff --stat -- constraints.txt

clean: ## remove .venv, caches and build results (never data)
	@rm -rf .venv build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +
