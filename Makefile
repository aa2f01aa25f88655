# Needs Python 3.11 or newer and make. What else is missing is installed where we are root on Debian; elsewhere the
# run stops and names the command to type. Each target is a line or two that one could type.
.DEFAULT_GOAL := help
.PHONY: help run demo scripts test test-long replay bugs lint audit measure bench lighthouse dist lock clean

PYTHON ?= python3
PORT ?= 8000
AT ?=
FILE ?=
HOMES ?=
comma := ,
node_packages := scripts/node_modules/.package-lock.json tests/audit/node_modules/.package-lock.json

# $(call need,check,Debian packages): the check is a command; where it fails, the packages are installed or named.
define need
@{ $(1); } >/dev/null 2>&1 || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "apt-get install $(2)"; apt-get -qq update; \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $(2) </dev/null >/dev/null; \
	fi; { $(1); } >/dev/null 2>&1; \
} || { echo "Something is missing here. Type: sudo apt-get install $(2)" >&2; exit 1; }
endef

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1: /p' $(firstword $(MAKEFILE_LIST))

run: .venv/runtime ## serve with the live sources [PORT=8000]
	exec .venv/bin/ticker serve --port $(PORT)

demo: .venv/runtime ## serve with a demonstration upstream, no internet needed [PORT=8000] [AT=2026-05-22T18:30] [HOMES="KZT RUB"]
	exec .venv/bin/ticker demo --port $(PORT) $(if $(AT),--at $(AT)) $(foreach home,$(subst $(comma), ,$(HOMES)),--home $(home))

scripts: .venv/runtime scripts/node_modules/.package-lock.json ## minify scripts and styles into templates/built/; needed after a change to one
	.venv/bin/python scripts/build.py

test: .venv/dev $(node_packages) ## every test but the long ones, or those of one file [FILE=tests/test_config.py]
	$(call need,command -v chromium-headless-shell && .venv/bin/playwright --version,chromium-headless-shell libatomic1 fonts-dejavu-core)
	$(call need,command -v git && command -v curl,git curl)
	$(call need,PATH="$$PATH:/usr/sbin" nginx -v && php -m | grep -qx curl,nginx-light php-cli php-curl)
	.venv/bin/pytest --durations=25 $(or $(FILE),-m "not long" $(workers))

test-long: test ## the long tests too: hundreds of kills, ten thousand clicks [HOSTILE_EXAMPLES=20000]
	.venv/bin/pytest --durations=25 -m long $(workers)

replay: .venv/dev ## a thousand seeded worlds of faults, each figure compared with what the bank meant; writes docs/faults.md [SEEDS=1-1000]
	.venv/bin/python -m tests.worlds.replay --seeds $(or $(SEEDS),1-1000) --write docs/faults.md

bugs: .venv/dev ## plant known bugs one by one: which do the tests catch, which the seeded worlds? [ONLY=judge]
	.venv/bin/python -m tests.bugs $(if $(ONLY),--only $(ONLY))

lint: .venv/dev ## ruff, mypy, and which room may import which
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

audit: .venv/dev $(node_packages) ## what outside judges say of the pages: HTML, accessibility, console
	$(call need,java -version,default-jre-headless)
	$(engines)
	PYTHONPATH=tests .venv/bin/python tests/audit/reading.py
	.venv/bin/python tests/audit/audit.py
	.venv/bin/python tests/audit/api.py
	PYTHONPATH=tests .venv/bin/python -m audit.measure --tenth --engine chromium --engine webkit
	-PYTHONPATH=tests .venv/bin/python -m audit.measure --tenth --engine firefox  # told only: it counts a panel's scrolled headlines as cut
	PYTHONPATH=tests .venv/bin/python -m audit.shifts --tenth

measure: .venv/dev $(node_packages) ## the strip at every width, in every state, in three browser engines; what moves on a host page
	$(engines)
	PYTHONPATH=tests .venv/bin/python -m audit.measure
	PYTHONPATH=tests .venv/bin/python -m audit.shifts

bench: export PATH := $(PATH):/usr/sbin
bench: .venv/dev ## speed and memory beside nginx; what the strip costs a host page [ROUNDS=7] [SECONDS=2] [TREE=DIR]
	$(call need,command -v nginx && command -v wrk && command -v taskset,nginx wrk util-linux)
	.venv/bin/python -m bench.speed
	.venv/bin/python -m bench.history
	$(call need,command -v chromium && .venv/bin/playwright --version,chromium libatomic1 fonts-dejavu-core)
	.venv/bin/python -m bench.paint

lighthouse: .venv/dev bench/node_modules/.package-lock.json ## what the element costs a host page by Lighthouse; wants a quiet machine [ROUNDS=9]
	$(call need,command -v chromium && command -v taskset,chromium util-linux)
	.venv/bin/python -m bench.lighthouse --rounds $(or $(ROUNDS),9)

dist: .venv/dev ## build the sdist, and the wheel from it, into dist/
	rm -rf dist
	.venv/bin/python -m build --no-isolation

lock: .venv/dev ## write the locks anew from pyproject.toml and requirements-*.in [UPGRADE=--upgrade]
	$(compile) --extra=postgresql --output-file=requirements.lock pyproject.toml
	$(compile) --output-file=requirements-build.lock requirements-build.in
	$(compile) --output-file=requirements-dev.lock requirements-dev.in

clean: ## remove what make made; what the service stored stays
	rm -rf .venv .audit $(dir $(node_packages)) bench/node_modules dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

engines = $(call need,command -v chromium && command -v firefox-esr && command -v WebKitWebDriver && command -v Xvfb && \
	.venv/bin/playwright --version,chromium firefox-esr webkit2gtk-driver xvfb xauth libatomic1 fonts-dejavu-core)

# Two workers, each with files of its own: a file has its ports, its servers and, where it needs one, a browser.
workers = -n 2 --dist loadfile --no-loadscope-reorder

pip = .venv/bin/pip --quiet --disable-pip-version-check --no-input install
compile = .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)

# Enough for run and demo.
.venv/runtime: requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Type: make PYTHON=python3.x" >&2; exit 1; }
	$(call need,$(PYTHON) -c "import ensurepip",python3-venv)
	$(PYTHON) -m venv .venv
	$(pip) --require-hashes -r requirements.lock -r requirements-build.lock
	$(pip) --no-deps --no-build-isolation --editable .
	@touch $@

# What the tests and the judges need on top.
.venv/dev: .venv/runtime requirements-dev.lock
	$(pip) --require-hashes -r requirements-dev.lock
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	$(call need,command -v npm,nodejs npm)
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund
	@touch $@
