# Two commands are the way in: `make demo` and `make test`. Each sets up everything it needs in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed-run
DEV    := $(VENV)/.installed-dev
MUT    := $(VENV)/.installed-mutation
PIC    := $(VENV)/.installed-pictures

.DEFAULT_GOAL := help
.PHONY: help demo run test lint types contracts unit coverage bench bench-peers failover-bench sim monkey screenshots recording mutants clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "phoenix-tui needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): pyproject.toml $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group habits
	@touch $@

$(MUT): pyproject.toml $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group mutation
	@touch $@

$(PIC): pyproject.toml $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group pictures
	@touch $@

demo: $(STAMP)  ## open the screen with simulated providers: no key, no network
	@$(BIN)/phoenix-tui --demo

run: $(STAMP)  ## open the screen with the real providers
	@$(BIN)/phoenix-tui

test: lint types contracts unit  ## everything that must pass

lint: $(DEV)  ## format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)  ## mypy, strict
	$(BIN)/mypy

contracts: $(DEV)  ## who may import whom
	$(BIN)/lint-imports

unit: $(DEV)  ## the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

coverage: $(DEV)  ## the tests, and which lines they reach
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

bench: $(DEV)  ## measure what it costs, side by side with what it is compared with (some minutes): TOPICS="core"
	@$(BIN)/python -m bench $(TOPICS)

bench-peers: $(DEV)  ## measure beside other libraries and terminal chats, each installed into an environment of its own
	@$(BIN)/python -m bench peers screen_peers

failover-bench: $(DEV)  ## the public failover benchmark, all formats, at its own pace (some minutes)
	@$(BIN)/python -m bench.failover $(ARGS)

sim: $(DEV)  ## live ten thousand days of traffic in virtual time, until an invariant is broken
	$(BIN)/python -m tests.simulation

monkey: $(DEV)  ## let a monkey play with the screen: PLAYS=200 times a hundred random actions (about half an hour)
	PHOENIX_MONKEY_PLAYS=$(or $(PLAYS),200) $(BIN)/python -m pytest -q -s tests/monkey

screenshots: $(DEV)  ## take the README's pictures of the real screen in the demo's outage
	$(BIN)/python -m docs.pictures.screenshots

recording: $(PIC)  ## record a session of the demo, as a terminal recording and as a moving picture
	$(BIN)/python -m docs.pictures.recording

mutants: $(MUT)  ## change the hearts of the core in thousands of ways: does a test notice? (about twenty minutes)
	@$(BIN)/python -m tests.mutation $(ARGS)

clean:  ## remove what make has made
	rm -rf $(VENV) .bench build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
