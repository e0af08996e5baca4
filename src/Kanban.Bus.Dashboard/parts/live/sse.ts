import { ApiError, problemOf } from '../../api/client';
import { noteServerTime } from '../time';

/** One server-sent event. `id` is the stream's cursor, empty when the event bears none. */
export type ServerEvent = { id: string; name: string; data: string };

/** The board writes at least a `ping` every 15 s; a stream that stays silent for longer than this is dead. */
const silenceMs = 40_000;

/**
 * Reads a server-sent event stream until it ends, falls silent or is aborted. It is read with fetch, since EventSource hides
 * the status of a refused stream and needs every event's name beforehand.
 */
export async function readEvents(url: string, lastId: string, signal: AbortSignal, opened: () => void, each: (event: ServerEvent) => void): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastId !== '') headers['Last-Event-ID'] = lastId;
    const response = await fetch(url, { headers, cache: 'no-store', signal: AbortSignal.any([signal, silence.signal]) });
    noteServerTime(response.headers.get('date'));
    if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
    if (response.body === null) throw new ApiError(0, 'unreachable', 'The board sent no stream.');
    opened();

    const parse = parser(each);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      parse(value);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Feeds on pieces of text cut anywhere; calls `each` per complete event. */
export function parser(each: (event: ServerEvent) => void): (piece: string) => void {
  let rest = '';
  let id = '';
  let name = '';
  let data: string[] = [];

  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) each({ id, name: name || 'message', data: data.join('\n') });
      name = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
    else if (field === 'id') id = value;
  };

  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    lines.forEach(line);
  };
}

/** Waits between attempts: 0.5 s, doubling to 10 s, with jitter so that many pages do not return at once. */
export function backoff(attempt: number, signal: AbortSignal): Promise<void> {
  const wait = Math.min(10_000, 500 * 2 ** Math.min(attempt, 6)) * (0.7 + Math.random() * 0.6);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, wait);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
