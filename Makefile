# Python's venv and pip are enough. uv, where it is there, takes the versions in uv.lock instead.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv)
PYTEST ?= $(BIN)/python -m pytest

# One stamp for each set of packages, so that a second call costs nothing.
RUN := $(VENV)/.run
TEST := $(VENV)/.test
BENCH := $(VENV)/.bench

# $(call install,extras): the extras as words. uv keeps what other calls installed (--inexact).
define install
	echo "installing addenda$(if $(1), with $(strip $(1))) into $(VENV)"
	$(if $(UV),$(UV) sync --quiet --frozen --inexact --python $(BIN)/python $(addprefix --extra ,$(1)) || { \
		echo "uv could not install from uv.lock; going on with pip"; \
		$(call pip,$(1)); },$(call pip,$(1)))
endef
empty :=
comma := ,
pip = $(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.$(if $(1),[$(subst $(empty) $(empty),$(comma),$(strip $(1)))])'

.PHONY: help demo test check bench test-slow test-lowest install format lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN) ## the whole job on sample releases, without a network; prints what to open
	@$(BIN)/addenda demo

test: check ## everything that has to pass: check, then the tests
	@.ci/system-packages
	$(PYTEST) -m "not slow" -n auto --maxprocesses 4 --dist loadfile

check: $(TEST) ## lint, types and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH) ## the figures in README.md, measured here
	$(BIN)/python -m tests.bench

test-slow: $(TEST) ## the checks that take minutes
	@.ci/system-packages
	$(PYTEST) -m slow

test-lowest: ## the tests with the lowest versions that pyproject.toml allows (needs uv)
	@.ci/system-packages
	uv venv --quiet --clear --python $(PYTHON) build/lowest
	uv pip install --quiet --python build/lowest --resolution lowest-direct --editable '.[postgres,prefect,serve,oidc,test]'
	build/lowest/bin/python -m pytest -m "not slow"

install: $(TEST) ## all that the tests need, into .venv

format: $(TEST) ## rewrite the sources as check wants them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(BIN)/python ## uv.lock again, from pyproject.toml
	$(if $(UV),$(UV),$(BIN)/python -m pip install -qq uv && $(BIN)/uv) lock

clean: ## removes what make made, .venv too
	rm -rf $(VENV) build dist demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "no python3 found: install Python 3.11 or later, or set PYTHON" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is not Python 3.11 or later: install it, or say where it is with make PYTHON=..." >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv: apt-get install python3-venv" >&2; exit 2; }
	"$(PYTHON)" -m venv $(VENV)

$(RUN): pyproject.toml uv.lock | $(BIN)/python
	@$(call install,)
	@touch $@

$(TEST): pyproject.toml uv.lock | $(BIN)/python
	@$(call install,postgres prefect serve oidc test)
	@touch $@ $(RUN)

$(BENCH): $(TEST)
	@$(call install,postgres prefect serve oidc test bench)
	@touch $@
