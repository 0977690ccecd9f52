# The commands a person runs are the commands CI runs. PYTHON picks the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
TRAIN ?= m4_hourly_train.parquet
DATA ?= data
BROWSER := $(firstword $(foreach b,chromium chromium-browser google-chrome chrome,$(shell command -v $(b) 2>/dev/null)))
NO_BROWSER := No chromium or google-chrome here: the tests marked `browser`, which open the report, are left out.

.PHONY: demo test test-all lint bench-m4 bench-energy bench-arima bench-peers clean help

help:  ## say what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.core $(VENV)/.kernels  ## install, then forecast the bundled demand data into out/
	$(BIN)/gatecast demo --out $(OUT)

test: lint  ## lint, types and the tests that take seconds
	$(if $(BROWSER),,@echo "$(NO_BROWSER)")
	$(BIN)/pytest

test-all: lint  ## everything, the slow tests too
	$(if $(BROWSER),,@echo "$(NO_BROWSER)")
	$(BIN)/pytest -m "slow or not slow"

lint: $(VENV)/.test $(VENV)/.kernels
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench-m4: $(VENV)/.core $(VENV)/.kernels  ## M4 hourly: TRAIN=file, the last 48 steps held out
	$(BIN)/python bench/m4_hourly.py --train $(TRAIN) --holdout 48

bench-energy: $(VENV)/.core $(VENV)/.kernels  ## the energy table: DATA=folder, see bench/energy.py
	$(BIN)/python bench/energy.py --data $(DATA) --markdown

bench-arima: $(VENV)-peer/.bench  ## ARIMA beside statsforecast: DATA=folder, see bench/arima.py
	$(VENV)-peer/bin/python bench/arima.py --data $(DATA)

bench-peers: $(VENV)-peer/.bench  ## ours beside neuralforecast and statsforecast: DATA=folder, see bench/peers.py
	$(VENV)-peer/bin/python bench/peers.py --data $(DATA) --markdown

clean:  ## remove what was made, the virtual environment too
	rm -rf $(VENV) $(VENV)-peer $(OUT) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps: installing again only when what is asked for has changed.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"gatecast needs Python 3.11 or newer and this is {v[0]}.{v[1]}; name another one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	@touch $@

# The peers need pandas before 3, the tests pandas from 3 on: an environment of its own.
$(VENV)-peer/.bench: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m venv $(VENV)-peer
	grep -v '^pandas=' constraints.txt > $(VENV)-peer/constraints.txt
	$(VENV)-peer/bin/python -m pip install --quiet -c $(VENV)-peer/constraints.txt -e '.[bench]'
	@touch $@

# Numba looks at a kernel's own file only: one that has others compiled into it must not outlive them.
$(VENV)/.kernels: $(VENV)/bin/python $(wildcard src/gatecast/linear/*.py)
	@find src -name '*.nb[ic]' -delete
	@touch $@
