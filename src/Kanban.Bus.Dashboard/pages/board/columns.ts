import type { Status, TaskView } from '../../api/types';
import { ended, statuses } from '../../parts/status';

export type Filter = { q?: string; lane?: string };

/** Every word of the filter must be in the task's key, title, lane, host or labels. */
export function fits(task: TaskView, { q, lane }: Filter): boolean {
  if (lane !== undefined && task.lane !== lane) return false;
  if (q === undefined) return true;
  const text = [task.key, task.title, task.lane, task.host, task.run?.host, ...task.labels].join(' ').toLowerCase();
  return q.toLowerCase().split(/\s+/).every((part) => text.includes(part));
}

/** The tasks of each column in the order in which they are shown. */
export function columnsOf(tasks: Iterable<TaskView>, filter: Filter): Map<Status, TaskView[]> {
  const columns = new Map<Status, TaskView[]>(statuses.map((status) => [status, []]));
  for (const task of tasks) if (fits(task, filter)) columns.get(task.status)?.push(task);
  for (const [status, held] of columns) held.sort(ended.includes(status) ? lastEnded : firstServed);
  return columns;
}

/** As admission takes them: priority, then age. */
function firstServed(a: TaskView, b: TaskView): number {
  return b.priority - a.priority || a.createdAt.localeCompare(b.createdAt) || a.key.localeCompare(b.key, undefined, { numeric: true });
}

function lastEnded(a: TaskView, b: TaskView): number {
  return (b.endedAt ?? b.updatedAt).localeCompare(a.endedAt ?? a.updatedAt) || b.key.localeCompare(a.key, undefined, { numeric: true });
}
