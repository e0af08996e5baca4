import type { ReactNode } from 'react';
import type { IconName } from './status';

const circle = <circle cx="8" cy="8" r="5.75" />;

const shapes: Record<IconName, ReactNode> = {
  inbox: <path d="M2.5 9.5 4.2 3.5h7.6l1.7 6v3h-11zM2.5 9.5h3.2l.8 1.5h3l.8-1.5h3.2" />,
  link: <><circle cx="8" cy="8" r="5.75" strokeDasharray="2.4 2.1" /></>,
  clock: <>{circle}<path d="M8 4.8V8l2.2 1.6" /></>,
  ready: <>{circle}<path d="M6.7 5.6v4.8L10.5 8z" fill="currentColor" stroke="none" /></>,
  running: <><circle cx="8" cy="8" r="5.75" opacity=".28" /><path className="spin" d="M8 2.25A5.75 5.75 0 0 1 13.75 8" /></>,
  blocked: <>{circle}<path d="M5.2 8h5.6" strokeWidth="2" /></>,
  eye: <><path d="M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8z" /><circle cx="8" cy="8" r="1.7" /></>,
  check: <>{circle}<path d="m5.4 8.2 1.8 1.8 3.4-3.8" /></>,
  cross: <>{circle}<path d="m6 6 4 4m0-4-4 4" /></>,
  slash: <>{circle}<path d="m4.2 11.8 7.6-7.6" /></>,
  offer: <>{circle}<path d="M5.2 8h5.2M8.4 5.8 10.6 8l-2.2 2.2" /></>,
  stop: <>{circle}<rect x="6" y="6" width="4" height="4" rx=".6" fill="currentColor" stroke="none" /></>,
  lost: <><path d="M8 2.2 14.2 13H1.8z" /><path d="M8 6.4v3M8 11.2v.1" /></>,
  drain: <path d="M8 2.5v7M5 6.8l3 3 3-3M3 13.2h10" />,
  plus: <path d="M8 3v10M3 8h10" />,
  sun: <><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" /></>,
  moon: <path d="M13.3 9.7A5.7 5.7 0 0 1 6.3 2.7a5.7 5.7 0 1 0 7 7z" />,
  system: <><rect x="1.8" y="2.8" width="12.4" height="8.4" rx="1.2" /><path d="M5.5 13.7h5" /></>,
  help: <>{circle}<path d="M6.3 6.3a1.75 1.75 0 1 1 2.5 1.7c-.5.3-.8.6-.8 1.1M8 11.2v.1" /></>,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  board: <><rect x="2" y="2.5" width="3.2" height="11" rx=".8" /><rect x="6.4" y="2.5" width="3.2" height="7" rx=".8" /><rect x="10.8" y="2.5" width="3.2" height="9" rx=".8" /></>,
  fleet: <><rect x="2" y="2.5" width="12" height="4.6" rx="1" /><rect x="2" y="8.9" width="12" height="4.6" rx="1" /><path d="M4.5 4.8h.1M4.5 11.2h.1" /></>,
  search: <><circle cx="7" cy="7" r="4.3" /><path d="m10.3 10.3 3.2 3.2" /></>,
  host: <><rect x="2" y="3" width="12" height="7.5" rx="1" /><path d="M6 13h4M8 10.5V13" /></>,
  retry: <><path d="M12.9 6.2A5.3 5.3 0 1 0 13.3 9" /><path d="M13.3 2.9v3.4H9.9" /></>,
  down: <path d="M8 3v9M4.5 8.8 8 12.3l3.5-3.5" />,
  heart: <path d="M1.5 8.5h3l1.5-4 2.5 7 1.8-4.2.8 1.2h3.4" />,
  warn: <><path d="M8 2.2 14.2 13H1.8z" /><path d="M8 6.4v3M8 11.2v.1" /></>,
};

/** Decoration beside a word: hidden from screen readers, which read the word. */
export function Icon({ name, size = 14 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
