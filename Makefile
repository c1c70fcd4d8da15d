# make run: execute the notebooks and build the page. make test: unit tests and nbval. make lab: JupyterLab.
# make test-browser: the book and JupyterLab in a headless browser; needs Chromium or Chrome.
# Set-up happens by itself, once, in .venv; it is redone only when requirements.txt or pyproject.toml changes.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test lab test-browser clean

run: $(READY)
	$(BIN)/python -m dlsheet run $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

lab: $(READY)
	$(BIN)/python -m jupyter lab notebooks

test-browser: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r tests_browser/requirements.txt
	$(BIN)/python -m pytest -o addopts="" -p no:nbval $(ARGS) tests_browser

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

clean:
	rm -rf $(VENV) build
