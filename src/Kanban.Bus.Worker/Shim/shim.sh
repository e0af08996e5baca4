#!/bin/sh
# Holds one run. The worker starts it as leader of a session of its own, so that it outlives the worker;
# it is sh, not .NET, because there is one per run: it starts in milliseconds and takes less than a megabyte.
# Usage: shim.sh RUN_DIRECTORY COMMAND [ARGUMENT...]
set -u
run=$1
shift
exec </dev/null >>"$run/shim.log" 2>&1

# TERM reaches the whole tree. The shim waits it out: only it can record the exit status.
# (Handlers, not '': what is ignored here would be ignored in the run as well.)
trap : HUP INT QUIT TERM USR1 USR2 ALRM

# When memory runs out the kernel takes the run before the worker.
{ echo 300 >"/proc/$$/oom_score_adj"; } 2>/dev/null || :

# Who this is, for a worker that takes the run up again: /proc/PID/stat holds pid and start time.
IFS= read -r stat <"/proc/$$/stat"
IFS= read -r boot </proc/sys/kernel/random/boot_id
# Without this file nothing was started: the worker relies on it.
printf '%s\n%s\n' "$stat" "$boot" >"$run/shim.tmp" && command -p mv -f "$run/shim.tmp" "$run/shim" || exit 1

"$@" >>"$run/stdout" 2>>"$run/stderr"
status=$?
printf '%s\n' "$status" >"$run/exit.tmp" && command -p mv -f "$run/exit.tmp" "$run/exit"
