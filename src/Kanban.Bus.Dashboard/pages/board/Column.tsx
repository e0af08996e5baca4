import { useQueryClient } from '@tanstack/react-query';
import { memo, useState } from 'react';
import type { Status, TaskView } from '../../api/types';
import { Icon } from '../../parts/Icon';
import { looks, word } from '../../parts/status';
import { useToast } from '../../parts/Toasts';
import { Card } from './Card';
import { readMore } from './useBoardTasks';

type Props = {
  status: Status;
  tasks: TaskView[];
  /** All tasks in this status, shown or not. */
  count: number;
  board: string;
  more?: string;
  openTask?: string;
};

/** One status. An empty column narrows to a rail, so that the others get its room. */
export const Column = memo(function Column({ status, tasks, count, board, more, openTask }: Props) {
  const { tone, icon } = looks[status];
  const empty = tasks.length === 0;
  return (
    <section className={empty ? 'column rail' : 'column'} aria-label={`${word(status)}, ${count} tasks`} data-column={status}>
      <header className={`column-head tone-${tone}`}>
        <Icon name={icon} />
        <h2>{word(status)}</h2>
        <span className="count num">{count}</span>
      </header>
      {!empty && (
        <div className="column-body">
          {tasks.map((task) => <Card key={task.key} task={task} allBoards={board === ''} here={task.key === openTask} />)}
          {more !== undefined && <More status={status} board={board} after={more} left={count - tasks.length} />}
        </div>
      )}
    </section>
  );
});

function More({ status, board, after, left }: { status: Status; board: string; after: string; left: number }) {
  const cache = useQueryClient();
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const read = async () => {
    setBusy(true);
    try {
      await readMore(cache, board, status, after);
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };
  return <button type="button" className="button more" disabled={busy} onClick={() => void read()}>{left > 0 ? `Show more of ${left} older` : 'Show older'}</button>;
}
