# Everything that is done to this repository, by name. `make help` lists it.
# Each target does its own set-up; a second run finds it done. Needs only python3 (3.11+), git and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
JOBS ?= 2
SOAK_MINUTES ?= 15
FUZZ_SECONDS ?= 120
export PYTHON
# Compiling every test anew is a third of `make quick`.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
DEV := .venv/.dev
WIRE := .cache/.wire
BENCH := .cache/.bench
# A test file is one worker's work: its proxies and its identity provider are started once.
# Where a worker ends (a test hung: pyproject.toml), the run ends: another would only hang there again.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --max-worker-restart 0 -p tests.wire.what_ran
NODE_PACKAGES := $(foreach dir,tests/wire/oidc-provider tests/backends/node tests/edge/browser,$(dir)/package.json $(dir)/package-lock.json)
LOAD_CLIENT := loadtest/client/go.mod $(wildcard loadtest/client/*.go)
GO_MODULES := $(foreach dir,tests/backends/go tests/wire/api-server tests/leaks/gitleaks,$(dir)/go.mod $(dir)/go.sum)

.PHONY: help dev test quick test-proxies wire fuzz mutants bench soak fmt lint format-check types imports tools clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

dev: $(DEV) ## Start a gateway, an identity provider, nginx and a backend on loopback
	@$(BIN)/gateway dev

test: export HYPOTHESIS_PROFILE := ci
test: lint $(WIRE) ## All that CI runs: lint, then every test, with real proxies
	@$(PYTEST)

quick: lint ## What people run all day: lint, and the tests of single parts; no crowds, processes or long searches
	@HYPOTHESIS_PROFILE=glance $(BIN)/python -m tests.quick.run --jobs $(JOBS)

test-proxies: $(WIRE) ## Every guarantee behind every proxy, in minutes; renews the table in docs/proxies.md
	@$(PYTEST) -m wire tests/wire -p tests.wire.guarantees

wire: $(WIRE) ## Only the tests with real proxies, a real identity provider, real backends
	@$(PYTEST) -m wire

fuzz: $(DEV) ## Search for inputs that break an invariant, FUZZ_SECONDS (120) for each target
	@$(BIN)/python -m pip install --quiet --group fuzz
	@$(BIN)/python -m tests.fuzz.run --seconds $(FUZZ_SECONDS)

mutants: $(DEV) ## Remove each security check in turn: a test must turn red, JOBS at a time
	@$(BIN)/python -m tests.mutants.run --jobs $(JOBS)

bench: $(BENCH) ## Measure against loadtest/targets.toml, beside others, in five minutes
	@$(BIN)/python -m loadtest $(BENCH_OPTIONS)

soak: $(BENCH) ## Mixed traffic for SOAK_MINUTES (15): memory and descriptors must stay flat
	@$(BIN)/python -m loadtest.soak --minutes $(SOAK_MINUTES)

fmt: $(DEV) ## Format, and repair what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: format-check types imports ## ruff, mypy, import-linter; changes nothing

format-check: $(DEV)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(DEV) ## Type-check
	@$(BIN)/mypy

imports: $(DEV) ## Check that imports point one way
	@$(BIN)/lint-imports

tools: $(DEV) $(WIRE) ## Install everything, run nothing

clean: ## Remove what the targets above have made
	@rm -rf .venv .cache .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@rm -rf tests/wire/oidc-provider/node_modules tests/backends/node/node_modules tests/edge/browser/node_modules

$(DEV): pyproject.toml .ci/bootstrap .ci/debian-package
	@.ci/bootstrap dev
	@touch $@

$(BENCH): $(DEV) $(LOAD_CLIENT)
	@.ci/bootstrap bench
	@touch $@

$(WIRE): $(DEV) .ci/debian-unpack $(NODE_PACKAGES) $(GO_MODULES)
	@.ci/bootstrap wire
	@touch $@
