import { useEffect, useState } from 'react';
import { ApiError } from '../api/client';
import type { LogChunkView } from '../api/types';
import { LogLines, type Line } from './logLines';
import { backoff, readEvents } from './live/sse';

export type Log = { lines: Line[]; dropped: number; events: boolean; state: 'reading' | 'following' | 'ended' | 'refused'; problem?: string };

/** Renders at most this often, however fast a run writes. */
const renderMs = 50;

export type Shown = 'output' | 'events';

/** A run's log from its beginning, following it until the run is over: what it wrote, or what its agent did. */
export function useLog(runId: string, shown: Shown): Log {
  const [log, setLog] = useState<Log>({ lines: [], dropped: 0, events: false, state: 'reading' });

  useEffect(() => {
    const abort = new AbortController();
    const held = new LogLines();
    let cursor = '';
    let events = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now: { state: Log['state']; problem?: string } = { state: 'reading' };
    const over = () => now.state === 'ended';

    const render = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setLog({ ...held.snapshot(), events, ...now });
      }, renderMs);
    };
    const follow = async () => {
      for (let attempt = 0; !abort.signal.aborted && !over(); attempt++) {
        try {
          const after = cursor === '' ? '' : `?after=${encodeURIComponent(cursor)}`;
          await readEvents(`/api/v1/runs/${runId}/log/stream${after}`, '', abort.signal, () => { attempt = 0; now.state = 'following'; render(); }, ({ name, data }) => {
            if (name === 'log') {
              const chunk = JSON.parse(data) as LogChunkView;
              cursor = String(chunk.id);
              events ||= chunk.stream === 'events';
              if ((chunk.stream === 'events') === (shown === 'events')) held.add(chunk.stream, chunk.data);
            } else if (name === 'end') {
              held.end();
              now.state = 'ended';
            }
            render();
          });
        } catch (cause) {
          if (abort.signal.aborted) return;
          if (cause instanceof ApiError && cause.status >= 400 && cause.status < 500) {
            now.state = 'refused';
            now.problem = cause.message;
            return render();
          }
          console.info('Log stream interrupted; connecting again.', cause);
        }
        if (!over()) await backoff(attempt, abort.signal);
      }
    };
    void follow();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [runId, shown]);

  return log;
}
