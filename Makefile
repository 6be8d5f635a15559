# The two commands of a newcomer: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
FAULTS := tests/journeys/faults

.PHONY: setup demo gallery test test-faults test-diffusers test-cluster test-docs test-studio studio studio-check bench nightly coverage check docs lock lock-check wheel wheel-check clients
setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/python examples/demo.py

gallery: setup
	PYTHONPATH=examples $(BIN)/python tools/gallery/build_gallery.py

# Each file's tests run in one process, in order; four processes at a time, because tests also wait. They start
# hundreds of Pythons: one that may not keep what it compiled would compile the package in each of them.
test test-faults nightly coverage: export PYTHONDONTWRITEBYTECODE =
test: setup
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --ignore $(FAULTS)

# Servers and renderers that are killed, frozen, cut off and run out of what they need: minutes that not everybody has.
test-faults: setup
	$(BIN)/python -m pytest -n 4 --dist loadfile $(FAULTS)

# The engine of open-weight models, with tiny ones: in an environment of its own, because torch is large.
test-diffusers: .venv-diffusers/ready
	.venv-diffusers/bin/python -m pytest -n 2 --dist loadfile -o "pythonpath=tests tests_diffusers" tests_diffusers

.venv-diffusers/ready: requirements.lock requirements-diffusers.txt pyproject.toml
	test -x .venv-diffusers/bin/python || $(PYTHON) -m venv .venv-diffusers
	.venv-diffusers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	.venv-diffusers/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-diffusers.txt
	.venv-diffusers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Many processes on one Postgres, one object store and one Ray: in an environment of its own, because Ray is large.
# It needs Debian's postgresql; the tests start and stop a cluster of their own.
test-cluster: .venv-cluster/ready
	.venv-cluster/bin/python -m pytest -n 2 --dist loadfile -o "pythonpath=tests tests_cluster" tests_cluster
	.venv-cluster/bin/python -m pytest -n 2 --dist loadfile tests/storage
	.venv-cluster/bin/python -m pytest -n 2 --dist loadfile --database postgres tests/tasks

.venv-cluster/ready: requirements.lock requirements-cluster.txt pyproject.toml
	test -x .venv-cluster/bin/python || $(PYTHON) -m venv .venv-cluster
	.venv-cluster/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	.venv-cluster/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-cluster.txt
	.venv-cluster/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Every block of the documentation, run as it stands on its page.
test-docs: setup
	$(BIN)/python -m pytest -n 2 --dist load -o "pythonpath=tests tests_docs" tests_docs

# The studio's pages are committed, so that installing Keyreel needs no Node: this builds them again.
studio: studio/node_modules/.ready
	cd studio && npm run --silent build

studio-check: studio/node_modules/.ready
	cd studio && npm run --silent check && npm run --silent test
	cd studio && npm run --silent build -- --outDir node_modules/.studio --logLevel warn
	diff -r studio/node_modules/.studio src/keyreel/server/static/studio

studio/node_modules/.ready: studio/package.json studio/package-lock.json
	cd studio && npm ci --no-audit --no-fund
	touch $@

# The studio as a person uses it, in Debian's chromium: in an environment of its own, with the browser's driver.
test-studio: .venv-studio/ready
	.venv-studio/bin/python -m pytest -o "pythonpath=tests tests_studio" tests_studio

.venv-studio/ready: requirements.lock requirements-studio.txt pyproject.toml
	test -x .venv-studio/bin/python || $(PYTHON) -m venv .venv-studio
	.venv-studio/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	.venv-studio/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-studio.txt
	.venv-studio/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Compares speed with the committed ratios, in a minute and a half.
bench: setup
	$(BIN)/keyreel bench check

# The long repetitions: as many power cuts and ledger steps as a night has room for.
nightly: setup .venv-cluster/ready
	$(BIN)/python -m pytest -m nightly
	.venv-cluster/bin/python -m pytest -m nightly -o "pythonpath=tests tests_cluster" tests_cluster

coverage: setup
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --cov

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/deptry src
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/zensical build --strict

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

wheel: setup
	$(BIN)/python -m hatchling build --target wheel

# Installs the wheel into an empty environment, and makes a video with it.
wheel-check: setup
	$(BIN)/python tools/try_wheel.py

# Takes the field's own clients through a whole cycle on a server of their own.
clients: setup
	$(BIN)/python tools/try_clients.py

# All that is installed anywhere, and of that what the image holds and what builds its wheel.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
EXTRAS := --extra voices --extra postgres --extra mcp --extra otel
lock: setup
	$(COMPILE) pyproject.toml --group dev $(EXTRAS) -o requirements.lock
	$(COMPILE) pyproject.toml $(EXTRAS) -c requirements.lock -o deploy/image/requirements.txt
	echo hatchling | $(COMPILE) - -c requirements.lock -o deploy/image/requirements-build.txt

# Every locked package has a wheel for every supported Python. Downloads nothing but names.
lock-check: setup
	for python in 3.11 3.12 3.13 3.14; do \
	  $(BIN)/uv pip install --quiet --dry-run --no-deps --require-hashes --only-binary :all: --target .venv/none \
	    --python-version $$python --python-platform x86_64-manylinux_2_28 -r requirements.lock || exit 1; \
	done
