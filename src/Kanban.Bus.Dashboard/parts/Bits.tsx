import type { ReactNode } from 'react';
import { Icon } from './Icon';
import { looks, word, type IconName, type Word } from './status';
import { age, instant, useNow } from './time';

/** Status, run state or worker state: icon, word and colour together, never colour alone. */
export function StatusChip({ value }: { value: Word }) {
  const { tone, icon } = looks[value];
  return (
    <span className={`chip tone-${tone}`}>
      <Icon name={icon} size={12} />
      {word(value)}
    </span>
  );
}

/** A lane reads as a line on a transit map: its name beside a colour that it keeps everywhere. */
export function LaneBadge({ lane }: { lane: string }) {
  return (
    <span className="lane" title={`Lane ${lane}`}>
      <i className={`lane-dot hue-${hueOf(lane)}`} />
      {lane}
    </span>
  );
}

/** One of ten hues of the theme, the same for a name everywhere. */
function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash % 10;
}

/** Time since the last heartbeat; grows amber, then red, as it nears the lease's end. */
export function HeartbeatAge({ at, lateAfter = 12, lostAfter = 30 }: { at: string | null; lateAfter?: number; lostAfter?: number }) {
  const now = useNow();
  if (at === null) return null;
  const seconds = (now - Date.parse(at)) / 1000;
  const tone = seconds > lostAfter ? 'tone-red' : seconds > lateAfter ? 'tone-amber' : 'tone-teal';
  return (
    <span className={`beat ${tone}`} title={`Last heartbeat ${instant(at)}`}>
      <Icon name="heart" size={12} />
      <span className="num">{age(at, now)}</span>
      <span className="sr-only"> since the last heartbeat</span>
    </span>
  );
}

export function Age({ at }: { at: string }) {
  const now = useNow();
  return <time dateTime={at} title={instant(at)} className="num">{age(at, now)}</time>;
}

/** Age as part of a sentence: `just now`, `3m ago`. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  const since = age(at, now);
  return <time dateTime={at} title={instant(at)} className="num">{since === 'now' ? 'just now' : `${since} ago`}</time>;
}

/** What a list is, why it is empty, and the one command that fills it. */
export function Empty({ icon, title, children, command }: { icon: IconName; title: string; children: ReactNode; command?: string }) {
  return (
    <section className="empty">
      <span className="empty-icon"><Icon name={icon} size={22} /></span>
      <h2>{title}</h2>
      <p>{children}</p>
      {command !== undefined && <Command text={command} />}
    </section>
  );
}

/** A command line to copy by selecting it: one click selects all of it. */
export function Command({ text }: { text: string }) {
  return <code className="command">{text}</code>;
}

export function Key({ children }: { children: string }) {
  return <kbd>{children}</kbd>;
}
