# The commands of this repository. Each installs what it needs and says so; `make help` lists them.
# Nothing here needs a container, an account or a network once everything is installed.

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
export PATH := $(CURDIR)/var/tools/node_modules/.bin:$(PATH):$(HOME)/.cargo/bin

# Where `make run` keeps its data, and what else it passes on (for example ARGS="--port-base 9000").
DATA_DIR ?= var
ARGS ?=

.PHONY: help run test check bench-flood bench-review clean-data bench-policy
.DEFAULT_GOAL := help

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

run: ## start everything on this machine, with demo data
	@infra/setup.sh run
	@echo "narthex: building (the first time takes several minutes)" && cargo build --quiet -p narthex
	@exec "$(CARGO_TARGET_DIR)/debug/narthex" dev --data-dir "$(DATA_DIR)" $(ARGS)

test: ## run every test
	@infra/setup.sh test
	@tests/run.sh

check: ## look at the code: formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

bench-flood: ## measure a flood of registrations (release build; writes docs/floods.md)
	@infra/setup.sh test
	@cargo build --quiet --release -p narthex
	@NARTHEX_BIN="$(CARGO_TARGET_DIR)/release/narthex" node tests/load/flood.mjs

bench-review: ## measure a reviewer's pages with 100,000 requests in the database (release build)
	@infra/setup.sh test
	@cargo test --quiet --release --workspace --test it -- --ignored --nocapture a_reviewers_pages

bench-policy: ## measure the policy simulator on 10,000 requests (release build; writes docs/policies.md)
	@infra/setup.sh test
	@cargo build --quiet --release -p narthex
	@NARTHEX_BIN="$(CARGO_TARGET_DIR)/release/narthex" node tests/load/policy.mjs

clean-data: ## remove the data of make run
	@infra/clean-data.sh "$(DATA_DIR)"
