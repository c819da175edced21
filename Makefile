# Two commands are all a newcomer needs: `make app` and `make test`. Each sets itself up.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# For `make serve`: where the server listens, and the names under which it answers.
ADDRESS ?= 127.0.0.1
HOSTS ?= localhost 127.0.0.1
# For `make fuzz`: intake or table, and how long.
OF ?= intake
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help app test test-training train lint bench serve load fuzz clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

app: $(VENV)/app.done ## set up and open the dashboard
	$(BIN)/python -m oncosecure.ui.serve --server.port $(PORT)

serve: $(VENV)/app.done ## serve to others, behind deploy/Caddyfile: make serve HOSTS="onco.example.org"
	$(BIN)/python -m oncosecure.ui.serve --server.port $(PORT) --server.address $(ADDRESS) --server.headless true \
		--server.enableXsrfProtection true --server.enableCORS true \
		--client.showErrorDetails none --client.toolbarMode minimal --server.fileWatcherType none \
		--browser.gatherUsageStats false --global.developmentMode false \
		$(foreach host,$(HOSTS),--server.allowedHosts $(host)) \
		$(foreach host,$(HOSTS),--server.corsAllowedOrigins https://$(host))

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

load: $(VENV)/dev.done ## let 1, 20 and 50 visitors come at once
	$(BIN)/python -m benchmarks.load

fuzz: $(VENV)/fuzz.done ## look for files that break the intake: make fuzz OF=table SECONDS=600
	$(BIN)/python -m fuzz $(OF) -max_total_time=$(SECONDS) -rss_limit_mb=2048 -timeout=20

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.done: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.done: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/fuzz.done: requirements-fuzz.txt requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt
	@touch $@

$(VENV)/train.done: requirements-train.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@

clean: ## remove the virtual environment
	rm -rf $(VENV)
