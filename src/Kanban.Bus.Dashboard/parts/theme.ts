import { useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const stored = 'kanban-theme';

/** The reader's theme; `public/theme.js` applies it before the first paint. */
export function useTheme(): [Theme, (next: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system');
  const choose = (next: Theme) => {
    if (next === 'system') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(stored);
    } else {
      document.documentElement.dataset.theme = next;
      localStorage.setItem(stored, next);
    }
    setTheme(next);
  };
  return [theme, choose];
}
