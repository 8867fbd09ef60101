# A thin front for the CMake presets. `make` builds build/vrrl, build/libvrrl.so and build/libvrrl.a.
.PHONY: all demo test test-asan test-tsan test-aarch64 bench fuzz format lint install clean setup setup-test setup-lint

JOBS ?= $(shell nproc)

all: setup
	@cmake --preset release >build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }
	@rm -f build.log
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
	ctest --preset release -j $(JOBS)

test-asan test-tsan: test-%: setup-test
	@cmake --preset $* >/dev/null
	@cmake --build --preset $* -j $(JOBS)
	ctest --preset $* -j $(JOBS)

# On a machine of another kind, under emulation; no part of `make test`.
test-aarch64:
	@tools/aarch64 $(JOBS)

bench: all
	@tools/bench build

# An hour a target: VRRL_FUZZ_SECONDS says otherwise, FUZZ="log graph" which.
fuzz: setup-lint
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz -j $(JOBS) --target fuzz/all
	@tools/fuzz build/fuzz $(FUZZ)

format: setup-lint
	@git ls-files '*.c' '*.h' | xargs clang-format -i

lint: setup-lint
	@tools/lint

install: all
	cmake --install build

clean:
	rm -rf build
