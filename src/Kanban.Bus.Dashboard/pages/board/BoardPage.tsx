import { Outlet, useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ask } from '../../api/client';
import type { BoardView, Status } from '../../api/types';
import { useAddress } from '../../parts/address';
import { Empty } from '../../parts/Bits';
import { keys } from '../../parts/live/store';
import { open, statuses } from '../../parts/status';
import { useShortcuts } from '../../parts/useShortcuts';
import { useTitle } from '../../parts/useTitle';
import type { Search } from '../../router';
import { BoardBar } from './BoardBar';
import './board.css';
import { Column } from './Column';
import { columnsOf } from './columns';
import { moveFocus } from './moveFocus';
import { useBoardTasks } from './useBoardTasks';

/** Every status as a column, live. The task drawer opens over it. */
export function BoardPage() {
  const { search, set, board, openTask } = useAddress();
  const navigate = useNavigate();
  const { q, lane } = search;
  const { data, error } = useBoardTasks(board);
  const boards = useQuery({ queryKey: keys.boards, queryFn: () => ask(api.GET('/api/v1/boards', { params: { query: { limit: 200 } } })).then((page) => page.items) });
  const columns = useMemo(() => columnsOf(Object.values(data?.tasks ?? {}), { q, lane }), [data, q, lane]);
  const counts = useMemo(() => countsOf(boards.data ?? [], board), [boards.data, board]);
  const name = board === '' ? 'All boards' : `Board ${board}`;
  useTitle(openTask ?? name);
  const filtered = q !== undefined || lane !== undefined;

  const step = (by: number) => {
    const shown = [...columns.values()].flat();
    const next = shown[shown.findIndex((task) => task.key === openTask) + by];
    if (openTask !== undefined && next !== undefined) void navigate({ to: '/tasks/$key', params: { key: next.key }, search: (held: Search) => ({ ...held, run: undefined }), replace: true });
  };
  useShortcuts({
    j: () => moveFocus('down'),
    k: () => moveFocus('up'),
    h: () => moveFocus('left'),
    l: () => moveFocus('right'),
    ']': () => step(1),
    '[': () => step(-1),
    ...(openTask === undefined && filtered ? { Escape: () => void set({ q: undefined, lane: undefined }) } : {}),
  });

  const known = data === undefined ? 0 : Object.keys(data.tasks).length;
  const shown = [...columns.values()].reduce((sum, tasks) => sum + tasks.length, 0);
  return (
    <>
      <h1 className="sr-only">{name}</h1>
      <BoardBar board={board} boards={boards.data ?? []} shown={shown} known={known} />
      {error !== null && data === undefined && <Empty icon="warn" title="The tasks cannot be read">{error.message}</Empty>}
      {data !== undefined && shown === 0 && (known === 0 ? <NoTasks board={board} /> : (
        <Empty icon="search" title="Nothing fits the filter">None of {known} tasks fit. Press <kbd>Esc</kbd> to clear it.</Empty>
      ))}
      {shown > 0 && (
        <div className="columns">
          {statuses.map((status) => {
            const tasks = columns.get(status) ?? [];
            const count = filtered || open.includes(status) ? tasks.length : Math.max(tasks.length, counts[status] ?? 0);
            return <Column key={status} status={status} tasks={tasks} count={count} board={board} more={data?.more[status]} openTask={openTask} />;
          })}
        </div>
      )}
      <Outlet />
    </>
  );
}

function NoTasks({ board }: { board: string }) {
  const where = board === '' ? '' : ` --board ${board}`;
  return (
    <Empty icon="board" title={board === '' ? 'No tasks yet' : `Board ${board} has no tasks yet`} command={`kanban task add "hello" --lane shell --body 'echo hi'${where}`}>
      A task is a unit of work that a lane’s workers pull and run. Press <kbd>c</kbd> to make one here, or run:
    </Empty>
  );
}

function countsOf(boards: BoardView[], board: string): Partial<Record<Status, number>> {
  const sum: Partial<Record<Status, number>> = {};
  for (const one of boards)
    if (board === '' || one.key === board)
      for (const status of statuses) sum[status] = (sum[status] ?? 0) + (one.counts[status] ?? 0);
  return sum;
}
