# Paths are relative and tools are run as modules, so that any clone works, also one in a path with a space.

PYTHON = python3
VENV = .venv/bin/python
SEED ?=
# One more than there are processors: some of the tests wait for a clock or a browser.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count() + 1)")

help:
	@echo "make run     starts Parley on http://localhost:8000 (PORT=... for another port)"
	@echo "make test    checks and tests everything"
	@echo "make check   the checks alone: style, layers, migrations, settings"
	@echo "make bench   measures messages and routing against their floors"
	@echo "make proof   the long proofs: races and fault injection (SEED=... to repeat one)"

run: run-environment
	@$(VENV) manage.py up

test: check
	@$(VENV) -m tests.chromium
	$(VENV) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: dev-environment
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m djlint templates --lint --quiet
	$(VENV) -c "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"
	$(VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	SITE_URL=https://chat.example SECRET_KEY=$$($(VENV) -c "import secrets; print(secrets.token_urlsafe(48))") \
		$(VENV) manage.py check --deploy --fail-level WARNING

bench: dev-environment
	$(VENV) -m bench

proof: dev-environment
	@$(VENV) -m tests.chromium
	PROOF=1 SEED=$(SEED) $(VENV) -m pytest $(ARGS)

run-environment dev-environment: %-environment:
	@command -v "$(PYTHON)" >/dev/null || { echo "Parley needs Python 3.11 or newer: install it, or name it with PYTHON=/path/to/python3." >&2; exit 1; }
	@"$(PYTHON)" -I chatsite/bootstrap.py $*

.PHONY: help run test check bench proof run-environment dev-environment
