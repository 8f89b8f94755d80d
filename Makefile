# Every target sets up what it needs in .venv; a second call finds it there.
# Needs Python >= 3.11, git and make. Another Python: make PYTHON=/path/to/python3 TARGET

BIN    := .venv/bin
INPUTS := tools/setup constraints.txt $(wildcard */pyproject.toml plugins/*/pyproject.toml)
# A thousand contacts from public repositories; kept beside the checkout, where there is one.
CORPUS := ../shared/data/pim-corpus/contacts.jsonl
# Whatever is installed can run the demo; only development needs the tools as well.
READY_TO_RUN  := .venv/.ready-to-run
READY_TO_WORK := .venv/.ready-to-work
HOURS ?= 0.1
HISTORIES ?= 0

.PHONY: help demo test lint bench mutants prove docs setup wheels
.DEFAULT_GOAL := help

help:
	@echo "make demo    two stand-ins, three people, real runs: see what Syncline does"
	@echo "make test    the tests of all packages"
	@echo "make lint    ruff, mypy --strict, import-linter"
	@echo "make bench   calls, start-up and the engine against what they must reach"
	@echo "             (BENCH_RECORDS=100000 for the engine at full size)"
	@echo "make mutants faults planted in the engine, and which test catches each (minutes)"
	@echo "             (HISTORIES=300 also says which ones random histories alone catch: hours)"
	@echo "make prove   the promises at length, with new seeds: HOURS=2 (default: 0.1)"
	@echo "make docs    the generated parts of docs/ (CHECK=--check only compares)"
	@echo "make wheels  dist/: what pip installs, on this machine or another one"
	@echo "make setup   .venv with all packages (editable) and tools"

demo: $(READY_TO_RUN)
	@$(BIN)/syncline demo

# Each test starts what it needs on free ports, so that the files can share two processes.
test: $(READY_TO_WORK)
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

lint: $(READY_TO_WORK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY_TO_WORK)
	$(BIN)/python -m bench
	$(if $(wildcard $(CORPUS)),$(BIN)/python -m bench.corpus $(CORPUS))

mutants: $(READY_TO_WORK)
	$(BIN)/python -m mutants --histories $(HISTORIES)

# What it finds is written to prove-findings/, with the command that shows it again.
prove: $(READY_TO_WORK)
	$(BIN)/python -m prove $(HOURS)

docs: $(READY_TO_WORK)
	$(BIN)/python -m syncline.cli.reference $(CHECK)
	$(BIN)/python -m docs.generate $(CHECK)

wheels: $(READY_TO_RUN)
	@tools/wheels

setup: $(READY_TO_WORK)

$(READY_TO_RUN): requirements.txt $(INPUTS)
	@tools/setup requirements.txt
	@touch $@

$(READY_TO_WORK): requirements-dev.txt requirements.txt $(INPUTS)
	@tools/setup requirements-dev.txt
	@touch $@ $(READY_TO_RUN)
