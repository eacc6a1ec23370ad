# make roster   plan the example's week 2009-W20 (or WEEK=2009-W21) and print it
# make serve    the web app on http://localhost:8000, with the example moved to this quarter, in serve/
# make test     everything that must hold: lint, types, architecture, tests
# make fuzz     2,000 mutants of the example project (COUNT=..., SEED=...), through check-data and some through plan
# make api-fuzz 100 cases of each call to the API, of what is right by its description and of what is not (COUNT=..., SEED=...)
# make soak     twenty clients of the app at once, its processes killed now and then; how long pages took (ten minutes)
# make kills    each command that writes killed at 200 moments, in each kind of store; what the next one finds (two hours)
# make mutants  week/, checks/ and outputs/privacy with a line changed: what no test notices (hours; OF=scheduler.week.score for some)
# make pages    every kind of page on every screen and on paper, with pictures in build/pages/ to look at (half an hour)
# make bench    the measures, as a table
# make sizes    how far weeks of 20 to 400 practices are proven, how fast (half an hour)
# make peers    the same weeks solved by other solvers too, as a table and a plot (some minutes)
# make docs     write the pages on commands, tables and settings in docs/ anew, and the schema of roster.json
# make lock     look for newer versions and pin them in requirements.lock
# make clean    take away what was made here, but for the rosters in out/

# The first Python that is new enough; PYTHON=... on the command line wins.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: roster serve test lint types contracts tests browser server fuzz api-fuzz soak kills mutants pages bench sizes peers docs lock clean

roster: .venv/runtime.stamp
	@$(BIN)/python -m scheduler plan "$(or $(WEEK),2009-W20)"

serve: .venv/runtime.stamp
	@$(BIN)/python -m scheduler serve --data serve/project --out serve/out

test: lint types contracts tests

lint: .venv/dev.stamp
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: .venv/dev.stamp
	$(BIN)/python -m mypy

contracts: .venv/dev.stamp
	$(BIN)/lint-imports

tests: .venv/dev.stamp browser server
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

fuzz: .venv/dev.stamp
	FUZZ_COUNT="$(or $(COUNT),2000)" FUZZ_SEED="$(or $(SEED),0)" $(BIN)/python -m pytest tests/test_fuzz.py

# 5,000 requests, first with the store in a file, then on a server.
soak: .venv/dev.stamp server
	PYTHONPATH=.:tests $(BIN)/python tests/web/soak.py --requests "$(or $(COUNT),5000)"
	PYTHONPATH=.:tests $(BIN)/python tests/web/soak.py --requests "$(or $(COUNT),5000)" --server

api-fuzz: .venv/dev.stamp
	API_FUZZ_COUNT="$(or $(COUNT),100)" API_FUZZ_SEED="$(or $(SEED),0)" $(BIN)/python -m pytest tests/web/test_api_fuzz.py

kills: .venv/dev.stamp server
	HJUL_KILLS=200 $(BIN)/python -m pytest tests/test_kills.py tests/test_kills_store.py tests/test_kills_publish.py

# What has been tried is kept in mutants/, so that only what changed since is tried again. OF is a module, a folder of
# them or the beginning of a mutant's name.
mutants: .venv/mutants.stamp
	$(BIN)/mutmut run --max-children $(or $(JOBS),2) $(if $(OF),'$(OF)*')
	@echo "Not noticed by any test ($(BIN)/mutmut show NAME tells what it is):"
	@$(BIN)/mutmut results

# The pages are tested in headless Chromium. Debian's own is installed where it is missing and the
# user may; elsewhere those tests are skipped (never in CI, where a skipped test is a failed one).
browser:
	@if ! command -v chromium >/dev/null 2>&1; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; \
		elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
		else as_root=false; fi; \
		if command -v apt-get >/dev/null 2>&1 \
			&& $$as_root apt-get update -qq \
			&& $$as_root env DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends chromium >/dev/null; then :; \
		else \
			echo "************************************************************************" >&2; \
			echo "*** chromium is missing and could not be installed: the browser tests ***" >&2; \
			echo "*** do not run. Debian and Ubuntu: sudo apt-get install chromium      ***" >&2; \
			echo "************************************************************************" >&2; \
		fi; \
	fi

# Stores are tested on a PostgreSQL server, too, which the tests start for themselves. Debian's own is installed
# where it is missing and the user may, without a cluster of the machine's; elsewhere those tests are skipped (never
# in CI).
server:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; \
		elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
		else as_root=false; fi; \
		if command -v apt-get >/dev/null 2>&1 \
			&& $$as_root apt-get update -qq \
			&& $$as_root env DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null \
			&& $$as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
				/etc/postgresql-common/createcluster.conf \
			&& $$as_root env DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends postgresql >/dev/null; then :; \
		else \
			echo "************************************************************************" >&2; \
			echo "*** PostgreSQL is missing and could not be installed: the tests of      ***" >&2; \
			echo "*** stores on a server do not run. Debian and Ubuntu:                   ***" >&2; \
			echo "*** sudo apt-get install postgresql                                     ***" >&2; \
			echo "************************************************************************" >&2; \
		fi; \
	fi

# Four widths, light and dark, Danish and English, with and without script, on the screen and printed.
pages: .venv/dev.stamp browser
	rm -rf build/pages
	HJUL_PAGES=build/pages $(BIN)/python -m pytest --numprocesses 2 tests/outputs/test_pages.py
	@echo "The pages are in build/pages/, pictures and PDFs of them in build/pages/pictures/"

bench: .venv/dev.stamp
	@$(BIN)/python benchmarks/bench.py

sizes: .venv/dev.stamp
	@$(BIN)/python benchmarks/sizes.py

peers: .venv/peers.stamp
	@$(BIN)/python benchmarks/peers.py

docs: .venv/dev.stamp
	@$(BIN)/python docs/reference.py

lock:
	rm -rf build/lock
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	{ sed '/^[^#]/,$$d' requirements.lock; \
	  build/lock/bin/python -m pip freeze --exclude-editable; \
	  echo "colorama==0.4.6 ; sys_platform == 'win32'"; } > build/requirements.lock
	mv build/requirements.lock requirements.lock
	rm -rf build/lock

clean:
	rm -rf .venv build dist mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find scheduler tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "hjul needs Python 3.11 or newer, and there is none here. Install it (Debian 12 and newer:" >&2; \
		echo "sudo apt-get install python3 python3-venv), or say where it is: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi
	@echo "Making .venv with $(PYTHON)"
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "The virtual environment could not be made. On Debian: sudo apt-get install python3-venv" >&2; exit 1; }

.venv/runtime.stamp: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing what hjul needs (once, some minutes)"
	@$(PIP) install --constraint requirements.lock --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing what hjul and its tests need (once, some minutes)"
	@$(PIP) install --constraint requirements.lock --editable '.[dev]'
	@touch .venv/runtime.stamp $@

.venv/peers.stamp: .venv/dev.stamp
	@echo "Installing the other solvers"
	@$(PIP) install --constraint requirements.lock --editable '.[peers]'
	@touch $@

.venv/mutants.stamp: .venv/dev.stamp
	@echo "Installing the mutation tester"
	@$(PIP) install --constraint requirements.lock --editable '.[mutants]'
	@touch $@
