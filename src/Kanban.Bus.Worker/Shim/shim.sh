#!/bin/sh
# Holds one run. The worker starts it as leader of a session of its own, so that it outlives the worker;
# it is sh, not .NET, because there is one per run: it starts in milliseconds and takes less than a megabyte.
# Usage: shim.sh RUN_DIRECTORY STOP_AFTER KILL_AFTER COMMAND [ARGUMENT...]
# STOP_AFTER, KILL_AFTER: seconds without a renewed lease after which the run ends by itself; 0 where it goes on.
set -u
run=$1 stop_after=$2 kill_after=$3
shift 3
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

# The worker may be killed or frozen, so a run that must not outlast its lease is watched from beside it.
# $run/beat holds the uptime, in seconds, at which the lease was last renewed. Uptime counts alike for both, whatever the clocks say.
watch_lease() {
    trap : HUP INT QUIT USR1 USR2 ALRM
    trap 'kill -0 $$ 2>/dev/null || exit' TERM
    IFS=' ' read -r me rest </proc/self/stat
    IFS=' .' read -r beat rest </proc/uptime
    cut=
    while :; do
        told=
        { IFS=' ' read -r told <"$run/beat"; } 2>/dev/null || :
        # Once the run is being ended, contact comes too late.
        case $cut$told in '' | *[!0-9]*) ;; *) beat=$told ;; esac
        IFS=' .' read -r now rest </proc/uptime
        age=$((now - beat))
        if [ "$age" -ge "$kill_after" ]; then
            echo "$age" >"$run/cut"
            end_session KILL
            exit
        elif [ "$age" -ge "$stop_after" ] && [ -z "$cut" ]; then
            cut=ending
            echo "$age" >"$run/cut"
            end_session TERM
        fi
        # An end of the wait before its time, by a signal to all, does no harm.
        command -p sleep 1 || :
    done
}

# Signals all of the session, and what left it with the run's environment; not the shim, which records the exit status.
end_session() {
    for process in /proc/[0-9]*; do
        pid=${process#/proc/}
        case $pid in "$$" | "$me") continue ;; esac
        IFS= read -r line <"$process/stat" || continue
        # After the name in brackets: state, parent, group, session, and more.
        IFS=' ' read -r _ _ _ session _ <<X
${line##*) }
X
        if [ "$session" = $$ ]; then kill -s "$1" "$pid" || :; fi
    done 2>/dev/null
    # One search for all: a process for each would take seconds where there are many.
    for process in $(command -p grep -ls "KANBAN_RUN_ID=$KANBAN_RUN_ID" /proc/[0-9]*/environ); do
        pid=${process#/proc/}
        pid=${pid%/environ}
        case $pid in "$$" | "$me") continue ;; esac
        kill -s "$1" "$pid" 2>/dev/null || :
    done
}

watch=
if [ "$stop_after" -gt 0 ]; then
    watch_lease &
    watch=$!
fi

"$@" >>"$run/stdout" 2>>"$run/stderr"
status=$?
if [ -n "$watch" ]; then
    # A watch that ends the run sees to the rest of the session first.
    if [ -e "$run/cut" ]; then
        while kill -0 "$watch" 2>/dev/null; do wait "$watch"; done
    else
        kill -s KILL "$watch" || :
    fi
fi
printf '%s\n' "$status" >"$run/exit.tmp" && command -p mv -f "$run/exit.tmp" "$run/exit"
