import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask } from '../../api/client';
import type { RunView, WorkerView } from '../../api/types';
import { HeartbeatAge, LaneBadge, StatusChip } from '../../parts/Bits';
import { Icon } from '../../parts/Icon';
import { keys } from '../../parts/live/store';
import { duration, instant, useNow } from '../../parts/time';
import { useToast } from '../../parts/Toasts';

type Props = {
  worker: WorkerView;
  titles: Record<string, string>;
  followed: string | undefined;
  /** The row above is on the same host, whose name is then said once. */
  sameHost: boolean;
  follow: (run: string) => void;
};

/** A worker takes one table row per run that it holds, one row when it is idle. */
export function WorkerRows({ worker, titles, followed, sameHost, follow }: Props) {
  const runs = [...worker.runs].sort((a, b) => a.taskKey.localeCompare(b.taskKey, undefined, { numeric: true }));
  const span = Math.max(1, runs.length);
  const away = worker.state === 'gone' || worker.state === 'left';
  return (
    <>
      <tr className={`worker${sameHost ? ' same-host' : ''}${away ? ' away' : ''}`} data-worker={worker.id}>
        <td rowSpan={span} className="host">{!sameHost && <><Icon name="host" />{worker.host}</>}</td>
        <td rowSpan={span}>
          <span className="worker-id">{worker.id}</span>
          <span className="hint" title={`Registered ${instant(worker.registeredAt)}, process ${worker.processId}`}>
            v{worker.version}{worker.load !== null && ` · load ${worker.load.toFixed(1)}`}
          </span>
          {worker.capabilities.length > 0 && <span className="hint">{worker.capabilities.join(', ')}</span>}
        </td>
        <td rowSpan={span}>
          <StatusChip value={worker.state} />
          {worker.quiet != null && <span className="hint" title={worker.quiet}>{worker.quiet}</span>}
          <span className="hint"><HeartbeatAge at={worker.heartbeatAt} /></span>
        </td>
        <td rowSpan={span}>{worker.lanes.map((lane) => <Slots key={lane.lane} {...lane} />)}</td>
        <RunCell run={runs[0]} titles={titles} followed={followed} follow={follow} />
        <td rowSpan={span} className="row-actions">{(worker.state === 'live' || worker.state === 'quiet') && <Drain worker={worker} />}</td>
      </tr>
      {runs.slice(1).map((run) => (
        <tr key={run.id} className="more-runs"><RunCell run={run} titles={titles} followed={followed} follow={follow} /></tr>
      ))}
    </>
  );
}

function RunCell({ run, titles, followed, follow }: { run: RunView | undefined; titles: Record<string, string>; followed: string | undefined; follow: (run: string) => void }) {
  const now = useNow();
  if (run === undefined) return <td className="idle">idle</td>;
  const here = run.id === followed;
  return (
    <td data-run={run.id} className="run-cell">
      <div>
        <span className="run-task">
          <Link to="/tasks/$key" params={{ key: run.taskKey }} search={{}} className="key">{run.taskKey}</Link>
          <span className="run-title">{titles[run.taskKey] ?? ''}</span>
        </span>
        <span className="hint num">run {run.number}, {duration(now - Date.parse(run.startedAt ?? run.offeredAt))}</span>
        {run.state !== 'running' && <StatusChip value={run.state} />}
        <button type="button" className={here ? 'button small here' : 'button small'} aria-pressed={here} onClick={() => follow(run.id)}>Log</button>
      </div>
    </td>
  );
}

/** A lane's slots on this worker: a mark for each where there are few, a bar where there are many. */
function Slots({ lane, slots, running }: WorkerView['lanes'][number]) {
  return (
    <div className="slots" title={`${running} of ${slots} slots of lane ${lane} taken`}>
      <LaneBadge lane={lane} />
      {slots <= 12
        ? <span className="pips" aria-hidden="true">{Array.from({ length: slots }, (_, index) => <i key={index} className={index < running ? 'pip taken' : 'pip'} />)}</span>
        : <progress max={slots} value={running} aria-hidden="true" />}
      <span className="num">{running}/{slots}</span>
    </div>
  );
}

function Drain({ worker }: { worker: WorkerView }) {
  const cache = useQueryClient();
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const drain = async () => {
    setBusy(true);
    try {
      await ask(api.POST('/api/v1/workers/{id}/drain', { params: { path: { id: worker.id } } }));
      say(`${worker.id} takes no new work and leaves when its runs have ended.`, 'green');
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: keys.workers });
    }
  };
  return <button type="button" className="button small" disabled={busy} onClick={() => void drain()}>Drain</button>;
}
