# Each target makes .venv if it is missing. All it needs is Python 3.11 or later and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := plot,picture,sklearn,parquet,tensorboard,notebook,browser,test,lint
STAMP := $(VENV)/.installed
# For tests on several processes; 300 MB on the disk, for which no newcomer has to wait.
CLUSTERS := mpi,dask,ray
CLUSTERS_STAMP := $(VENV)/.clusters-installed

.PHONY: demo test test-all test-long test-peers lint bench wheels clean

demo: $(STAMP)
	@$(BIN)/chainrule demo digits

test: $(STAMP)
	$(BIN)/python scripts/test.py

test-all: $(CLUSTERS_STAMP)
	$(BIN)/python scripts/test.py --all

test-long: $(CLUSTERS_STAMP)
	$(BIN)/python scripts/test.py --long

test-peers: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[peers]"
	KERAS_BACKEND=torch $(BIN)/python -m pytest tests -m peers

lint: $(STAMP)
	$(BIN)/python scripts/lint.py

bench: $(STAMP)
	$(BIN)/python bench/numpy_by_hand.py

wheels: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[wheels]"
	$(BIN)/python scripts/wheels.py
	$(BIN)/python scripts/check_wheels.py

$(STAMP): pyproject.toml CMakeLists.txt $(shell find src -name '*.[ch]')
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'chainrule needs Python 3.11 or later; name one with: make demo PYTHON=python3.12')"
	@echo "Making $(VENV) and compiling the native engine (once, one to three minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(EXTRAS)]"
	@touch $(STAMP)

$(CLUSTERS_STAMP): $(STAMP)
	@echo "Installing what tests on several processes need: $(CLUSTERS) (once)"
	@$(BIN)/python scripts/extras.py $(CLUSTERS)
	@touch $(CLUSTERS_STAMP)

clean:
	rm -rf $(VENV) .venv-oldest node_modules build dist pictures .coverage
