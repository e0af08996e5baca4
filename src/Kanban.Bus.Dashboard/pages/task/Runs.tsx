import type { RunView } from '../../api/types';
import { useAddress } from '../../parts/address';
import { Ago, Empty, HeartbeatAge, StatusChip } from '../../parts/Bits';
import { LogTail } from '../../parts/LogTail';
import { duration, useNow } from '../../parts/time';

/** Every attempt, newest first, and the log of the chosen one as it grows. */
export function Runs({ runs }: { runs: RunView[] }) {
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
              <p className="run-reason">A late result came <Ago at={run.late.at} /> ({run.late.outcome}); it changed nothing.</p>
            )}
          </li>
        ))}
      </ol>
      <LogTail key={shown.id} runId={shown.id} />
    </>
  );
}

function Elapsed({ run }: { run: RunView }) {
  const now = useNow();
  const from = run.startedAt ?? run.offeredAt;
  const to = run.endedAt === null ? now : Date.parse(run.endedAt);
  return <span className="num elapsed">{duration(to - Date.parse(from))}</span>;
}
