import { ApiError } from '../../api/client';
import type { EventView } from '../../api/types';
import { serverNow } from '../time';
import { backoff, readEvents } from './sse';

/** `catching-up`: connected, and still reading what happened meanwhile. */
export type LiveState = 'connecting' | 'live' | 'catching-up' | 'offline';
export type Live = { state: LiveState; since: number };

/** An event older than this, by the board's clock, says that the stream is behind. */
const behindMs = 5_000;

/** No event for this long while catching up: the backlog is read. */
const quietMs = 800;

/** The page's one event stream: reconnects from its cursor for as long as it is open. */
export class EventStream {
  private live: Live = { state: 'connecting', since: Date.now() };
  private readonly watchers = new Set<() => void>();
  private readonly abort = new AbortController();
  private cursor = '';
  private quiet: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param each Every event, in order.
   * @param resync Connected without a cursor, so that anything may have changed since the data was read.
   * @param refused The board refuses the stream (401): nothing to retry.
   */
  constructor(
    private readonly each: (event: EventView) => void,
    private readonly resync: () => void,
    private readonly refused: () => void,
  ) {}

  readonly subscribe = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly snapshot = () => this.live;

  close(): void {
    this.abort.abort();
  }

  async open(): Promise<void> {
    const { signal } = this.abort;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await readEvents('/api/v1/events/stream', this.cursor, signal, () => {
          attempt = 0;
          if (this.cursor === '') this.resync();
          this.become(this.cursor === '' ? 'live' : 'catching-up');
        }, (event) => this.take(event.id, event.name, event.data));
      } catch (cause) {
        if (signal.aborted) return;
        if (cause instanceof ApiError && cause.status === 401) return this.refused();
        // A cursor that the board no longer knows: start over from now.
        if (cause instanceof ApiError && cause.status >= 400 && cause.status < 500) this.cursor = '';
        console.info('Event stream interrupted; connecting again.', cause);
      }
      clearTimeout(this.quiet);
      this.become('offline');
      await backoff(attempt, signal);
    }
  }

  private take(id: string, name: string, data: string): void {
    if (id !== '') this.cursor = id;
    if (name === 'ping') return this.become('live');
    const event = JSON.parse(data) as EventView;
    const behind = serverNow() - Date.parse(event.time) > behindMs;
    this.become(behind ? 'catching-up' : 'live');
    // The last of the backlog is old as well; quiet after it says that there is no more.
    clearTimeout(this.quiet);
    if (behind) this.quiet = setTimeout(() => this.become('live'), quietMs);
    this.each(event);
  }

  private become(state: LiveState): void {
    if (state === this.live.state) return;
    this.live = { state, since: Date.now() };
    for (const watcher of this.watchers) watcher();
  }
}
