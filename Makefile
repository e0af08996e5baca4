# `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

DASHBOARD := src/Kanban.Bus.Dashboard
WWWROOT := src/Kanban.Bus.Board/wwwroot
# Apart from the everyday build, whose lock files and intermediate files know no runtime.
PUBLISH := dotnet publish src/Kanban.Bus.Cli -c Release --use-current-runtime --self-contained false -v q --nologo \
	--artifacts-path out/build -p:NuGetLockFilePath=obj/publish.lock.json -o out/kanban
# Compiled ahead of time, apart from both.
NATIVE := dotnet publish src/Kanban.Bus.Worker.Native -c Release --use-current-runtime -p:PublishAot=true -v q --nologo \
	--artifacts-path out/build/native -p:NuGetLockFilePath=obj/native.lock.json -o out/native
NATIVE_MISSING := Workers are not compiled ahead of time (above): kanban itself is the worker, with more memory. Everything else is built.
ADMISSION_BENCHES := burst growth change gateway chaos
NODE_MISSING := Without Node 18 or later there is no dashboard: install nodejs and npm and run make build again. Everything else is built.

.PHONY: help build program native dashboard run demo bench worker seed test test-agents test-fast test-integration test-e2e lint fmt openapi migration up down manifests clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: program ## Build everything; leaves the executable bin/kanban
	@if $(MAKE) --no-print-directory native; then cp out/native/kanban-worker out/kanban/; else echo "$(NATIVE_MISSING)"; fi

program: # All but the worker that is compiled ahead of time: one that lies about would be of older code.
	@if tests/needs.sh node; then $(MAKE) --no-print-directory dashboard; else echo "$(NODE_MISSING)"; fi
	@rm -f out/kanban/kanban-worker
	@$(PUBLISH) -p:PublishReadyToRun=true || { echo "Once more, without code compiled ahead of time:"; $(PUBLISH); }
	@mkdir -p bin && ln -sfn ../out/kanban/kanban bin/kanban && echo "bin/kanban is ready."

native: ## Compile the worker ahead of time, to out/native/kanban-worker (needs gcc or clang)
	@rm -f out/native/kanban-worker
	@tests/needs.sh compiler && $(NATIVE)

dashboard: $(WWWROOT)/index.html ## Build the dashboard into the board's static files (needs Node)

$(WWWROOT)/index.html: $(shell find $(DASHBOARD) -name node_modules -prune -o -type f -print 2>/dev/null) $(DASHBOARD)/node_modules/.package-lock.json
	cd $(DASHBOARD) && npm run --silent build
	@touch $@

$(DASHBOARD)/node_modules/.package-lock.json: $(DASHBOARD)/package-lock.json
	cd $(DASHBOARD) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

run: program ## Start a board for this machine on http://127.0.0.1:5080: SQLite, a local worker, no set-up
	bin/kanban up

demo: ## Two boards, three workers, PostgreSQL, RabbitMQ, 30 tasks; a worker and a board killed and the broker restarted midway
	@tests/needs.sh postgresql rabbitmq
	@dotnet build tests/Kanban.Bus.Benchmarks -c Release -v q --nologo -clp:NoSummary
	@dotnet run --project tests/Kanban.Bus.Benchmarks -c Release --no-build -- demo

bench: build ## Measure: prints a table, writes out/bench.json; make bench NAMES='lifecycle start' for some, ADMISSION=1 for those of admission
	@tests/needs.sh postgresql rabbitmq
	@dotnet build tests/Kanban.Bus.Benchmarks -c Release -v q --nologo -clp:NoSummary
	@KANBAN_PROGRAM=$(CURDIR)/bin/kanban KANBAN_WORKER_PROGRAM=$$(ls $(CURDIR)/out/kanban/kanban-worker 2>/dev/null || true) dotnet run --project tests/Kanban.Bus.Benchmarks -c Release --no-build -- bench $(if $(ADMISSION),$(ADMISSION_BENCHES),$(NAMES))

worker: build ## Start a worker here: make worker ARGS='--lane shell=2' (with KANBAN_URL and KANBAN_TOKEN)
	bin/kanban worker run $(ARGS)

test: ## Run every test; installs what it lacks on Debian as root; ends with N passed, N failed
	@if tests/needs.sh node; then $(MAKE) --no-print-directory dashboard; else echo "$(NODE_MISSING)"; fi
	@tests/run.sh all

test-agents: ## Install the real Claude Code, Codex and OpenCode from npm and run each on a task, against a mock of their providers
	@tests/agents.sh

test-fast: ## Run the tests that need no server
	@tests/run.sh fast

test-integration: ## Run the tests on private PostgreSQL and RabbitMQ servers
	@tests/run.sh integration

test-e2e: dashboard ## Run the browser tests
	@tests/run.sh e2e

lint: ## Check format, analyzers, types of the dashboard, shell scripts
	dotnet restore Kanban.Bus.sln --locked-mode -v q
	dotnet build Kanban.Bus.sln -c Release --no-restore -v q --nologo -clp:NoSummary
	dotnet format Kanban.Bus.sln --no-restore --verify-no-changes
	@if tests/needs.sh node; then $(MAKE) --no-print-directory $(DASHBOARD)/node_modules/.package-lock.json && cd $(DASHBOARD) && npm run --silent check; else echo "Without Node the dashboard is not checked."; fi
	@if tests/needs.sh shellcheck; then git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck; else echo "Without shellcheck the shell scripts are not checked."; fi

fmt: ## Bring the code into form
	dotnet format Kanban.Bus.sln

openapi: ## Write docs/openapi.json and the dashboard's types anew
	bin/kanban openapi > docs/openapi.json
	cd $(DASHBOARD) && npm run --silent api

migration: ## What to write for a change of the schema: make migration NAME=add-pools
	@[ -n "$(NAME)" ] || { echo "Give the change a name: make migration NAME=add-pools" >&2; exit 2; }
	@class=$$(sed -E 's/(^|-)([a-z])/\U\2/g' <<<"$(NAME)"); id=$$(date -u +%Y%m%d%H%M%S)_$$class; \
	echo "Migrations are SQL by hand, one file per database. For $(NAME), write:"; \
	for database in Postgres Sqlite; do folder=src/Kanban.Bus.Board/Storage/Migrations/$$database; \
	echo "  $$folder/$$id.sql   the statements"; \
	echo "  $$folder/$$class.cs   the class, like $$folder/Initial.cs, with [Migration(\"$$id\")]"; done; \
	echo "and the same change in the entity and its configuration: a test compares schema and model on both databases."

up: ## Start board, worker, PostgreSQL and RabbitMQ with docker compose
	docker/secrets.sh
	docker compose -f docker/compose.yaml up --build --detach --wait

down: ## Stop them; volumes stay
	docker compose -f docker/compose.yaml down

manifests: ## Check docker's and Kubernetes' files as far as this machine can
	@docker/check.sh

clean: ## Remove what was built
	rm -rf bin out $(WWWROOT) tests/TestResults
	find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
