import { useQueryClient } from '@tanstack/react-query';
import { api, ask } from '../../api/client';
import type { RunView, TaskView } from '../../api/types';
import { useAddress } from '../../parts/address';
import { Ago, Empty, HeartbeatAge, StatusChip } from '../../parts/Bits';
import { LogTail } from '../../parts/LogTail';
import { putTasks } from '../../parts/live/store';
import { duration, useNow } from '../../parts/time';
import { useTaskAction } from './useTaskAction';

/** Every attempt, newest first, and the log of the chosen one as it grows. */
export function Runs({ task, runs }: { task: TaskView; runs: RunView[] }) {
  const { search, set } = useAddress();
  const newestFirst = [...runs].sort((a, b) => b.number - a.number);
  const shown = newestFirst.find((run) => run.id === search.run) ?? newestFirst[0];
  if (shown === undefined)
    return <Empty icon="offer" title="No run yet">A run is one attempt at a task. It begins when a worker claims the offer that the board makes.</Empty>;
  return (
    <>
      <ol className="runs">
        {newestFirst.map((run) => (
          <li key={run.id}>
            <button type="button" className={run.id === shown.id ? 'run here' : 'run'} aria-pressed={run.id === shown.id} onClick={() => void set({ run: run.id })}>
              <span className="num">#{run.number}</span>
              <StatusChip value={run.state} />
              <span className="run-where">{run.workerId ?? 'no worker yet'}{run.host !== null && run.host !== run.workerId ? ` on ${run.host}` : ''}</span>
              <span className="space" />
              {run.exitCode !== null && <span className="num hint">exit {run.exitCode}</span>}
              <HeartbeatAge at={run.endedAt === null ? run.heartbeatAt : null} />
              <Elapsed run={run} />
            </button>
            {run.id === shown.id && run.reason !== null && <p className="run-reason">{run.reason}</p>}
            {run.id === shown.id && run.late !== null && (
              <Late run={run} late={run.late} task={task} />
            )}
          </li>
        ))}
      </ol>
      <LogTail key={shown.id} runId={shown.id} />
    </>
  );
}

/** What came after the run had lost its lease, and the way to end the task with it. */
function Late({ run, late, task }: { run: RunView; late: NonNullable<RunView['late']>; task: TaskView }) {
  const cache = useQueryClient();
  const { act, busy } = useTaskAction(task.key);
  const may = (late.outcome === 'succeeded' || late.outcome === 'review') && task.status !== 'done' && task.status !== 'running' && !task.archived;
  const adopt = async () => putTasks(cache, [await ask(api.POST('/api/v1/runs/{runId}/adopt', { params: { path: { runId: run.id } }, body: { reason: null } }))]);
  return (
    <p className="run-reason">
      A late result came <Ago at={late.at} /> ({late.outcome}{late.summary === null ? '' : `: ${late.summary}`});{' '}
      {late.adoptedBy === null ? 'it changed nothing.' : `${late.adoptedBy} adopted it.`}{' '}
      {may && late.adoptedBy === null && <button type="button" className="button" disabled={busy} onClick={() => void act(adopt, `${task.key} ends with the result of run ${run.number}.`)}>Adopt it</button>}
    </p>
  );
}

function Elapsed({ run }: { run: RunView }) {
  const now = useNow();
  const from = run.startedAt ?? run.offeredAt;
  const to = run.endedAt === null ? now : Date.parse(run.endedAt);
  return <span className="num elapsed">{duration(to - Date.parse(from))}</span>;
}
