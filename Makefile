# Needs python3 (3.11 or newer), pip and make; everything else goes into .venv.
# `make demo` and `make test` are enough to begin with.

PYTHON ?= python3
JOBS ?= auto
DEMO ?= demo-output
BIN := .venv/bin
STAMP := .venv/.installed

# One process per core: the threads inside the numeric libraries would only compete.
TESTENV := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow browser test-browser lint docs bench sbom schemas clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(STAMP)  ## Build .venv with the tested versions

# uv is faster where it can be had; pip does the same otherwise.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt uv 2>.venv/uv.log; then \
	  echo "$(BIN)/uv pip install --constraint constraints.txt --editable .[imaging,genetics,pdf] --group dev"; \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt \
	    --compile-bytecode --editable '.[imaging,genetics,pdf]' --group dev; \
	else \
	  echo "uv cannot be had (.venv/uv.log says why); installing with pip"; \
	  $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' > .venv/dev.txt; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt --editable '.[imaging,genetics,pdf]' --requirement .venv/dev.txt; \
	fi
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: $(STAMP)  ## Make the worked example and name the report
	@start=$$(date +%s); $(BIN)/equipoise demo $(DEMO) && \
	  echo "make demo: $$(( $$(date +%s) - start )) s, report: $$(find $(DEMO) -maxdepth 2 -name 'sub-*.html' ! -name '*_desc-*')"

test: $(STAMP)  ## Run the tests, on all cores
	$(TESTENV) $(BIN)/pytest -n $(JOBS)

test-slow: $(STAMP)  ## Run the tests that take longer than 10 seconds each
	$(TESTENV) $(BIN)/pytest -n $(JOBS) -m slow || test $$? -eq 5  # 5: there are none

# Debian's packages are added only where they are missing and the user may; elsewhere the tests skip.
PARTS := $(if $(shell command -v chromium),,chromium) $(if $(shell command -v npm),,nodejs npm) \
  $(if $(shell command -v pdftotext),,poppler-utils)   $(if $(shell ldconfig -p | grep libharfbuzz-subset.so),,libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
browser: $(STAMP)  ## Install what PDF and the browser tests need (Pango, Chromium, axe)
	@if [ -n "$(strip $(PARTS))" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "apt-get install $(strip $(PARTS))"; apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PARTS) >/dev/null; fi
	@if command -v npm >/dev/null; then cd tests/browser && npm ci --silent; \
	  else echo "npm is missing: the browser tests will skip"; fi

test-browser: $(STAMP)  ## Look at every page in Chromium (make browser first)
	$(TESTENV) $(BIN)/pytest -q -n 0 -m browser -rs tests/browser

lint: $(STAMP)  ## Style, types, direction of imports, docstrings, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@echo "$(BIN)/numpydoc lint (all of src)"
	@$(BIN)/numpydoc lint $$(find src -name '*.py')
	$(BIN)/codespell

docs: $(STAMP)  ## Build the documentation and run every command in it
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	$(BIN)/python docs/run_commands.py

bench: $(STAMP)  ## Run every benchmark
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# A second environment with the runtime only: the bill lists what a user installs, no tools.
sbom: $(STAMP)  ## Write sbom.json, the parts of the runtime environment (CycloneDX)
	@$(PYTHON) -m venv --without-pip .venv/runtime
	@if test -x $(BIN)/uv; then \
	  $(BIN)/uv pip install --quiet --python .venv/runtime/bin/python --constraint constraints.txt '.[imaging,genetics,pdf]'; \
	else \
	  $(BIN)/python -m pip --python .venv/runtime/bin/python install --quiet --constraint constraints.txt '.[imaging,genetics,pdf]'; \
	fi
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --output-format JSON --output-file sbom.json .venv/runtime/bin/python
	@rm -rf .venv/runtime

schemas: $(STAMP)  ## Write the pages that are made from the program: schemas, record, hazard log
	$(BIN)/python docs/write_schemas.py
	$(BIN)/python docs/write_person_record.py
	$(BIN)/python docs/write_hazard_log.py
	$(BIN)/python docs/write_rates.py
	$(BIN)/python docs/write_validation.py
	$(BIN)/python docs/write_catalogue.py

clean:  ## Remove everything that can be made again, .venv included
	rm -rf .venv docs/_build $(DEMO) sbom.json dist .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
