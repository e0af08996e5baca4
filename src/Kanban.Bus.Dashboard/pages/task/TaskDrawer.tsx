import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api, ask } from '../../api/client';
import { boardOf, useAddress } from '../../parts/address';
import { Empty, StatusChip } from '../../parts/Bits';
import { Icon } from '../../parts/Icon';
import { keys } from '../../parts/live/store';
import { useShortcuts } from '../../parts/useShortcuts';
import type { Search, Tab } from '../../router';
import { History } from './History';
import { Overview } from './Overview';
import { Runs } from './Runs';
import './task.css';
import { TaskActions } from './TaskActions';
import { TaskFacts } from './TaskFacts';

/** One task with everything that hangs on it, beside the board it stands on. */
export function TaskDrawer() {
  const { key } = useParams({ strict: false }) as { key: string };
  const { search, set } = useAddress();
  const navigate = useNavigate();
  const panel = useRef<HTMLElement>(null);
  const detail = useQuery({ queryKey: keys.task(key), queryFn: ({ signal }) => ask(api.GET('/api/v1/tasks/{key}', { params: { path: { key } }, signal })) });

  const close = async () => {
    const kept = (held: Search): Search => ({ q: held.q, lane: held.lane });
    await (search.scope === 'all' ? navigate({ to: '/', search: kept }) : navigate({ to: '/b/$board', params: { board: boardOf(key) }, search: kept }));
    cardOf(key)?.focus();
  };
  useShortcuts({ Escape: () => void close() });
  const known = detail.data !== undefined;
  useEffect(() => { panel.current?.focus(); }, [key]);
  useEffect(() => { void cardOf(key)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [key, known]);

  const task = detail.data?.task;
  // What a task does when it is opened decides the part shown first; it stays when the run ends under the reader's eyes.
  const first = useRef<{ key: string; tab: Tab }>(undefined);
  if (task !== undefined && first.current?.key !== key) first.current = { key, tab: task.run === null ? 'overview' : 'log' };
  const tab = search.tab ?? first.current?.tab ?? 'overview';
  return (
    <aside className="drawer" ref={panel} tabIndex={-1} aria-label={`Task ${key}`} data-drawer={key}>
      <header className="drawer-head">
        <span className="key">{key}</span>
        {task !== undefined && <StatusChip value={task.status} />}
        {task?.archived === true && <span className="chip tone-quiet">archived</span>}
        <span className="space" />
        <button type="button" className="icon-button" aria-label="Close" title="Close (Esc)" onClick={() => void close()}><Icon name="close" size={16} /></button>
      </header>
      {detail.error !== null && detail.data === undefined && <Empty icon="warn" title={`${key} cannot be shown`}>{detail.error.message}</Empty>}
      {detail.data !== undefined && task !== undefined && (
        <>
          <h1 className="drawer-title">{task.title}</h1>
          <TaskActions task={task} />
          <TaskFacts task={task} />
          <div className="tabs" role="tablist" aria-label="Parts of the task">
            <TabButton tab="overview" now={tab} set={set}>Overview</TabButton>
            <TabButton tab="log" now={tab} set={set} count={detail.data.runs.length}>Runs and log</TabButton>
            <TabButton tab="history" now={tab} set={set}>History</TabButton>
          </div>
          <div className="drawer-body" role="tabpanel">
            {tab === 'overview' && <Overview detail={detail.data} />}
            {tab === 'log' && <Runs task={detail.data.task} runs={detail.data.runs} />}
            {tab === 'history' && <History taskKey={key} />}
          </div>
        </>
      )}
    </aside>
  );
}

/** The task's card on the board behind, where it is shown. */
function cardOf(key: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-task="${CSS.escape(key)}"]`);
}

function TabButton({ tab, now, set, count, children }: { tab: Tab; now: Tab; set: (change: Search) => unknown; count?: number; children: string }) {
  return (
    <button type="button" role="tab" aria-selected={tab === now} className={tab === now ? 'tab here' : 'tab'} onClick={() => void set({ tab })}>
      {children}
      {count !== undefined && count > 0 && <span className="count num">{count}</span>}
    </button>
  );
}
