# Needs Python 3.11 or newer with pip, and make; nothing else. Everything goes into .venv, nothing outside this folder but pip's own cache.
#   make demo   the shipped example cases, as text here and as pages in build/demo
#   make test   types, style, direction of imports, all tests, coverage; ARGS='-k sins' runs only those tests
# Without make: CONTRIBUTING.md.

PY ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(strip $(PY)),)
$(error No Python 3.11 or newer found. Install one, or name it: make PY=/path/to/python3.12)
endif

RUN := .venv/bin/python
UV ?= uv
# Floors 0 to 3 hold the meaning and are covered whole; what draws, prints and helps to test has tests of another kind.
ABOVE := */spineworkup/__main__.py,*/spineworkup/cli.py,*/spineworkup/commands/*,*/spineworkup/testing/*,*/spineworkup/render/*,*/spineworkup/proofs/*,*/spineworkup/fhir/*,*/spineworkup/cds_hooks/*,*/spineworkup/cohort/*,*/spineworkup/synthetic/*,*/spineworkup/audit/*
COVERED ?= 100

.NOTPARALLEL:
.PHONY: demo test lint check bench bench-engines differential points fuzz mutation judges ci-independent pins
export PIP_USER := 0
export PIP_REQUIRE_VIRTUALENV := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

# A copied or moved folder, or a Python that was upgraded away: start afresh, or the old code would run.
$(shell test "$$(cat .venv/home 2>/dev/null)" = "$$PWD" && $(RUN) -c '' 2>/dev/null || rm -rf .venv)

demo: .venv/demo.ok
	@$(RUN) -m spineworkup demo build/demo

lint: .venv/test.ok
	@$(RUN) -m mypy --strict src
	@$(RUN) -m ruff check --quiet src tests conftest.py
	@$(RUN) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())' --no-logo

test: lint
ifdef ARGS
	@$(RUN) -m pytest $(ARGS)
else
	@$(RUN) -m tests.side_by_side
	@mkdir -p build && $(RUN) -m coverage report --omit='$(ABOVE)' --fail-under=$(COVERED) >build/coverage.txt \
	  || { cat build/coverage.txt; exit 1; }
endif

# The shipped rules, overlays and cases: every error with its file, line and column.
check: .venv/test.ok
	@$(RUN) -m spineworkup check

bench: .venv/test.ok
	@$(RUN) -m pytest -s -m benchmark tests/benchmarks $(ARGS)

# Beside engines of others, which have an environment of their own; the tables go into docs/benchmarks.md. Needs Node and g++.
bench-engines: .venv-bench/bench.ok node_modules/.package-lock.json
	@.venv-bench/bin/python -W ignore -m tests.benchmarks $(ARGS)

# What runs for minutes or hours: both evaluators, the formulas, the fuzzer, mutants of the code. COUNT says how much.
differential: .venv/test.ok
	@$(RUN) -m tests.oracle --count $(or $(COUNT),20000000) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2)

points: .venv/test.ok
	@$(RUN) -m tests.proofs.points --count $(or $(COUNT),20000) --seed $(or $(SEED),1)

fuzz: .venv/soak.ok
	@for target in $(or $(TARGET),rules_yaml overlay case_file notation quantity_and_time print_case); do \
	  $(RUN) -m tests.fuzz $$target --runs $(or $(COUNT),1000000) --corpus build/fuzz/$$target || exit 1; done

mutation: .venv/soak.ok
	@$(RUN) -m mutmut run $(ARGS)

judges: .venv/judges.ok node_modules/.package-lock.json

# The judges written by others, all of them: a skip is a failure here. Needs Node, Chromium, poppler-utils, qpdf and curl.
ci-independent: judges
	@SPINEWORKUP_NO_SKIP=1 $(RUN) -m pytest -m 'conformance or browser' $(ARGS)

node_modules/.package-lock.json: package-lock.json
	@npm ci --silent && touch $@

# The pinned file first, with hashes; then the project, which has none. The stamp comes last, so a broken install is taken up again.
.venv/%.ok: requirements/%.txt pyproject.toml .venv/home
	@echo "installing requirements/$*.txt into .venv"
	@`cat .venv/pip` install -q --require-hashes -r $<
	@`cat .venv/pip` install -q --no-deps --no-build-isolation -e . && touch $@

.venv-bench/bench.ok: requirements/bench.txt pyproject.toml .venv/home
	@echo "installing requirements/bench.txt into .venv-bench"
	@$(PY) -m venv --clear .venv-bench >/dev/null 2>&1 || $(PY) -m venv --clear --without-pip .venv-bench
	@`sed s,.venv/,.venv-bench/, .venv/pip` install -q --require-hashes -r $<
	@`sed s,.venv/,.venv-bench/, .venv/pip` install -q --no-deps --no-build-isolation -e . && touch $@

# Debian without python3-venv has no ensurepip: then the system's own pip is aimed at .venv.
.venv/home:
	@$(PY) -m venv --clear .venv >/dev/null 2>&1 || $(PY) -m venv --clear --without-pip .venv
	@p="$(RUN) -m pip"; $$p --version >/dev/null 2>&1 || p="$(PY) -m pip --python $(RUN)"; echo "$$p" >.venv/pip; pwd >$@

# Pins anew, after pyproject.toml changed (ARGS=--upgrade: the newest versions too). The largest set first, the others agree with it.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --generate-hashes --no-strip-extras $(ARGS)
pins:
	$(COMPILE) --extra test --extra judges pyproject.toml requirements/build.in -o requirements/judges.txt
	$(COMPILE) --extra test --extra soak -c requirements/judges.txt pyproject.toml requirements/build.in -o requirements/soak.txt
	$(COMPILE) --extra test -c requirements/judges.txt pyproject.toml requirements/build.in -o requirements/test.txt
	$(COMPILE) --extra html --extra pdf -c requirements/judges.txt pyproject.toml requirements/build.in -o requirements/demo.txt
	$(COMPILE) --extra bench pyproject.toml requirements/build.in -o requirements/bench.txt
