import { useRef } from 'react';
import type { RunView, WorkerState, WorkerView } from '../../api/types';
import { useAddress } from '../../parts/address';
import { Empty } from '../../parts/Bits';
import { Icon } from '../../parts/Icon';
import { LogTail } from '../../parts/LogTail';
import { useShortcuts } from '../../parts/useShortcuts';
import { useTitle } from '../../parts/useTitle';
import './fleet.css';
import { RunLink } from './RunLink';
import { useTitles, useWorkers } from './useWorkers';
import { WorkerRows } from './WorkerRows';

const order: WorkerState[] = ['live', 'quiet', 'draining', 'gone', 'left'];

/** Every worker on every host, what it runs now, and the log of one run as it is written. */
export function FleetPage() {
  const { search, set } = useAddress();
  useTitle('Fleet');
  const { data, error } = useWorkers();
  useShortcuts(search.q !== undefined ? { Escape: () => void set({ q: undefined }) } : {});

  const all = Object.values(data ?? {});
  const workers = all.filter((worker) => fits(worker, search.q)).sort(byHost);
  const titles = useTitles(all);
  const runs = workers.flatMap((worker) => worker.runs);
  const followed = useFollowed(runs, search.run);

  if (data === undefined) return error === null ? null : <Empty icon="warn" title="The fleet cannot be read">{error.message}</Empty>;
  if (all.length === 0)
    return (
      <Empty icon="fleet" title="No workers yet" command={`KANBAN_URL=${location.origin} KANBAN_TOKEN=kbw_… kanban worker run --lane shell=2`}>
        A worker runs tasks of its lanes on its host. None has registered so far. On the host that is to work, run:
      </Empty>
    );
  return (
    <div className="fleet">
      <h1 className="sr-only">Fleet</h1>
      <div className="board-bar">
        <label className="filter">
          <Icon name="search" />
          <span className="sr-only">Filter workers</span>
          <input data-filter type="search" placeholder="Filter by host, worker, lane, capability, task" value={search.q ?? ''} onChange={(event) => void set({ q: event.target.value || undefined })}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              void set({ q: undefined });
              event.currentTarget.blur();
            }} />
          <kbd>/</kbd>
        </label>
        <span className="space" />
        <Totals workers={workers} />
      </div>
      <div className="fleet-split">
        <div className="fleet-table">
          <table>
            <thead>
              <tr><th>Host</th><th>Worker</th><th>Status</th><th>Lanes</th><th>Task and run</th><th><span className="sr-only">Actions</span></th></tr>
            </thead>
            <tbody>
              {workers.map((worker, index) => (
                <WorkerRows key={worker.id} worker={worker} titles={titles} followed={followed} sameHost={workers[index - 1]?.host === worker.host} follow={(run) => void set({ run })} />
              ))}
            </tbody>
          </table>
          {workers.length === 0 && <Empty icon="search" title="Nothing fits the filter">None of {all.length} workers fit. Press <kbd>Esc</kbd> to clear it.</Empty>}
        </div>
        <aside className="fleet-log" aria-label="Log of the followed run">
          {followed === undefined ? (
            <Empty icon="clock" title="Nothing runs right now" command={'kanban task add "hello" --lane shell --body \'echo hi\''}>
              The log of a run shows here as it is written. Give the fleet something to do:
            </Empty>
          ) : (
            <>
              <RunLink id={followed} run={runs.find((run) => run.id === followed)} titles={titles} />
              <LogTail key={followed} runId={followed} />
            </>
          )}
        </aside>
      </div>
    </div>
  );
}

function Totals({ workers }: { workers: WorkerView[] }) {
  const live = workers.filter((worker) => worker.state !== 'gone' && worker.state !== 'left');
  const lanes = live.flatMap((worker) => worker.lanes);
  const hosts = new Set(live.map((worker) => worker.host)).size;
  const sum = (of: (lane: WorkerView['lanes'][number]) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  return <span className="hint num">{live.length} live {live.length === 1 ? 'worker' : 'workers'} on {hosts} {hosts === 1 ? 'host' : 'hosts'}, {sum((lane) => lane.running)} of {sum((lane) => lane.slots)} slots taken</span>;
}

function fits(worker: WorkerView, q: string | undefined): boolean {
  if (q === undefined) return true;
  const text = [worker.id, worker.host, worker.state, ...worker.capabilities, ...worker.lanes.map((lane) => lane.lane), ...worker.runs.map((run) => run.taskKey)].join(' ').toLowerCase();
  return q.toLowerCase().split(/\s+/).every((part) => text.includes(part));
}

function byHost(a: WorkerView, b: WorkerView): number {
  return order.indexOf(a.state) - order.indexOf(b.state) || a.host.localeCompare(b.host) || a.id.localeCompare(b.id, undefined, { numeric: true });
}

/** The run that the address names, else the newest one: kept until it has ended and another has begun, so that the log does not jump. */
function useFollowed(runs: RunView[], chosen: string | undefined): string | undefined {
  const kept = useRef<string>(undefined);
  if (chosen === undefined && !runs.some((run) => run.id === kept.current))
    kept.current = [...runs].sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))[0]?.id ?? kept.current;
  return chosen ?? kept.current;
}
