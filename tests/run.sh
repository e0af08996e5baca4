#!/usr/bin/env bash
# Builds once, runs test projects and ends with one line: N passed, N failed[, N skipped].
#   tests/run.sh all | fast | integration | e2e
# A build that fails, a project that ends without results and a crashed or hanging test host each count as one failure.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

case ${1:-all} in
all) projects=(Kanban.Bus.Tests Kanban.Bus.IntegrationTests Kanban.Bus.EndToEnd) needs=(postgresql rabbitmq chromium) ;;
fast) projects=(Kanban.Bus.Tests) needs=() ;;
integration) projects=(Kanban.Bus.IntegrationTests) needs=(postgresql rabbitmq) ;;
e2e) projects=(Kanban.Bus.EndToEnd) needs=(postgresql rabbitmq chromium) ;;
*) echo "usage: tests/run.sh all|fast|integration|e2e" >&2 && exit 2 ;;
esac
if [ ${#needs[@]} -gt 0 ]; then
    tests/needs.sh "${needs[@]}" || exit 1
fi

configuration=${CONFIGURATION:-Release}
results=tests/TestResults
passed=0 failed=0 skipped=0
rm -rf "$results"

# The counters of a trx file: what did not run was skipped, what ran and did not pass failed.
attribute() { grep -o '<Counters [^>]*' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p"; }

run() {
    local project=$1 trx="$results/$1.trx" code total executed ok
    echo "── $project"
    timeout --kill-after=30 1200 dotnet test "tests/$project" --no-build -c "$configuration" --nologo \
        --logger "trx;LogFileName=$project.trx" --logger 'console;verbosity=minimal' \
        --results-directory "$results" --blame-hang-timeout 10m --blame-hang-dump-type none </dev/null
    code=$?
    if [ ! -f "$trx" ]; then
        echo "$project ended with code $code and left no results: counted as one failure."
        failed=$((failed + 1))
        return
    fi
    total=$(attribute "$trx" total) executed=$(attribute "$trx" executed) ok=$(attribute "$trx" passed)
    passed=$((passed + ok)) skipped=$((skipped + total - executed)) failed=$((failed + executed - ok))
    if [ "$code" -ne 0 ] && [ "$executed" -eq "$ok" ]; then
        echo "$project passed what it ran and then ended with code $code: counted as one failure."
        failed=$((failed + 1))
    elif [ "$total" -eq 0 ]; then
        echo "$project has no tests: counted as one failure."
        failed=$((failed + 1))
    fi
    echo "   $ok passed, $((executed - ok)) failed, $((total - executed)) skipped"
}

echo "── build ($configuration)"
for project in "${projects[@]}"; do
    if dotnet build "tests/$project" -c "$configuration" --nologo -v q -clp:NoSummary </dev/null; then
        run "$project"
    else
        echo "$project does not build: counted as one failure."
        failed=$((failed + 1))
    fi
done

tail=""
[ "$skipped" -eq 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" -eq 0 ]
