# Everything is set up from here: `make run` and `make test` need only Python 3.12 and make.
PYTHON ?= python3.12
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIN := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet
SEED ?= 1
REPLICATES ?= 40
WORKERS ?= 2
STARSIM ?= starsim==3.7.2
LONG ?=

.PHONY: help run test test-long test-browser golden lint bench classics off-ramp directions calibrate patterns torture fuzz strangers docs figures tables lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/runs: constraints-run.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r constraints-run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed: .venv/runs constraints.txt
	$(INSTALL) --require-hashes -r constraints.txt
	@touch $@

run: .venv/runs  ## set up and run the default scenario
	$(BIN)/defectsim run scenarios/venezuela-2019.yaml --replicates $(REPLICATES) --seed $(SEED) --workers $(WORKERS) --overwrite

test: .venv/installed  ## set up and run the tests
	$(BIN)/pytest

test-long: .venv/installed  ## run the tests that take longer: every page of the documentation, the classics, the shipped rules
	$(BIN)/pytest -m long

test-browser: .venv/installed  ## run the tests in Chromium, which is installed if need be, without a network
	tools/browser.sh $(BIN)/pytest -m browser -n 0 tests/browser

golden: .venv/installed  ## compare both engines with the golden record: some minutes
	$(BIN)/python -m tools.golden

lint: .venv/installed  ## style, types and the layers contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

results/bench/starsim:  # of its own, since what it needs would change what is measured
	-$(PYTHON) -m venv $@ && $@/bin/python -m pip install --quiet --disable-pip-version-check $(STARSIM) || rm -rf $@

bench: .venv/installed results/bench/starsim  ## measure against NumPy, Numba, Mesa and Starsim: some 20 minutes; LONG=1 adds 10 million people
	$(BIN)/python -m benchmarks $(if $(LONG),--long)
	$(BIN)/python -m tools.performance

classics: .venv/installed  ## run the field's classics again, and write what was published and what is obtained
	$(BIN)/python -m tools.classics

off-ramp: .venv/installed  ## measure what the off-ramp alone changes: 200 paired runs
	$(BIN)/defectsim compare scenarios/venezuela-2019-no-off-ramp.yaml scenarios/venezuela-2019.yaml --replicates 200 --seed 1 --overwrite --set record.hazards=true

directions: .venv/installed  ## measure what each variant of the default scenario changes: 60 paired runs
	$(BIN)/python -m tools.directions 60

calibrate: .venv/installed  ## calibrate the shared parameters: two banks of 7,168 runs, some 90 minutes
	$(BIN)/python -m tools.calibrate

patterns: .venv/installed  ## compare the shared parameters with all patterns: 200 runs of each scenario
	$(BIN)/python -m tools.patterns

torture: .venv/installed  ## kill writers of small sweeps, and their processes, 1,000 times, and check that nothing is lost: some 40 minutes
	$(BIN)/python -W ignore -m tools.torture 1000 $(SEED)

fuzz: .venv/installed  ## load 20,000 mutants of the shipped scenarios and sweeps, and run 2,000 of those accepted: some 30 minutes
	$(BIN)/python -W ignore -m tools.fuzz 20000 2000 $(SEED)

strangers: .venv/installed  ## plant every fault in small studies, and check that nothing is written outside, run or called good: some minutes
	$(BIN)/python -W ignore -m tools.strangers 0 $(SEED)

docs: .venv/installed  ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

figures: .venv/installed  ## draw the pictures of README and documentation from their scenarios: some minutes
	$(BIN)/python -m tools.figures

tables: .venv/installed  ## write the documentation's tables anew from the code
	$(BIN)/python -m tools.tables

lock: .venv/installed  ## pin the newest compatible versions: names, versions and hashes only
	$(INSTALL) uv
	$(PIN) --extra dev --upgrade --output-file constraints.txt
	$(PIN) --extra build --constraints constraints.txt --output-file constraints-run.txt

clean:  ## remove the environment and caches
	rm -rf .venv site .pytest_cache .mypy_cache .ruff_cache .hypothesis
