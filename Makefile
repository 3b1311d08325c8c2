# Every command of the project. `make` alone lists them; each one sets up what it needs.

# the first that runs: under pyenv a name may be on PATH and still not work
PYTHON  ?= $(shell for name in python3 python3.12 python3.11; do $$name -V 2>/dev/null | grep -q ' 3\.1[12]\.' && echo $$name && break; done)
PRESET  ?= minimal
NETWORK ?= ethereum:zk1
ARGS    ?=
DEMO    ?= ape run demo
UV      := uv==0.13.9
STAMPS  := .toolchain/stamps
CIRCUITS := tools/circuits.py

export SOLCX_BINARY_PATH := $(CURDIR)/.toolchain/solcx
export VVM_BINARY_PATH   := $(CURDIR)/.toolchain/vvm
export APE_DATA_FOLDER   := $(CURDIR)/.toolchain/ape
export VIRTUAL_ENV       := $(CURDIR)/.venv
export PATH              := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
# Where it is set, nothing is cached and every start of Ape takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

native_sources   := $(shell find native -name target -prune -o -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.lock' -o -name '*.pyi' \) -print 2>/dev/null)
contract_sources := $(shell find contracts -type f 2>/dev/null)
circuit_sources  := $(shell find circuits -name '*.circom' 2>/dev/null)

# $(call stage,what it does,commands): says what runs and how long it took
stage = @printf '==> %s\n' "$(1)"; start=$$(date +%s); { $(2); } && mkdir -p $(STAMPS) && touch $@ && printf '    %s s\n' "$$(($$(date +%s) - start))"
# $(call have,folder or file,command): runs the command only where the path exists
have = @if [ -e "$(1)" ]; then echo '$$ $(2)'; $(2); else echo "$@: nothing to do, $(1) does not exist"; fi
uvpip := .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation

.PHONY: help setup demo contracts circuits keys test check bench bench-oracle kill-demo chaos-oracle vectors snapshots lock clean
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-16s %s\n", $$1, $$2}'

# --- set-up: each stage once -----------------------------------------------------------------------------------------

setup: $(STAMPS)/python $(STAMPS)/toolchain $(STAMPS)/native ## install compilers, node, Python and Rust parts into this folder

# --python: without it `uv pip sync` may empty whatever interpreter UV_PYTHON names
$(STAMPS)/packages: requirements.lock
	$(call stage,Python packages,{ [ -n "$(PYTHON)" ] || { echo "Python 3.11 or 3.12 is needed: make setup PYTHON=..." >&2; exit 1; }; } && { [ -x .venv/bin/python ] || $(PYTHON) -m venv .venv; } && { [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet $(UV); } && .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock)

$(STAMPS)/python: $(STAMPS)/packages pyproject.toml plugins/ape-zklink-local/pyproject.toml
	$(call stage,zklink and its Ape plugin in place,$(uvpip) --editable plugins/ape-zklink-local && $(uvpip) --editable .)

$(STAMPS)/node: package-lock.json | $(STAMPS)/packages
	$(call stage,Node packages,npm ci --ignore-scripts --no-audit --no-fund --silent)

$(STAMPS)/toolchain: $(STAMPS)/node $(STAMPS)/packages tools/setup_toolchain.py tools/solc-launcher.cjs.in
	$(call stage,solc and anvil in their places,.venv/bin/python tools/setup_toolchain.py)

$(STAMPS)/native: $(native_sources) $(STAMPS)/packages
	$(call stage,native crate,if [ -f native/Cargo.toml ]; then .venv/bin/maturin develop --quiet --release --uv --manifest-path native/Cargo.toml; fi)

# --- build -----------------------------------------------------------------------------------------------------------

contracts: setup $(STAMPS)/contracts ## compile the contracts
$(STAMPS)/contracts: $(contract_sources) ape-config.yaml | setup
	$(call stage,contracts,python -c 'from tests.support.ape_build import drop_stale_build; drop_stale_build()' && ape compile --force)

circuits: setup $(STAMPS)/circuits-$(PRESET) ## compile the circuits (PRESET=minimal)
$(STAMPS)/circuits-$(PRESET): $(circuit_sources) $(wildcard $(CIRCUITS)) | setup
	$(call stage,circuits - preset $(PRESET),if [ -f $(CIRCUITS) ]; then python $(CIRCUITS) build --no-keys --preset $(PRESET); else echo "    $(CIRCUITS) does not exist"; fi)

keys: circuits $(STAMPS)/keys-$(PRESET) ## development proving keys (PRESET=minimal)
$(STAMPS)/keys-$(PRESET): $(STAMPS)/circuits-$(PRESET)
	$(call stage,keys - preset $(PRESET),if [ -f $(CIRCUITS) ]; then python $(CIRCUITS) keys --preset $(PRESET); else echo "    $(CIRCUITS) does not exist"; fi)

demo: setup contracts keys ## the whole system on local chains: deposit to proof to withdrawal
	$(DEMO) $(ARGS)

# --- tests: one target for each room that needs something of its own --------------------------------------------------

PYTEST := python -m pytest -p no:ape_test -q
TESTS  := test-native test-unit test-circuits test-contracts test-flows test-fork
.PHONY: $(TESTS)
test: setup ## every test; prints the total
	@python tools/run_tests.py $(TESTS)
test-native: setup ## the Rust crate
	$(call have,native/Cargo.toml,cargo test --quiet --release --manifest-path native/Cargo.toml $(ARGS))
test-unit: contracts keys ## Python rooms; some over real contracts and keys on local chains
	$(call have,tests/unit,$(PYTEST) -n 2 tests/unit $(ARGS))
test-circuits: keys ## circuit templates and witnesses
	$(call have,tests/circuits,$(PYTEST) -n 2 --dist loadfile tests/circuits $(ARGS))
test-contracts: contracts ## contracts on a local chain
	$(call have,tests/contracts,ape test tests/contracts --network $(NETWORK) -q -n 2 $(ARGS))
test-flows: contracts keys ## the services together, on local chains
	$(call have,tests/flows,$(PYTEST) tests/flows $(ARGS))
test-fork: setup ## against a fork; of MAINNET_RPC_URL where it is set
	$(call have,tests/fork,ape test tests/fork --network $(NETWORK) -q $(ARGS))

# --- checks ----------------------------------------------------------------------------------------------------------

CHECKS := check-ruff check-mypy check-rust check-house check-circuits check-vyper check-slither check-snapshots
.PHONY: $(CHECKS)
check: $(CHECKS) ## every linter, type checker and analyser, the house rules, fresh generated files
check-ruff: setup ## lint and format of Python
	ruff check .
	ruff format --check .
check-mypy: setup ## types of Python
	$(call have,offchain/zklink,mypy)
check-rust: setup ## clippy and format of Rust
	$(call have,native/Cargo.toml,cargo fmt --check --manifest-path native/Cargo.toml)
	$(call have,native/Cargo.toml,cargo clippy --quiet --release --all-targets --manifest-path native/Cargo.toml -- -D warnings)
check-house: setup ## import direction, rule ids, file sizes: tests/house
	$(PYTEST) tests/house $(ARGS)
check-circuits: setup ## circomspect
	$(call have,circuits,python tools/analyse.py circuits)
check-vyper: setup ## natrix
	$(call have,contracts,python tools/analyse.py vyper)
check-slither: setup $(STAMPS)/slither ## slither on the Solidity, in an environment of its own
	$(call have,contracts,python tools/analyse.py solidity)
check-snapshots: setup ## generated files are as their sources make them
	python tools/fresh.py

$(STAMPS)/slither: tools/slither-requirements.lock $(STAMPS)/packages
	$(call stage,slither in .venv-slither,{ [ -x .venv-slither/bin/python ] || $(PYTHON) -m venv .venv-slither; } && .venv/bin/uv pip sync --quiet --python .venv-slither/bin/python --require-hashes tools/slither-requirements.lock)

# --- rarely ----------------------------------------------------------------------------------------------------------

bench: setup keys ## measure; tables go to bench/
	$(call have,bench/run.py,python -m bench.run $(ARGS))
kill-demo: setup contracts keys ## kill -9 every service ten times while money moves; build/kill/report.json
	python -m tests.flows.kill_services $(ARGS)
bench-oracle: setup ## throughput and latency of the oracle network; build/bench-oracle/report.json
	python -m bench.oracle $(ARGS)
chaos-oracle: setup contracts ## faults against the oracle network: lying sources, silent peers, reorgs, kills; build/chaos-oracle/report.json
	python -m tests.chaos.oracle $(ARGS)
vectors: setup ## write tests/vectors again
	$(call have,tools/vectors.py,python tools/vectors.py)
snapshots: setup ## write generated files and tests/snapshots again
	python tools/fresh.py --write
	SNAPSHOT_UPDATE=1 ape test tests/contracts --network $(NETWORK) -q
# uv.lock records addresses; requirements.lock has versions and hashes alone
lock: setup ## resolve the dependencies again
	.venv/bin/uv lock --quiet --python .venv/bin/python
	.venv/bin/uv export --quiet --frozen --all-groups --no-emit-workspace --no-header --no-annotate --format requirements-txt -o requirements.lock
	rm uv.lock
	echo slither-analyzer==0.11.6 | .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --python .venv/bin/python - -o tools/slither-requirements.lock
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
clean: ## remove what was built; keep what was installed
	rm -rf build .build $(STAMPS)/contracts $(STAMPS)/circuits-* $(STAMPS)/keys-* .mypy_cache .ruff_cache .hypothesis
