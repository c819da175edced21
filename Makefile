# Two commands are all a newcomer needs: `make app` and `make test`. Each sets itself up.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help app test test-training train lint bench clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

app: $(VENV)/app.done ## set up and open the dashboard
	$(BIN)/python -m oncosecure.ui.serve --server.port $(PORT)

test: $(VENV)/dev.done ## set up and run the tests
	$(BIN)/python -m ruff check .
	$(BIN)/python -m pytest -q

test-training: $(VENV)/train.done $(VENV)/dev.done ## set up torch as well and run the tests of training
	$(BIN)/python -m pytest -q tests/training tests/models

train: $(VENV)/train.done ## train a model: make train MODALITY=brain_mri DATA=folder
	$(BIN)/python -m oncosecure train $(MODALITY) --data $(DATA)

lint: $(VENV)/dev.done ## check style
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

bench: $(VENV)/dev.done ## time the analysis against the bare network
	$(BIN)/python -m benchmarks.analysis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.done: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.done: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/train.done: requirements-train.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@

clean: ## remove the virtual environment
	rm -rf $(VENV)
