import { useState, type FormEvent } from 'react';
import { api, ask } from '../../api/client';
import type { CommentView } from '../../api/types';
import { Ago } from '../../parts/Bits';
import { useTaskAction } from './useTaskAction';

/** Remarks, oldest first, as plain text: whoever wrote them, they are never taken for markup. */
export function Comments({ taskKey, comments }: { taskKey: string; comments: CommentView[] }) {
  const [text, setText] = useState('');
  const { act, busy } = useTaskAction(taskKey);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => ask(api.POST('/api/v1/tasks/{key}/comments', { params: { path: { key: taskKey } }, body: { text } })))) setText('');
  };
  const oldestFirst = [...comments].sort((a, b) => a.id - b.id);

  return (
    <section className="part">
      <h2>Comments</h2>
      {oldestFirst.length > 0 && (
        <ol className="comments">
          {oldestFirst.map((comment) => (
            <li key={comment.id}>
              <div className="by"><strong>{comment.by}</strong><span className="hint"><Ago at={comment.at} /></span>
                {comment.seenAt && <span className="hint">seen by {comment.seenBy} <Ago at={comment.seenAt} /></span>}</div>
              <pre className="text">{comment.text}</pre>
            </li>
          ))}
        </ol>
      )}
      <form className="comment-form" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="sr-only">Comment</span>
          <textarea rows={2} required maxLength={16_384} placeholder="Say something to the run at work, or to the next one" value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <button className="button" disabled={busy || text.trim() === ''}>Comment</button>
      </form>
    </section>
  );
}
