#!/usr/bin/env bash
# Installs the real agents from npm into out/agents and runs each on a task, against a mock of their providers on loopback.
# Where one can't be installed it says so, runs the others, and ends with 1.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
tests/needs.sh node || exit 1

here=out/agents
mkdir -p "$here"
cp tests/agents/package.json "$here/package.json"
if ! (cd "$here" && npm install --no-audit --no-fund --loglevel=error); then
    echo "npm could not install the agents (above); what is there already is run." >&2
fi

lacking=()
runs=()
for agent in claude:Claude_Code codex:Codex opencode:OpenCode; do
    program=${agent%%:*}
    if said=$(HOME=$PWD/$here timeout 60 "$here/node_modules/.bin/$program" --version 2>/dev/null | tail -1) && [ -n "$said" ]; then
        echo "$program $said"
        runs+=("FullyQualifiedName=Kanban.Bus.IntegrationTests.Agents.RealAgentTests.${agent##*:}")
    else
        lacking+=("$program")
    fi
done

code=0
if [ ${#runs[@]} -gt 0 ]; then
    dotnet build tests/Kanban.Bus.IntegrationTests -c Release --nologo -v q -clp:NoSummary </dev/null || exit 1
    filter=$(IFS='|' && echo "${runs[*]}")
    KANBAN_AGENTS=$PWD/$here/node_modules/.bin timeout --kill-after=30 1200 dotnet test tests/Kanban.Bus.IntegrationTests --no-build -c Release --nologo \
        --filter "$filter" --logger 'console;verbosity=detailed' </dev/null || code=1
fi
if [ ${#lacking[@]} -gt 0 ]; then
    echo "Not run, for want of the program: ${lacking[*]}. Versions and packages are in tests/agents/package.json." >&2
    code=1
fi
exit $code
