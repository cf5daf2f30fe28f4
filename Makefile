# make demo   set up and run the main job: three campaigns, called on a simulated line with real speech
# make test   set up and pass the tests; those that call real telephones only where Debian's programs are installed
# make check  the linters and the type checker

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test check setup setup-test clean

demo: setup
	$(BIN)/outbound demo

test: setup-test check
	$(BIN)/python -m pytest

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/.demo
setup-test: $(VENV)/.test

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: Python 3.11 or newer is needed; say which with: make PYTHON=python3.11 demo" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null \
	  || { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(VENV) install -q pip; } \
	  || { rm -rf $(VENV); echo "error: this Python has neither venv nor pip" >&2; \
	       echo "hint: on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.demo: pyproject.toml requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c requirements.lock -e '.[natural,whisper]'
	@touch $@

$(VENV)/.test: pyproject.toml requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c requirements.lock -e '.[natural,whisper,sip,echo,postgres,test,dev]'
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
