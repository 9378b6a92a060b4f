# make run    open the window (ARGS="search 'loan agreement'" reaches the command line)
# make test   every test, headless       make check   the static checks
# make bench  the benchmarks (NAME=indexing for one of them)
# make parity the visual models beside transformers, in an environment of their own
PYTHON ?= python3
ARGS ?=
NAME ?=

.PHONY: run test check bench parity format samples clean

run:
	@$(PYTHON) scripts/setup.py $(if $(filter-out gui,$(firstword $(ARGS))),--for command,--for window)
	@.venv/bin/python -m folioscope $(ARGS)

test:
	@$(PYTHON) scripts/setup.py --for test
	@.venv/bin/python -m pytest $(ARGS)

check:
	@$(PYTHON) scripts/setup.py --for check
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format:
	@$(PYTHON) scripts/setup.py --for check
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

bench:
	@$(PYTHON) scripts/setup.py --for test
	@.venv/bin/python -m tests.benchmarks $(NAME)

parity:
	@$(PYTHON) scripts/setup.py --for parity
	@.venv-parity/bin/python -m pytest -o faulthandler_timeout=0 tests/parity $(ARGS)

samples:
	@$(PYTHON) scripts/setup.py --for test
	@.venv/bin/python packaging/make_samples.py

clean:
	rm -rf .venv .venv-parity .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
