import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ask } from '../../api/client';
import type { WorkerView } from '../../api/types';
import { keys, type Workers } from '../../parts/live/store';

/** Heartbeats raise no events, so the fleet is read at their own pace while somebody looks. */
const beatMs = 5_000;

export function useWorkers() {
  return useQuery({ queryKey: keys.workers, queryFn: ({ signal }) => readWorkers(signal), refetchInterval: beatMs });
}

/** Titles of the tasks that run now, by key: a run alone names only its task's key. */
export function useTitles(workers: WorkerView[]): Record<string, string> {
  const running = workers.flatMap((worker) => worker.runs.map((run) => run.taskKey)).sort();
  const titles = useQuery({
    queryKey: ['titles', running.join()],
    enabled: running.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const page = await ask(api.GET('/api/v1/tasks', { params: { query: { status: 'running', limit: 200 } }, signal }));
      return Object.fromEntries(page.items.map((task) => [task.key, task.title]));
    },
  });
  return titles.data ?? {};
}

async function readWorkers(signal: AbortSignal): Promise<Workers> {
  const page = await ask(api.GET('/api/v1/workers', { signal }));
  return Object.fromEntries(page.items.map((worker) => [worker.id, worker]));
}
