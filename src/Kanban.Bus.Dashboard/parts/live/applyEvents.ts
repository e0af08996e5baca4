import type { QueryClient } from '@tanstack/react-query';
import { api, ApiError, ask } from '../../api/client';
import type { EventView } from '../../api/types';
import { keys, putTasks, putWorker } from './store';

/** Events that come together are applied together; a burst touches each task once. */
const gatherMs = 120;

/** Whole lists are read again at most this often, however many events come. */
const listMs = 1_000;

/** Above this many changed items at once, one read of the list costs less than single reads. */
const singleReads = 12;

/** `task.created` of `dev.kanbanbus.task.created.v1`. */
export function kindOf(type: string): string {
  return type.replace(/^dev\.kanbanbus\./, '').replace(/\.v\d+$/, '');
}

/** Turns board events into reads of just what changed. */
export class EventApplier {
  private tasks = new Set<string>();
  private workers = new Set<string>();
  private lists = new Set<'boards' | 'lanes' | 'alarms'>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listTimer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private rest = gatherMs;

  constructor(private readonly cache: QueryClient) {}

  readonly apply = (event: EventView): void => {
    const kind = kindOf(event.type);
    if (event.taskKey !== null) this.tasks.add(event.taskKey);
    if (event.workerId !== null) this.workers.add(event.workerId);
    if (kind.startsWith('task.') || kind.startsWith('run.') || kind.startsWith('board.')) this.lists.add('boards');
    if (kind.startsWith('alarm.')) this.lists.add('alarms');
    if (kind.startsWith('run.') || kind.startsWith('lane.') || kind.startsWith('worker.')) this.lists.add('lanes');
    this.timer ??= setTimeout(() => void this.flush(), this.rest);
    if (this.lists.size > 0) this.listTimer ??= setTimeout(() => this.readLists(), listMs);
  };

  /** Everything may have changed: read all that a page shows. */
  readonly resync = (): void => {
    void this.cache.invalidateQueries();
  };

  private async flush(): Promise<void> {
    this.timer = undefined;
    // One flush at a time: what arrives meanwhile waits and is read once.
    if (this.busy) {
      this.timer = setTimeout(() => void this.flush(), this.rest);
      return;
    }
    const { tasks, workers } = this;
    this.tasks = new Set();
    this.workers = new Set();
    this.busy = true;
    this.rest = tasks.size > singleReads ? listMs : gatherMs;
    try {
      await Promise.all([this.readTasks([...tasks]), this.readWorkers([...workers])]);
    } finally {
      this.busy = false;
    }
  }

  private readLists(): void {
    this.listTimer = undefined;
    for (const list of this.lists) void this.cache.invalidateQueries({ queryKey: keys[list] }, { cancelRefetch: false });
    this.lists = new Set();
  }

  private async readTasks(changed: string[]): Promise<void> {
    for (const key of changed) void this.cache.invalidateQueries({ queryKey: keys.events(key) });
    if (changed.length > singleReads) {
      await this.cache.invalidateQueries({ queryKey: ['tasks'] });
      await this.cache.invalidateQueries({ queryKey: ['task'] });
      return;
    }
    const read = await Promise.all(changed.map((key) => orNothing(ask(api.GET('/api/v1/tasks/{key}', { params: { path: { key } } })))));
    for (const detail of read) {
      if (detail === undefined) continue;
      if (this.cache.getQueryData(keys.task(detail.task.key)) !== undefined) this.cache.setQueryData(keys.task(detail.task.key), detail);
      putTasks(this.cache, [detail.task]);
    }
  }

  private async readWorkers(changed: string[]): Promise<void> {
    if (this.cache.getQueryData(keys.workers) === undefined) return;
    if (changed.length > singleReads) {
      await this.cache.invalidateQueries({ queryKey: keys.workers });
      return;
    }
    const read = await Promise.all(changed.map((id) => orNothing(ask(api.GET('/api/v1/workers/{id}', { params: { path: { id } } })))));
    for (const worker of read) if (worker !== undefined) putWorker(this.cache, worker);
  }
}

/** A single read that fails leaves the page as it was: the next beat or reconnect reads it again. */
async function orNothing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    console.info('Could not read what changed.', cause);
    return undefined;
  }
}
