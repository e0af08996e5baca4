import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../../api/client';
import type { EventView } from '../../api/types';
import { Age } from '../../parts/Bits';
import { kindOf } from '../../parts/live/applyEvents';
import { keys } from '../../parts/live/store';

/** Events read at most; a task with more has them in `kanban task events`. */
const most = 4_000;

/** What happened to the task, who did it and why: newest first. */
export function History({ taskKey }: { taskKey: string }) {
  const events = useQuery({
    queryKey: keys.events(taskKey),
    queryFn: ({ signal }) => readEvents(taskKey, signal),
  });
  if (events.error !== null && events.data === undefined) return <p className="hint">{events.error.message}</p>;
  const newestFirst = [...(events.data ?? [])].reverse();
  return (
    <ol className="history">
      {newestFirst.map((event) => (
        <li key={event.id}>
          <code>{kindOf(event.type)}</code>
          <span className="history-data">{event.text}</span>
          <span className="hint">{event.actor}</span>
          <Age at={event.time} />
        </li>
      ))}
    </ol>
  );
}

/** The API gives the history oldest first, so that the newest are on its last page. */
async function readEvents(key: string, signal: AbortSignal): Promise<EventView[]> {
  const found: EventView[] = [];
  let after: string | undefined;
  do {
    const page = await ask(api.GET('/api/v1/tasks/{key}/events', { params: { path: { key }, query: { limit: 200, after } }, signal }));
    found.push(...page.items);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined && found.length < most);
  return found;
}
