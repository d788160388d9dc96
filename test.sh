#!/usr/bin/env bash
# Installs what the tests need, runs them all, and prints as its last line: N passed, N failed, N skipped
# Needs git and the .NET 10 SDK. Where npm is too, exported models are run in onnxruntime and the page is checked and built; where
# Chromium is, or apt-get may install it, the page is opened in it; the live lab is published to WebAssembly for that, which
# takes a minute or two where its sources are newer. Where Open MPI is, or may be installed, trainings run over ranks. Else those tests
# are skipped.
# The packages are made, installed and used only with UNROLL_PACKAGE_TESTS=1: that takes some ten minutes more.
# Options are passed on to `dotnet test`, e.g. ./test.sh --filter-class '*RnnLayerTests'
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# onnxruntime, unless it is installed as the lock file says.
runtime=tests/Unroll.Onnx.Tests/runtime
if command -v npm >/dev/null && ! [ "$runtime/node_modules/.package-lock.json" -nt "$runtime/package-lock.json" ]; then
  (cd "$runtime" && npm ci --ignore-scripts --loglevel=error) || echo "npm ci failed in $runtime: its tests are skipped" >&2
fi

# Clients of the server and schemas of its manifests, likewise.
clients=tests/Unroll.Server.Tests/clients
if command -v npm >/dev/null && ! [ "$clients/node_modules/.package-lock.json" -nt "$clients/package-lock.json" ]; then
  (cd "$clients" && npm ci --loglevel=error) || echo "npm ci failed in $clients: its tests are skipped" >&2
fi

# Open MPI for trainings over ranks, likewise a package away.
if ! command -v mpirun >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends openmpi-bin; } >"$log" 2>&1 \
    || echo "apt-get install openmpi-bin failed: the tests of mpirun are skipped" >&2
fi

# A browser for the page: as root on Debian it is a package away.
if command -v npm >/dev/null && ! [ -x /usr/bin/chromium ] && command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$log" 2>&1 \
    || echo "apt-get install chromium failed: the page's tests are skipped" >&2
fi

# The page's TypeScript: the linter is one test, vitest counts its own.
client=src/Unroll.Web/client
installed=$client/node_modules
has_vitest() { [ -e "$installed/vitest" ] && [ "$installed/.package-lock.json" -nt "$client/package-lock.json" ]; }
if ! command -v npm >/dev/null; then
  skipped=2
  echo "no npm: the page's linter and unit tests are skipped" >&2
elif ! has_vitest && ! (cd "$client" && npm ci --loglevel=error); then
  skipped=2
  echo "npm ci failed in $client: its linter and unit tests are skipped" >&2
else
  if (cd "$client" && npm run --silent lint); then
    passed=1
  else
    failed=1
    echo "the linter found something: npm run lint in $client" >&2
  fi
  : >"$log"
  (cd "$client" && npm test --silent -- --reporter=default --reporter=json --outputFile.json="$log")
  status=$?
  count() { sed -nE "s/.*\"num$1Tests\":([0-9]+).*/\1/p" "$log"; }
  if [ -n "$(count Passed)" ]; then
    passed=$((passed + $(count Passed)))
    failed=$((failed + $(count Failed)))
    skipped=$((skipped + $(count Pending)))
  fi
  # A file of tests that cannot be read, or a crash, is a failure too.
  [ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
fi

# The formatting is one test.
if dotnet restore -v quiet && dotnet format --verify-no-changes --no-restore; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "dotnet format would change files: run it" >&2
fi

dotnet test "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
count() { sed -nE "s/^ *$1: ([0-9]+)\$/\1/p" "$log" | tail -n 1; }
if [ -n "$(count succeeded)" ]; then
  passed=$((passed + $(count succeeded)))
  failed=$((failed + $(count failed)))
  skipped=$((skipped + $(count skipped)))
fi
# A build that fails, a crash, or no test at all is a failure too.
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
