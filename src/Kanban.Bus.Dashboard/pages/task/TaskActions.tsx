import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, ask } from '../../api/client';
import type { Status, TaskView } from '../../api/types';
import { Dialog } from '../../parts/Dialog';
import { putTasks } from '../../parts/live/store';
import { actionsFor, statuses, word } from '../../parts/status';
import { useTaskAction } from './useTaskAction';

type Asking = { title: string; label: string; required: boolean; done: string; call: (reason: string | null) => Promise<TaskView> };

/** What a person may do with the task where it stands. Each change that ends or holds work asks why. */
export function TaskActions({ task }: { task: TaskView }) {
  const cache = useQueryClient();
  const { act, busy } = useTaskAction(task.key);
  const [asking, setAsking] = useState<Asking>();
  const may = actionsFor(task);
  const at = { params: { path: { key: task.key } } };

  const take = async (call: () => Promise<TaskView>, done: string) =>
    act(async () => putTasks(cache, [await call()]), done);
  const move = (status: Status): Asking => ({
    title: `Move ${task.key} to ${word(status)}`, label: 'Move', required: false, done: `${task.key} moved to ${word(status)}.`,
    call: (reason) => ask(api.POST('/api/v1/tasks/{key}/move', { ...at, body: { status, reason } })),
  });
  const cancel: Asking = {
    title: `Cancel ${task.key}`, label: task.run === null ? 'Cancel task' : 'Stop its run and cancel', required: false, done: `${task.key} is being cancelled.`,
    call: (reason) => ask(api.POST('/api/v1/tasks/{key}/cancel', { ...at, body: { reason } })),
  };
  const block: Asking = {
    title: `Block ${task.key}`, label: 'Block', required: true, done: `${task.key} is blocked.`,
    call: (reason) => ask(api.POST('/api/v1/tasks/{key}/block', { ...at, body: { reason } })),
  };
  const archive = () => (task.archived ? ask(api.POST('/api/v1/tasks/{key}/restore', at)) : ask(api.POST('/api/v1/tasks/{key}/archive', at)));

  return (
    <div className="actions">
      {may.retry && <button type="button" className="button primary" disabled={busy} onClick={() => void take(() => ask(api.POST('/api/v1/tasks/{key}/retry', { ...at, body: { reason: null } })), `${task.key} starts again.`)}>Retry</button>}
      {may.unblock && <button type="button" className="button" disabled={busy} onClick={() => void take(() => ask(api.POST('/api/v1/tasks/{key}/unblock', at)), `${task.key} is no longer blocked.`)}>Unblock</button>}
      {may.block && <button type="button" className="button" disabled={busy} onClick={() => setAsking(block)}>Block…</button>}
      {may.cancel && <button type="button" className="button danger" disabled={busy} onClick={() => setAsking(cancel)}>Cancel…</button>}
      <label className="pick">
        <span className="sr-only">Move to another status</span>
        <select value="" disabled={busy} onChange={(event) => setAsking(move(event.target.value as Status))}>
          <option value="" disabled>Move to…</option>
          {statuses.filter((status) => status !== task.status && status !== 'running').map((status) => <option key={status} value={status}>{word(status)}</option>)}
        </select>
      </label>
      {(may.archive || task.archived) && <button type="button" className="button" disabled={busy} onClick={() => void take(archive, task.archived ? `${task.key} is back on the board.` : `${task.key} is archived.`)}>{task.archived ? 'Restore' : 'Archive'}</button>}
      {asking !== undefined && (
        <ReasonDialog asking={asking} close={() => setAsking(undefined)} busy={busy}
          submit={async (reason) => { if (await take(() => asking.call(reason), asking.done)) setAsking(undefined); }} />
      )}
    </div>
  );
}

function ReasonDialog({ asking, close, busy, submit }: { asking: Asking; close: () => void; busy: boolean; submit: (reason: string | null) => Promise<void> }) {
  const [reason, setReason] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    void submit(reason.trim() === '' ? null : reason.trim());
  };
  return (
    <Dialog title={asking.title} close={close}>
      <form className="form" onSubmit={send}>
        <label className="field">
          <span>Reason{asking.required ? '' : ' (optional)'}</span>
          <textarea rows={3} data-first required={asking.required} maxLength={2_000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </label>
        <div className="form-end">
          <button type="button" className="button" onClick={close}>Keep as it is</button>
          <button className="button primary" disabled={busy}>{asking.label}</button>
        </div>
      </form>
    </Dialog>
  );
}
