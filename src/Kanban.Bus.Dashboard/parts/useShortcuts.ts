import { useEffect, useRef } from 'react';

/** Time for the second key of a sequence such as `g b`. */
const sequenceMs = 800;

/** Keys (`c`, `?`, `g b`, `Escape`) that act anywhere but in an input, with no modifier held. */
export function useShortcuts(shortcuts: Record<string, () => void>): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;

  useEffect(() => {
    let first = { key: '', at: 0 };
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      const sequence = event.timeStamp - first.at < sequenceMs ? `${first.key} ${event.key}` : '';
      const action = current.current[sequence] ?? current.current[event.key];
      first = { key: event.key, at: event.timeStamp };
      if (action === undefined) return;
      event.preventDefault();
      first = { key: '', at: 0 };
      action();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
