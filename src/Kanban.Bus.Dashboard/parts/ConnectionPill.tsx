import { useLive } from './live/LiveProvider';
import { duration, useNow } from './time';

const words = { connecting: 'connecting', live: 'live', 'catching-up': 'catching up', offline: 'offline' };
const tones = { connecting: 'tone-quiet', live: 'tone-green', 'catching-up': 'tone-blue', offline: 'tone-red' };

/** Whether what the page shows is what is true now, and since when it is not. */
export function ConnectionPill() {
  const { state, since } = useLive();
  useNow();
  const stale = state === 'offline' || state === 'catching-up';
  return (
    <span className={`pill ${tones[state]}`} role="status" data-live={state} title={stale ? 'What you see may be out of date.' : 'Changes appear as they happen.'}>
      <i className="pill-dot" />
      {words[state]}
      {state === 'offline' && <span className="num" aria-hidden="true"> {duration(Date.now() - since)}</span>}
    </span>
  );
}
