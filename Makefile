# Every target does its own set-up, so that each works on a fresh clone.
# What is needed beforehand: Python 3.11 or later, make and git.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test proof lint bench clean

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PIP_NO_INPUT := 1

# The first Python of 3.11 or later; `make PYTHON=/path/to/python test` takes another.
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11 python; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$candidate; break; fi; done)

# The package is installed editable: its code is never stale, its metadata may be.
METADATA := pyproject.toml riskfit/__init__.py
BENCH_NEEDS := $(wildcard tests/benchmarks/requirements.txt)

# What pip does for a wheel: without it every start compiles anew where Python may not write.
COMPILE := .venv/bin/python -m compileall -q riskfit

help: ## say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

demo: .venv/.core ## the main job on the bundled samples: a report on screen and in a file
	@.venv/bin/riskfit demo

test: .venv/.test ## the tests, without the long proofs
	@.venv/bin/pytest -n auto -m "not slow and not alone"
	@.venv/bin/pytest -m "alone and not slow"

proof: .venv/.proof ## the long proofs: thousands of damaged files, hundreds of seeds
	@.venv/bin/pytest -m slow

lint: .venv/.test ## style, formatting and types, as continuous integration checks them
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: .venv-bench/.ready ## speed, beside the libraries one would use otherwise
	@set -e; for script in tests/benchmarks/bench_*.py; do \
		echo "== $$script"; PYTHONPATH=tests .venv-bench/bin/python "$$script"; done

clean: ## remove the environments and everything that was built
	rm -rf .venv .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.core: $(METADATA) | .venv/bin/python
	@echo "Installing riskfit into .venv" >&2
	@.venv/bin/python -m pip install --quiet --editable .
	@$(COMPILE)
	@touch $@

.venv/.test: $(METADATA) | .venv/bin/python
	@echo "Installing riskfit and all that its tests need into .venv" >&2
	@.venv/bin/python -m pip install --quiet --editable '.[test,web,parquet,cluster]'
	@$(COMPILE)
	@touch $@ .venv/.core

.venv/.proof: .venv/.test
	@echo "Installing what the long proofs compare with into .venv" >&2
	@.venv/bin/python -m pip install --quiet --editable '.[test,proof,web,parquet,cluster]'
	@touch $@

.venv-bench/.ready: $(METADATA) $(BENCH_NEEDS) | .venv-bench/bin/python
	@echo "Installing riskfit and what it is measured against into .venv-bench" >&2
	@.venv-bench/bin/python -m pip install --quiet --editable . $(BENCH_NEEDS:%=--requirement %)
	@touch $@

# Without its ensurepip, as Debian ships it, Python leaves half an environment behind.
%/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "riskfit needs Python 3.11 or later, and none was found: install it," \
			"or name it with make PYTHON=/path/to/python" >&2; exit 1; fi
	@$(PYTHON) -m venv --clear $* >/dev/null || { rm -rf $*; \
		echo "$(PYTHON) could not make a virtual environment. On Debian and Ubuntu:" \
			"apt-get install python3-venv; elsewhere install Python's venv and ensurepip" >&2; \
		exit 1; }
