import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, ask } from '../../api/client';
import type { BoardView } from '../../api/types';
import { useAddress } from '../../parts/address';
import { Icon } from '../../parts/Icon';
import { keys } from '../../parts/live/store';
import type { Search } from '../../router';

/** Which board, and which of its tasks. Both live in the address. */
export function BoardBar({ board, boards, shown, known }: { board: string; boards: BoardView[]; shown: number; known: number }) {
  const { search, set } = useAddress();
  const navigate = useNavigate();
  const lanes = useQuery({ queryKey: keys.lanes, queryFn: () => ask(api.GET('/api/v1/lanes', { params: { query: { limit: 200 } } })).then((page) => page.items) });
  const choose = (next: string) =>
    void (next === '' ? navigate({ to: '/', search: kept }) : navigate({ to: '/b/$board', params: { board: next }, search: kept }));

  return (
    <div className="board-bar">
      <label className="pick">
        <span className="sr-only">Board</span>
        <select value={board} onChange={(event) => choose(event.target.value)}>
          <option value="">All boards</option>
          {boards.map((one) => <option key={one.key} value={one.key}>{one.title === one.key || one.title === '' ? one.key : `${one.title} (${one.key})`}</option>)}
          {board !== '' && !boards.some((one) => one.key === board) && <option value={board}>{board}</option>}
        </select>
      </label>
      <label className="pick">
        <span className="sr-only">Lane</span>
        <select value={search.lane ?? ''} onChange={(event) => void set({ lane: event.target.value || undefined })}>
          <option value="">All lanes</option>
          {(lanes.data ?? []).map((lane) => <option key={lane.name} value={lane.name}>{lane.name}{lane.paused ? ' (paused)' : ''}</option>)}
        </select>
      </label>
      <label className="filter">
        <Icon name="search" />
        <span className="sr-only">Filter tasks</span>
        <input data-filter type="search" placeholder="Filter by title, key, host, label" value={search.q ?? ''}
          onChange={(event) => void set({ q: event.target.value || undefined })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            void set({ q: undefined });
            event.currentTarget.blur();
          }} />
        <kbd>/</kbd>
      </label>
      <span className="space" />
      <Paused lanes={lanes.data ?? []} />
      <span className="hint num">{shown === known ? `${known} ${known === 1 ? 'task' : 'tasks'}` : `${shown} of ${known} tasks`}</span>
    </div>
  );
}

function kept(held: Search): Search {
  return { q: held.q, lane: held.lane };
}

/** A paused or degraded lane explains why nothing starts, so the board says so before anybody asks. */
function Paused({ lanes }: { lanes: { name: string; paused: boolean; pausedReason: string | null; problem: string | null }[] }) {
  return lanes.filter((lane) => lane.paused || lane.problem !== null).map((lane) => (
    <span key={lane.name} className="chip tone-amber" title={lane.problem ?? lane.pausedReason ?? ''}>
      <Icon name="warn" size={12} />{lane.name}: {lane.problem !== null ? 'queue trouble' : 'paused'}
    </span>
  ));
}
