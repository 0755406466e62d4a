# Everything a newcomer needs: `make demo` and `make test`. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
JOBS ?= 2

.PHONY: setup demo demo-full check test bench bench-quality bench-calibration bench-demo bench-intake bench-durability bench-web lock web kernel clean format openapi

setup: $(VENV)/.ready web

$(VENV)/.locked: requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

KERNEL_SOURCES := $(wildcard src/assay/kernel/*.pyx src/assay/kernel/*.h) $(filter-out src/assay/kernel/_native.c,$(wildcard src/assay/kernel/*.c))

$(VENV)/.ready: $(VENV)/.locked pyproject.toml hatch_build.py $(KERNEL_SOURCES)
	ASSAY_UI=skip $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

web: $(VENV)/.locked
	$(BIN)/python hatch_build.py web

kernel: $(VENV)/.locked
	$(BIN)/python hatch_build.py kernel

demo: setup
	$(BIN)/assay demo $(if $(DATA),--data "$(DATA)")

demo-full: setup
	$(BIN)/assay demo --full --headless --json $(or $(REPORT),report.json) $(if $(DATA),--data "$(DATA)")

format: $(VENV)/.locked
	$(BIN)/ruff format src tests tools hatch_build.py
	$(BIN)/ruff check --fix --quiet src tests tools hatch_build.py

check: $(VENV)/.ready
	$(BIN)/ruff format --check --quiet src tests tools hatch_build.py
	$(BIN)/ruff check --quiet src tests tools hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -n $(JOBS) -m "not slow" tests/unit tests/property tests/golden

test: setup
	$(BIN)/python tools/export_openapi.py --check
	$(BIN)/python hatch_build.py check-web
	$(BIN)/pytest -n $(JOBS) --dist worksteal tests

# Measurements beside peers and at length; none of them passes or fails by the clock.
bench: setup
	$(BIN)/python -m tests.bench.claims --database sqlite
	$(BIN)/python -m tests.bench.claims --database postgres
	$(BIN)/python -m tests.bench.claims --plan 1000000

bench-quality: setup
	$(BIN)/python -m tests.bench.quality
	$(BIN)/python -m tests.bench.rows

bench-calibration: setup
	$(BIN)/python -m tests.bench.calibration

bench-demo: setup
	$(BIN)/python -m tests.bench.demo_statistics

bench-intake: setup
	$(BIN)/python -m tests.bench.intake

bench-durability: setup
	$(BIN)/python -m tests.bench.power_loss
	$(BIN)/python -m tests.bench.kill --kills 200 --database sqlite
	$(BIN)/python -m tests.bench.kill --kills 200 --database postgres

bench-web: setup
	$(BIN)/python -m tests.bench.web
	$(BIN)/python -m tests.bench.acts

lock:
	uv pip compile pyproject.toml --extra server --extra postgres --extra models --group dev --generate-hashes \
	  --no-emit-index-url --python-version 3.11 --no-header -o requirements/dev.txt

clean:
	rm -rf build dist src/assay/_ui src/assay/kernel/*.so web/node_modules

openapi: $(VENV)/.ready
	$(BIN)/python tools/export_openapi.py
