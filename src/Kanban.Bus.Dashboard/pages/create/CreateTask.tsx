import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, ask } from '../../api/client';
import { Dialog } from '../../parts/Dialog';
import { keys, putTasks } from '../../parts/live/store';
import { useToast } from '../../parts/Toasts';

/** Remembered from task to task within this visit. */
let lastLane = '';

/** A new task. Sent twice by a slow network, it is still one: the form bears its own idempotency key. */
export function CreateTask({ board, close }: { board: string; close: () => void }) {
  const cache = useQueryClient();
  const say = useToast();
  const boards = useQuery({ queryKey: keys.boards, queryFn: () => ask(api.GET('/api/v1/boards', { params: { query: { limit: 200 } } })).then((page) => page.items) });
  const lanes = useQuery({ queryKey: keys.lanes, queryFn: () => ask(api.GET('/api/v1/lanes', { params: { query: { limit: 200 } } })).then((page) => page.items) });
  const [idempotencyKey] = useState(newKey);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? '').trim();
    const words = (name: string) => field(name).split(/[\s,]+/).filter(Boolean);
    setBusy(true);
    setProblem(undefined);
    try {
      const task = await ask(api.POST('/api/v1/tasks', { body: {
        title: field('title'), lane: field('lane'), board: field('board') || null, body: String(form.get('body') ?? ''),
        priority: Number(field('priority') || 0), parents: words('parents'), needs: words('needs'), host: field('host') || null, idempotencyKey,
      } }));
      lastLane = field('lane');
      putTasks(cache, [task]);
      say(`${task.key} is on the board.`, 'green');
      close();
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };

  const noLanes = lanes.data?.length === 0;
  return (
    <Dialog title="New task" close={close} wide>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>Title</span>
          <input name="title" required maxLength={200} data-first autoComplete="off" placeholder="What is to be done" />
        </label>
        <div className="form-row">
          <label className="field">
            <span>Lane</span>
            <select name="lane" required defaultValue={lastLane || lanes.data?.find((lane) => lane.workers > 0)?.name} key={lanes.data?.length}>
              {(lanes.data ?? []).map((lane) => <option key={lane.name} value={lane.name}>{lane.name}</option>)}
            </select>
          </label>
          <label className="field">
            <span>Board</span>
            <select name="board" defaultValue={board} key={boards.data?.length}>
              {(boards.data ?? []).map((one) => <option key={one.key} value={one.key}>{one.key}</option>)}
            </select>
          </label>
          <label className="field narrow">
            <span>Priority</span>
            <input name="priority" type="number" min={-1000} max={1000} defaultValue={0} />
          </label>
        </div>
        <label className="field">
          <span>Body</span>
          <textarea name="body" rows={7} className="code" spellCheck={false} placeholder="A script for a shell lane, Markdown for an agent" />
        </label>
        <details>
          <summary>Parents, host and capabilities</summary>
          <div className="form-row">
            <label className="field"><span>Parents (keys)</span><input name="parents" autoComplete="off" placeholder="web-41, web-42" /></label>
            <label className="field"><span>Needs (capabilities)</span><input name="needs" autoComplete="off" placeholder="cuda, repo=web" /></label>
            <label className="field"><span>Only on host</span><input name="host" autoComplete="off" /></label>
          </div>
        </details>
        {noLanes && <p className="form-problem">There is no lane yet, and a task needs one. Make one with <code>kanban lane add shell</code>.</p>}
        {problem !== undefined && <p className="form-problem" role="alert">{problem}</p>}
        <div className="form-end">
          <button type="button" className="button" onClick={close}>Close</button>
          <button className="button primary" disabled={busy || noLanes}>Create task</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Random, also where the page is served without TLS and `randomUUID` is missing. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
