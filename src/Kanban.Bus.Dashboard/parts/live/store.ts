import type { QueryClient } from '@tanstack/react-query';
import type { Status, TaskDetail, TaskView, WorkerView } from '../../api/types';

/** What the board page holds: every open task, and the newest of the ended ones. */
export type BoardTasks = {
  tasks: Record<string, TaskView>;
  /** Where to read on, per status that has more than was read. */
  more: Partial<Record<Status, string>>;
};

export type Workers = Record<string, WorkerView>;

/** Cache keys in one place, so that a live update and a page never disagree on them. */
export const keys = {
  boards: ['boards'] as const,
  lanes: ['lanes'] as const,
  workers: ['workers'] as const,
  alarms: ['alarms'] as const,
  /** `board` is empty for all boards. */
  tasks: (board: string) => ['tasks', board] as const,
  task: (key: string) => ['task', key] as const,
  events: (key: string) => ['task-events', key] as const,
};

/** Puts tasks as the board knows them now into every cached page that shows them. Older versions are ignored. */
export function putTasks(cache: QueryClient, tasks: TaskView[]): void {
  for (const [key, held] of cache.getQueriesData<BoardTasks>({ queryKey: ['tasks'] })) {
    const board = key[1] as string;
    const fitting = tasks.filter((task) => (board === '' || task.board === board) && isNews(held?.tasks[task.key], task));
    if (held === undefined || fitting.length === 0) continue;
    const next = { ...held.tasks };
    for (const task of fitting) {
      if (task.archived) delete next[task.key];
      else next[task.key] = task;
    }
    cache.setQueryData<BoardTasks>(key, { ...held, tasks: next });
  }
  for (const task of tasks)
    cache.setQueryData<TaskDetail>(keys.task(task.key), (held) => (held && isNews(held.task, task) ? { ...held, task } : held));
}

export function putWorker(cache: QueryClient, worker: WorkerView): void {
  cache.setQueryData<Workers>(keys.workers, (held) => held && { ...held, [worker.id]: worker });
}

function isNews(held: TaskView | undefined, task: TaskView): boolean {
  return held === undefined || task.version >= held.version;
}
