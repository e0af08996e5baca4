import type { RunState, Status, TaskView, WorkerState } from '../api/types';

/** The board's columns, in their order. */
export const statuses: readonly Status[] = ['triage', 'todo', 'scheduled', 'ready', 'running', 'blocked', 'review', 'done', 'failed', 'cancelled'];

/** Statuses that a task does not leave by itself. */
export const ended: readonly Status[] = ['done', 'failed', 'cancelled'];

/** Statuses whose tasks are all on the page. */
export const open: readonly Status[] = statuses.filter((status) => !ended.includes(status));

export type Word = Status | RunState | WorkerState;

/** Which theme colour and icon a word takes; the word itself always stands beside them. */
export const looks: Record<Word, { tone: Tone; icon: IconName }> = {
  triage: { tone: 'quiet', icon: 'inbox' },
  todo: { tone: 'quiet', icon: 'link' },
  scheduled: { tone: 'slate', icon: 'clock' },
  ready: { tone: 'blue', icon: 'ready' },
  running: { tone: 'teal', icon: 'running' },
  blocked: { tone: 'amber', icon: 'blocked' },
  review: { tone: 'violet', icon: 'eye' },
  done: { tone: 'green', icon: 'check' },
  failed: { tone: 'red', icon: 'cross' },
  cancelled: { tone: 'quiet', icon: 'slash' },
  offered: { tone: 'blue', icon: 'offer' },
  stopping: { tone: 'amber', icon: 'stop' },
  succeeded: { tone: 'green', icon: 'check' },
  'timed-out': { tone: 'red', icon: 'clock' },
  lost: { tone: 'red', icon: 'lost' },
  withdrawn: { tone: 'quiet', icon: 'slash' },
  live: { tone: 'green', icon: 'check' },
  quiet: { tone: 'amber', icon: 'warn' },
  draining: { tone: 'amber', icon: 'drain' },
  gone: { tone: 'red', icon: 'lost' },
  left: { tone: 'quiet', icon: 'slash' },
};

export type Tone = 'quiet' | 'slate' | 'blue' | 'teal' | 'amber' | 'violet' | 'green' | 'red';

export type IconName =
  | 'inbox' | 'link' | 'clock' | 'ready' | 'running' | 'blocked' | 'eye' | 'check' | 'cross' | 'slash' | 'offer' | 'stop' | 'lost' | 'drain'
  | 'plus' | 'sun' | 'moon' | 'system' | 'help' | 'close' | 'board' | 'fleet' | 'search' | 'host' | 'retry' | 'down' | 'heart' | 'warn';

export function word(value: Word): string {
  return value.replace('-', ' ');
}

/** The run that holds the task now; an offer is not held yet. */
export function heldRun(task: TaskView) {
  return task.run !== null && (task.run.state === 'running' || task.run.state === 'stopping') ? task.run : null;
}

/** Runs of the task so far, the live one included; a run is charged when it ends. */
export function attemptsOf(task: TaskView): number {
  return task.attempts + (heldRun(task) === null ? 0 : 1);
}

/** The one sentence that explains where a task stands: a person's or a run's reason, word for word, before the board's own. */
export function sentenceOf(task: TaskView): string | null {
  const explained = task.status === 'blocked' || ended.includes(task.status);
  return (explained ? task.reason : null) ?? (task.wait === null ? task.reason : capital(task.wait));
}

/** The board's reasons begin small, since the command line shows them after a colon. A name at the start stays as it is written. */
function capital(text: string): string {
  return /^[a-z]+\s/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** What may be done with a task where it stands; the board has the last word. */
export function actionsFor(task: TaskView): { cancel: boolean; retry: boolean; block: boolean; unblock: boolean; archive: boolean } {
  const over = ended.includes(task.status);
  return {
    cancel: !over,
    retry: over || task.status === 'blocked' || task.status === 'review',
    block: !over && task.status !== 'blocked',
    unblock: task.status === 'blocked',
    archive: over,
  };
}
