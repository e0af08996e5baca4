#!/usr/bin/env python3
"""A worker's program for any lane, in Python: what an agent of your own has to do.

    # worker.yaml
    worker:
      profiles:
        mine:
          command: [python3, /opt/lanes/lane.py]

It needs nothing of Kanban.Bus: a brief to read, a few files to write, an exit status.
"""
import json
import os
import signal
import sys

BRIEF = os.environ["KANBAN_BRIEF_FILE"]
RESULT = os.environ["KANBAN_RESULT_FILE"]
EVENTS = os.environ["KANBAN_EVENTS_FILE"]


def tell(event, **what):
    """One line of the run's events, seen live on the board."""
    with open(EVENTS, "a", encoding="utf-8") as stream:
        stream.write(json.dumps({"event": event, **what}) + "\n")


def end(status, **result):
    """What the board keeps: summary, metadata, usage, session; or why it is blocked or has failed."""
    with open(RESULT, "w", encoding="utf-8") as file:
        json.dump(result, file)
    sys.exit(status)


def stopped(number, frame):
    # The worker asks with TERM, and kills after the lane's grace.
    tell("run.finished", ok=False, text="asked to stop")
    sys.exit(128 + number)


def main():
    signal.signal(signal.SIGTERM, stopped)
    with open(BRIEF, encoding="utf-8") as file:
        brief = file.read()
    # What an earlier run of this task left on this host, to go on with.
    session = os.environ.get("KANBAN_SESSION", f"lane-{os.environ['KANBAN_RUN_ID']}")
    tell("run.started", session=session)

    if "which" in brief and "?" not in brief:
        end(0, outcome="blocked", reason="Which one? Answer in a comment.", session=session)
    words = len(brief.split())
    tell("message", text=f"The brief has {words} words.")
    tell("run.finished", ok=True)
    end(0, summary=f"Counted {words} words.", metadata={"words": words}, usage={"inputTokens": words}, session=session)


if __name__ == "__main__":
    main()
