# A thin front for the CMake presets. `make` builds build/vrrl, build/libvrrl.so and build/libvrrl.a, with CC,
# CFLAGS and LDFLAGS where they are given.
.PHONY: all demo test check-fast test-asan test-tsan test-aarch64 bench fuzz wheel ptx format lint install clean setup setup-test setup-lint

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local

all: setup
	@tools/configure release
	@cmake --build --preset release -j $(JOBS)

setup:
	@tools/setup build
setup-test:
	@tools/setup test
setup-lint:
	@tools/setup lint

demo: all
	@tools/demo build/vrrl

# The optimised build, then the same tests under the sanitizers.
test: setup-test test-asan test-tsan all
	@tools/run-tests release -j $(JOBS)

test-asan test-tsan: test-%: setup-test
	@tools/configure $*
	@cmake --build --preset $* -j $(JOBS)
	@tools/run-tests $* -j $(JOBS)

# For the way of working: the optimised build, and the tests that do not take long.
check-fast: setup-test all
	@tools/run-tests release -j $(JOBS) -LE slow

# On a machine of another kind, under emulation; no part of `make test`.
test-aarch64:
	@tools/aarch64 $(JOBS)

bench: all
	@tools/bench build

# An hour a target: VRRL_FUZZ_SECONDS says otherwise, FUZZ="log graph" which.
fuzz: setup-lint
	@tools/configure fuzz
	@cmake --build --preset fuzz -j $(JOBS) --target fuzz/all
	@tools/fuzz build/fuzz $(FUZZ)

# The Python package for machines of this kind, below build/wheel: docs/python.md.
wheel: setup
	@tools/configure release
	@cmake --build --preset release -j $(JOBS) --target vrrl_bundled
	@tools/wheel build build/wheel

# The PTX of the kernels in examples/kernels, from their source: nvcc has to be there.
ptx:
	@tools/kernel-ptx

format: setup-lint
	@git ls-files '*.c' '*.h' | xargs clang-format -i

lint: setup-lint
	@tools/lint

# To PREFIX; with DESTDIR below that.
install: all
	@tools/install "$(PREFIX)"

clean:
	rm -rf build
