import type { ReactNode } from 'react';
import type { TaskView } from '../../api/types';
import { Ago, HeartbeatAge, LaneBadge } from '../../parts/Bits';
import { Icon } from '../../parts/Icon';
import { attemptsOf, heldRun, sentenceOf } from '../../parts/status';
import { duration, instant, useNow } from '../../parts/time';

/** The task's plain facts, and above them the one sentence that matters: why it waits, or why it stopped. */
export function TaskFacts({ task }: { task: TaskView }) {
  const run = heldRun(task);
  const now = useNow();
  const sentence = sentenceOf(task);
  return (
    <>
      {sentence !== null && task.status !== 'running' && (
        <p className={`banner ${task.status === 'failed' ? 'tone-red' : task.status === 'blocked' ? 'tone-amber' : 'tone-slate'}`}>
          <Icon name={task.wait !== null ? 'clock' : 'warn'} />
          <span>{sentence}</span>
        </p>
      )}
      <dl className="facts">
        {task.lane !== null && <Fact name="Lane"><LaneBadge lane={task.lane} /></Fact>}
        {run !== null && (
          <>
            <Fact name="Running for"><span className="num">{duration(now - Date.parse(run.startedAt ?? run.offeredAt))}</span></Fact>
            <Fact name="On">{run.workerId}{run.host !== null && run.host !== run.workerId ? ` on ${run.host}` : ''}</Fact>
            <Fact name="Heartbeat"><HeartbeatAge at={run.heartbeatAt} /></Fact>
          </>
        )}
        <Fact name="Priority"><span className="num">{task.priority}</span></Fact>
        <Fact name="Attempts"><span className="num">{attemptsOf(task)}</span></Fact>
        {task.host !== null && <Fact name="Only on">{task.host}</Fact>}
        {task.needs.length > 0 && <Fact name="Needs">{task.needs.join(', ')}</Fact>}
        {task.labels.length > 0 && <Fact name="Labels">{task.labels.join(', ')}</Fact>}
        {task.notBefore !== null && Date.parse(task.notBefore) > now && <Fact name="Not before">{instant(task.notBefore)}</Fact>}
        <Fact name="Created"><Ago at={task.createdAt} />&nbsp;by {task.createdBy}</Fact>
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}
