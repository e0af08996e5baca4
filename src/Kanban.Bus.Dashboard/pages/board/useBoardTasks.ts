import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ask } from '../../api/client';
import type { Status, TaskView } from '../../api/types';
import { keys, putTasks, type BoardTasks } from '../../parts/live/store';
import { ended, open } from '../../parts/status';

/** Largest page that the API gives. */
const pageSize = 200;

/** Ended tasks read at first, per status. The rest is a click away. */
const endedSize = 40;

/** Open tasks read at most; past that the column says that it has more. */
const mostOpen = 2_000;

/** Heartbeats and wait reasons change without an event, so they are read at this pace while somebody looks. */
const pulseMs = 5_000;

/** The tasks of a board, or of all boards when `board` is empty, kept up to date by the live provider. */
export function useBoardTasks(board: string) {
  const cache = useQueryClient();
  const tasks = useQuery({ queryKey: keys.tasks(board), queryFn: ({ signal }) => readBoard(board, signal) });
  useQuery({
    queryKey: ['pulse', board],
    enabled: tasks.data !== undefined,
    refetchInterval: pulseMs,
    queryFn: async ({ signal }) => {
      const page = await list({ board, status: 'running,ready', limit: pageSize }, signal);
      putTasks(cache, page.items);
      return page.items.length;
    },
  });
  return tasks;
}

/** Reads more of an ended column. */
export async function readMore(cache: ReturnType<typeof useQueryClient>, board: string, status: Status, after: string): Promise<void> {
  const page = await list({ board, status, after, limit: pageSize });
  putTasks(cache, page.items);
  cache.setQueryData<BoardTasks>(keys.tasks(board), (held) => held && { ...held, more: { ...held.more, [status]: page.nextCursor ?? undefined } });
}

type Question = { board: string; status: string; limit: number; after?: string };

function list({ board, ...query }: Question, signal?: AbortSignal) {
  return ask(api.GET('/api/v1/tasks', { params: { query: { ...query, ...(board === '' ? {} : { board }) } }, signal }));
}

async function readBoard(board: string, signal: AbortSignal): Promise<BoardTasks> {
  const [opened, ...closed] = await Promise.all([
    readOpen(board, signal),
    ...ended.map((status) => list({ board, status, limit: endedSize }, signal)),
  ]);
  const more: BoardTasks['more'] = {};
  ended.forEach((status, index) => (more[status] = closed[index]?.nextCursor ?? undefined));
  const all = [...opened, ...closed.flatMap((page) => page.items)];
  return { tasks: Object.fromEntries(all.map((task) => [task.key, task])), more };
}

async function readOpen(board: string, signal: AbortSignal): Promise<TaskView[]> {
  const found: TaskView[] = [];
  let after: string | undefined;
  do {
    const page = await list({ board, status: open.join(','), limit: pageSize, after }, signal);
    found.push(...page.items);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined && found.length < mostOpen);
  return found;
}
