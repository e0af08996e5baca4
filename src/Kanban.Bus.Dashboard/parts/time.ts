import { useSyncExternalStore } from 'react';

/** Server's clock minus this computer's, in milliseconds. The Date header has whole seconds, so small differences mean nothing. */
let skew = 0;
const noise = 1_500;

export function noteServerTime(dateHeader: string | null): void {
  const server = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  if (Number.isNaN(server)) return;
  const seen = server + 500 - Date.now();
  skew = Math.abs(seen) < noise ? 0 : Math.abs(seen - skew) < noise ? skew : seen;
}

/** Now, by the board's clock. */
export function serverNow(): number {
  return Date.now() + skew;
}

let second = serverNow();
const watchers = new Set<() => void>();
setInterval(() => {
  second = serverNow();
  for (const watcher of watchers) watcher();
}, 1_000);

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The board's time, rendered anew each second. One timer serves every component. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second);
}

/** `0s`, `42s`, `3m 07s`, `2h 05m`, `4d 3h`. Never negative. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`;
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Age of an instant in one unit: `now`, `42s`, `3m`, `2h`, `4d`. */
export function age(instant: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(instant)) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Date and time in the reader's own zone and language. */
export function instant(value: string): string {
  return absolute.format(new Date(value));
}
