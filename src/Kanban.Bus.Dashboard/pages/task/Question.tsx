import { useState, type FormEvent } from 'react';
import { api, ask } from '../../api/client';
import { useTaskAction } from './useTaskAction';

/** What the task's last run asked, as plain text, and where a person answers: the task then goes on. */
export function Question({ taskKey, question }: { taskKey: string; question: string }) {
  const [text, setText] = useState('');
  const [allow, setAllow] = useState(false);
  const { act, busy } = useTaskAction(taskKey);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => ask(api.POST('/api/v1/tasks/{key}/answer', { params: { path: { key: taskKey } }, body: { text, allow } })))) {
      setText('');
      setAllow(false);
    }
  };

  return (
    <section className="part">
      <h2>Its last run asks</h2>
      <pre className="text">{question}</pre>
      <form className="comment-form" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="sr-only">Answer</span>
          <textarea rows={2} required maxLength={16_384} placeholder="The next run reads your answer" value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <label title="Counts where the host's profile says allowWhenAnswered">
          <input type="checkbox" checked={allow} onChange={(event) => setAllow(event.target.checked)} /> The next run may do what this one was not allowed to
        </label>
        <button className="button" disabled={busy || text.trim() === ''}>Answer</button>
      </form>
    </section>
  );
}
