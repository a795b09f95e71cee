# The commands of this project; `make help` lists them. Each does what it needs first and repeats nothing.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-check configure build demo test test-all bench microbench check format asan tsan clang minimal install clean

JOBS ?= $(shell nproc)
PREFIX ?= $(HOME)/.local
export BASE ?=
# MAMMO_WERROR=ON makes warnings errors in every build but those with sanitizers, as CI does.
MAMMO_WERROR ?= OFF
CMAKE := .prefix/bin/cmake
CTEST := $(CURDIR)/.prefix/bin/ctest --output-on-failure --no-tests=error -j $(JOBS)
CONFIGURE := $(CMAKE) -DMAMMO_WERROR=$(MAMMO_WERROR) --preset
BUILD := $(CMAKE) --build -j $(JOBS) --preset
SANITIZED := ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1 \
  UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/lsan.supp \
  TSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/tsan.supp:halt_on_error=1

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Debian packages and the project's own prefix (CMake, Ninja, Halide, oneDNN)
	@scripts/setup

setup-check:
	@scripts/setup --check

configure: setup
	@test -f build/build.ninja && grep -qx 'MAMMO_WERROR:BOOL=$(MAMMO_WERROR)' build/CMakeCache.txt || $(CONFIGURE) release

build: configure ## the library, the `mammo` program and the tests, in build/
	$(BUILD) release

demo: configure ## analyse four real films into build/demo/
	$(BUILD) release --target mammo
	build/mammo analyze examples/data --out build/demo
	@echo "The reports and overlays are in $(CURDIR)/build/demo"

test: build ## the tests labelled fast and slow; fast ones again at AVX2 where the CPU has AVX-512
	@scripts/test-avx2 $(CTEST)
	$(CTEST) --test-dir build -L 'fast|slow'

test-all: build setup-check clang minimal ## everything: second compiler, least build, all of tsan, every other test
	$(MAKE) asan ASAN_LABELS='fast|slow'
	$(MAKE) tsan TSAN_LABELS='fast' TSAN_TARGET=all
	@scripts/test-avx2 $(CTEST)
	$(CTEST) --test-dir build

bench: configure ## mammo beside PyTorch and ONNX Runtime, in turns; writes bench/RESULTS.md (installs 5 GB the first time)
	$(BUILD) release --target bench_contender mammo
	@scripts/rivals
	@scripts/compare

microbench: configure ## the benchmark programs: operations and networks by themselves
	$(BUILD) release --target all bench_scheduling
	@scripts/bench

check: build setup-check ## formatting, clang-tidy since BASE, include arrows, headers that stand alone
	@scripts/check-arrows
	@scripts/check-format
	@scripts/check-headers
	@scripts/check-tidy

format: setup-check ## put all C++ files into the project's format
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

ASAN_LABELS ?= fast
asan: setup ## address and undefined-behaviour sanitizers over the fast tests
	@test -f build-asan/build.ninja || $(CONFIGURE) asan
	$(BUILD) asan
	$(SANITIZED) $(CTEST) --test-dir build-asan -L '$(ASAN_LABELS)'

TSAN_LABELS ?= threads
TSAN_TARGET ?= tests_threads
tsan: setup ## thread sanitizer over the tests labelled threads
	@test -f build-tsan/build.ninja || $(CONFIGURE) tsan
	$(BUILD) tsan --target $(TSAN_TARGET)
	$(SANITIZED) $(CTEST) --test-dir build-tsan -L '$(TSAN_LABELS)'

clang: setup-check
	@test -f build-clang/build.ninja || $(CMAKE) --preset clang
	$(BUILD) clang
	$(CTEST) --test-dir build-clang -L fast

minimal: setup
	@test -f build-minimal/build.ninja || $(CMAKE) --preset minimal
	$(BUILD) minimal
	$(CTEST) --test-dir build-minimal -L fast

install: build ## install into PREFIX (default ~/.local); the installed tree can be moved
	$(CMAKE) --install build --prefix $(PREFIX)

clean: ## remove what was built; the prefix with CMake, Halide and oneDNN stays
	rm -rf build build-debug build-asan build-tsan build-coverage build-clang build-minimal
