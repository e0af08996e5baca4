#!/bin/sh
# Holds one run. The worker starts it as leader of a session of its own, so that it outlives the worker;
# it is sh, not .NET, because there is one per run: it starts in milliseconds and takes less than a megabyte.
# Usage: shim.sh RUN_DIRECTORY STOP_AFTER KILL_AFTER HOLD COMMAND [ARGUMENT...]
# STOP_AFTER, KILL_AFTER: seconds without a renewed lease after which the run ends by itself; 0 where it goes on.
# HOLD: the folder of a cgroup that the command is put in; or "reaper" when orphans become this process's children; or "scan".
set -u
run=$1 stop_after=$2 kill_after=$3 hold=$4
shift 4
exec </dev/null >>"$run/shim.log" 2>&1

# TERM reaches the whole tree. The shim waits it out: only it can record the exit status.
# (Handlers, not '': what is ignored here would be ignored in the run as well.)
trap : HUP INT QUIT TERM USR1 USR2 ALRM

# When memory runs out the kernel takes the run before the worker.
{ echo 300 >"/proc/$$/oom_score_adj"; } 2>/dev/null || :

# A directory of the host that is this run's alone stays so while the run lives, whatever becomes of its worker.
# Where the host has no flock, the worker's own hold is all there is.
if [ -e "$run/alone" ]; then
    exec 8<.
    command -p flock -s -n 8
    # Taken by another before this run began: it does not begin.
    [ $? -ne 1 ] || exit 1
fi

# Who this is, for a worker that takes the run up again: /proc/PID/stat holds pid and start time.
IFS= read -r stat <"/proc/$$/stat"
IFS= read -r boot </proc/sys/kernel/random/boot_id
# Without this file nothing was started: the worker relies on it.
printf '%s\n%s\n' "$stat" "$boot" >"$run/shim.tmp" && command -p mv -f "$run/shim.tmp" "$run/shim" || exit 1

# The worker may be killed or frozen, so a run that must not outlast its lease is watched from beside it.
# $run/beat holds the uptime, in seconds, at which the lease was last renewed. Uptime counts alike for both, whatever the clocks say, and goes on in sleep.
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
            while signal_run KILL; do command -p sleep 0.02 || :; done
            exit
        elif [ "$age" -ge "$stop_after" ] && [ -z "$cut" ]; then
            cut=ending
            echo "$age" >"$run/cut"
            signal_run TERM || :
        fi
        # An end of the wait before its time, by a signal to all, does no harm.
        command -p sleep 1 || :
    done
}

# Signals all of the run but the shim, which records the exit status, and the watch. False when there was nothing to signal.
signal_run() {
    hit=
    case $hold in
    /*)
        if [ "$1" = KILL ]; then
            { echo 1 >"$hold/cgroup.kill"; } 2>/dev/null || :
        fi
        while IFS= read -r pid; do signal "$1" "$pid"; done <"$hold/cgroup.procs"
        [ -n "$hit" ]
        return
        ;;
    reaper)
        # All that lives is a child of the shim, or becomes one as soon as what is above it is dead.
        children=
        IFS= read -r children <"/proc/$$/task/$$/children" || :
        for pid in $children; do signal "$1" "$pid"; done
        if [ "$1" = KILL ]; then
            [ -n "$hit" ]
            return
        fi
        ;;
    esac
    for process in /proc/[0-9]*; do
        IFS= read -r line <"$process/stat" || continue
        # After the name in brackets: state, parent, group, session, and more.
        IFS=' ' read -r state _ _ session _ <<FIELDS
${line##*) }
FIELDS
        case $state in [ZX]) continue ;; esac
        if [ "$session" = $$ ]; then signal "$1" "${process#/proc/}"; fi
    done 2>/dev/null
    # And what left the session with the run's environment. One search for all: a process for each would take seconds where there are many.
    for process in $(command -p grep -ls "KANBAN_RUN_ID=$KANBAN_RUN_ID" /proc/[0-9]*/environ); do
        pid=${process#/proc/}
        signal "$1" "${pid%/environ}"
    done
    [ -n "$hit" ]
}

signal() {
    case $2 in "$$" | "$me") return ;; esac
    if kill -s "$1" "$2" 2>/dev/null; then hit=yes; fi
}

# Ends what the run holds outside its process tree: a container lives on when its command line is killed. $run/clear holds a command, a word a line.
# The worker does so too, and sees to it that it worked; this is for when it is dead.
clear_rest() {
    [ -e "$run/clear" ] || return
    set --
    while IFS= read -r word; do set -- "$@" "$word"; done <"$run/clear"
    # Podman finds at first that it can't stop what was killed, and sees at the second look that it is dead.
    command -p timeout 30 "$@" || command -p timeout 30 "$@" || echo "kanban: $* ended with $?"
}

watch=
if [ "$stop_after" -gt 0 ]; then
    watch_lease &
    watch=$!
fi

# A file is read to its end; a FIFO stays open for as long as the shim lives, so that the worker may come and go.
if [ -p "$run/stdin" ]; then
    exec 3<>"$run/stdin"
elif [ -e "$run/stdin" ]; then
    exec 3<"$run/stdin"
else
    exec 3</dev/null
fi

case $hold in
/*)
    (
        if echo 0 >"$hold/cgroup.procs"; then exec "$@" 3<&- 8<&-; fi
        echo "kanban: the run can't be put into $hold and was not started" >&2
        exit 125
    ) <&3 >>"$run/stdout" 2>>"$run/stderr"
    ;;
*) "$@" <&3 3<&- 8<&- >>"$run/stdout" 2>>"$run/stderr" ;;
esac
status=$?
if [ -n "$watch" ]; then
    # A watch that ends the run sees to the rest of it first.
    if [ -e "$run/cut" ]; then
        while kill -0 "$watch" 2>/dev/null; do wait "$watch"; done
        clear_rest
    else
        nap=
        { IFS=' ' read -r nap _ <"/proc/$watch/task/$watch/children"; } 2>/dev/null || :
        kill -s KILL "$watch" ${nap:+"$nap"} || :
        wait "$watch"
    fi
fi
printf '%s\n' "$status" >"$run/exit.tmp" && command -p mv -f "$run/exit.tmp" "$run/exit"

# The worker ends what the run left in the background. It is known by being below this process, so this process waits for it.
while [ "$hold" = reaper ]; do
    left=
    IFS= read -r left <"/proc/$$/task/$$/children" || :
    [ -n "$left" ] || break
    command -p sleep 0.05 || :
done
