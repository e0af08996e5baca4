#!/bin/bash
# A worker's program for any lane, in bash: what an agent of your own has to do.
#
#     # worker.yaml
#     worker:
#       profiles:
#         mine:
#           command: [/opt/lanes/lane.sh]
#
# Exit 0 is success, 75 asks for a later try (a provider in trouble), anything else is a failure.
set -euo pipefail

tell() { printf '%s\n' "$1" >>"$KANBAN_EVENTS_FILE"; }

# The worker asks with TERM, and kills after the lane's grace.
trap 'tell "{\"event\":\"run.finished\",\"ok\":false}"; exit 143' TERM

tell '{"event":"run.started"}'
words=$(wc -w <"$KANBAN_BRIEF_FILE")
echo "attempt $KANBAN_ATTEMPT of $KANBAN_TASK, in $KANBAN_WORKSPACE"
if [ "$words" -eq 0 ]; then
    printf '{"outcome":"failed","class":"task","reason":"The brief is empty."}\n' >"$KANBAN_RESULT_FILE"
    exit 1
fi
tell '{"event":"run.finished","ok":true}'
printf '{"summary":"Counted %d words.","metadata":{"words":%d}}\n' "$words" "$words" >"$KANBAN_RESULT_FILE"
