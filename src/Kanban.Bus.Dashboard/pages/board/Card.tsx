import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { TaskView } from '../../api/types';
import { Age, HeartbeatAge, LaneBadge, StatusChip } from '../../parts/Bits';
import { Icon } from '../../parts/Icon';
import { attemptsOf, heldRun, sentenceOf } from '../../parts/status';
import { duration, useNow } from '../../parts/time';
import type { Search } from '../../router';

/** One task in its column. Opens the drawer; everything it says is also text, so that it can be searched and read aloud. */
export const Card = memo(function Card({ task, allBoards, here }: { task: TaskView; allBoards: boolean; here: boolean }) {
  const run = heldRun(task);
  const attempts = attemptsOf(task);
  return (
    <Link
      to="/tasks/$key"
      params={{ key: task.key }}
      search={(held: Search) => ({ ...held, scope: allBoards ? ('all' as const) : undefined, tab: undefined, run: undefined })}
      className={`card ${task.status}${here ? ' here' : ''}`}
      data-task={task.key}
    >
      <span className="card-top">
        <span className="key">{task.key}</span>
        {task.priority !== 0 && <span className="priority" title={`Priority ${task.priority}`}>{task.priority > 0 ? '↑' : '↓'}{Math.abs(task.priority)}</span>}
        {attempts > 1 && <span className="attempts" title={`${attempts} attempts`}><Icon name="retry" size={11} />{attempts}</span>}
        <span className="space" />
        {run === null ? <Age at={task.endedAt ?? task.updatedAt} /> : <Elapsed since={run.startedAt ?? run.offeredAt} />}
      </span>
      <span className="card-title">{task.title}</span>
      <span className="card-facts">
        {task.lane !== null && <LaneBadge lane={task.lane} />}
        {run !== null && run.host !== null && <span className="fact"><Icon name="host" size={12} />{run.host}</span>}
        {run === null && task.host !== null && <span className="fact" title="The only host it may run on"><Icon name="host" size={12} />{task.host}</span>}
        {run !== null && <HeartbeatAge at={run.heartbeatAt} />}
        {run?.state === 'stopping' && <StatusChip value="stopping" />}
        {task.run?.state === 'offered' && <StatusChip value="offered" />}
        {task.parents > 0 && task.parentsDone < task.parents && <span className="fact num" title="Parents done">{task.parentsDone}/{task.parents} parents</span>}
      </span>
      <Note task={task} />
    </Link>
  );
});

/** Why it waits or stopped; for a finished task, what it said. */
function Note({ task }: { task: TaskView }) {
  if (task.status === 'running') return null;
  const sentence = sentenceOf(task);
  if (sentence !== null) return <span className={`card-note ${task.status}`}>{sentence}</span>;
  return task.summary !== null && task.summary !== '' ? <span className="card-note">{task.summary}</span> : null;
}

function Elapsed({ since }: { since: string }) {
  const now = useNow();
  return <span className="elapsed num" title="Running for">{duration(now - Date.parse(since))}</span>;
}
