# Two commands: make demo, make test. Each sets up what it needs in .venv.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO_READY := $(VENV)/.ready-for-demo
TEST_READY := $(VENV)/.ready-for-test

.PHONY: demo test lint types derived docs picture clean

demo: $(DEMO_READY)
	$(BIN)/xlpbr demo -o demo

test: lint types derived
	$(BIN)/python -m pytest -n 2

lint: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# The two folders that are installed under xlpbr are checked where they are installed.
types: $(TEST_READY)
	rm -rf build/types
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --target build/types .
	cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p xlpbr

derived: $(TEST_READY)
	$(BIN)/python docs/generate.py --check

docs: $(TEST_READY)
	$(BIN)/python docs/generate.py

picture: $(TEST_READY)
	$(BIN)/python docs/picture.py

$(DEMO_READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "xlpbr needs Python 3.11 or later."; exit 1; }
	@echo "Setting up in $(VENV); this takes about a minute, once."
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(TEST_READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "xlpbr needs Python 3.11 or later."; exit 1; }
	@echo "Setting up in $(VENV); this takes about a minute, once."
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "setuptools>=68" wheel
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@ $(DEMO_READY)

clean:
	rm -rf $(VENV) build demo *.egg-info
