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
if [ "${1:-all}" = all ] && ! tests/needs.sh engine; then
    echo "Tests of real containers are skipped." >&2
fi

configuration=${CONFIGURATION:-Release}
results=tests/TestResults
passed=0 failed=0 skipped=0 named=""
rm -rf "$results"

# The counters of a trx file: what did not run was skipped, what ran and did not pass failed.
attribute() { grep -o '<Counters [^>]*' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p"; }

# What failed and the first line of its message, a line each, so that the end of a log tells even when the rest is cut.
failures() {
    awk 'BEGIN { RS = "<UnitTestResult " }
        NR > 1 && /^[^>]*outcome="Failed"/ {
            name = message = $0
            sub(/.*testName="/, "", name)
            sub(/".*/, "", name)
            sub(/.*<Message>[[:space:]]*/, "", message)
            sub(/(<\/Message>|\n).*/, "", message)
            gsub(/&quot;/, "\"", message); gsub(/&lt;/, "<", message); gsub(/&gt;/, ">", message); gsub(/&#xD;/, "", message); gsub(/&amp;/, "\\&", message)
            print "FAILED " name ": " substr(message, 1, 400)
        }' "$1"
}

fail() {
    echo "$1: counted as one failure."
    failed=$((failed + 1)) named+="FAILED $1"$'\n'
}

run() {
    local project=$1 trx="$results/$1.trx" code total executed ok
    echo "── $project"
    timeout --kill-after=30 1200 dotnet test "tests/$project" --no-build -c "$configuration" --nologo --filter 'needs!=agents' \
        --logger "trx;LogFileName=$project.trx" --logger 'console;verbosity=minimal' \
        --results-directory "$results" --blame-hang-timeout 10m --blame-hang-dump-type none </dev/null
    code=$?
    if [ ! -f "$trx" ]; then
        fail "$project ended with code $code and left no results"
        return
    fi
    total=$(attribute "$trx" total) executed=$(attribute "$trx" executed) ok=$(attribute "$trx" passed)
    passed=$((passed + ok)) skipped=$((skipped + total - executed)) failed=$((failed + executed - ok))
    [ "$executed" -eq "$ok" ] || named+=$(failures "$trx")$'\n'
    if [ "$code" -ne 0 ] && [ "$executed" -eq "$ok" ]; then
        fail "$project passed what it ran and then ended with code $code"
    elif [ "$total" -eq 0 ]; then
        fail "$project has no tests"
    fi
    echo "   $ok passed, $((executed - ok)) failed, $((total - executed)) skipped"
}

# The tests' worker processes are the worker that is shipped, compiled ahead of time, where there is a C compiler.
native() {
    echo "── worker, compiled ahead of time"
    if ! tests/needs.sh compiler; then
        echo "Workers run as 'kanban' does; what needs the other is skipped." >&2
    elif make --no-print-directory native </dev/null; then
        export KANBAN_WORKER_PROGRAM=$PWD/out/native/kanban-worker
    else
        fail "The worker can't be compiled ahead of time"
    fi
}

case ${1:-all} in all | integration) native ;; esac

echo "── build ($configuration)"
for project in "${projects[@]}"; do
    if dotnet build "tests/$project" -c "$configuration" --nologo -v q -clp:NoSummary </dev/null; then
        run "$project"
    else
        fail "$project does not build"
    fi
done

printf '%s' "$named"
tail=""
[ "$skipped" -eq 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" -eq 0 ]
