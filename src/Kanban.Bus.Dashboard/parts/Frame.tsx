import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask } from '../api/client';
import { CreateTask } from '../pages/create/CreateTask';
import { useAddress } from './address';
import { Alarms } from './Alarms';
import { ConnectionPill } from './ConnectionPill';
import { Help } from './Help';
import { Icon } from './Icon';
import { Logo } from './Logo';
import { useTheme, type Theme } from './theme';
import { useToast } from './Toasts';
import { useShortcuts } from './useShortcuts';

const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const themeIcon = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** What stands around every page: where one is, the connection, and what can be done from anywhere. */
export function Frame({ me }: { me: { name: string; boardVersion: string } }) {
  const { search, set, board } = useAddress();
  const navigate = useNavigate();
  const onFleet = useLocation({ select: (at) => at.pathname.startsWith('/fleet') });
  const [theme, setTheme] = useTheme();
  const [help, setHelp] = useState(false);
  const signOut = useSignOut();

  useShortcuts({
    '?': () => setHelp(true),
    c: () => void set({ create: true }),
    'g b': () => void navigate({ to: '/' }),
    'g f': () => void navigate({ to: '/fleet' }),
    '/': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
  });

  return (
    <div className="frame">
      <a className="skip" href="#page">Skip to the page</a>
      <header className="bar">
        <Link to="/" className="brand"><Logo />Kanban.Bus</Link>
        <nav aria-label="Pages">
          <Link to="/" className={onFleet ? 'tab' : 'tab here'} activeOptions={{ exact: true }}><Icon name="board" />Board</Link>
          <Link to="/fleet" className={onFleet ? 'tab here' : 'tab'}><Icon name="fleet" />Fleet</Link>
        </nav>
        <span className="space" />
        <Alarms />
        <ConnectionPill />
        <button type="button" className="button primary" aria-label="New task" onClick={() => void set({ create: true })}>
          <Icon name="plus" /><span className="label">New task</span><kbd>c</kbd>
        </button>
        <button type="button" className="icon-button" aria-label={`Theme: ${theme}. Switch to ${nextTheme[theme]}.`} title={`Theme: ${theme}`} onClick={() => setTheme(nextTheme[theme])}>
          <Icon name={themeIcon[theme]} size={16} />
        </button>
        <button type="button" className="icon-button shortcuts" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={() => setHelp(true)}><Icon name="help" size={16} /></button>
        <button type="button" className="who" title={`Signed in as ${me.name} · board version ${me.boardVersion}`} onClick={() => void signOut()}>Sign out</button>
      </header>
      <main id="page" className="page"><Outlet /></main>
      {help && <Help close={() => setHelp(false)} />}
      {search.create === true && <CreateTask board={board} close={() => void set({ create: undefined })} />}
    </div>
  );
}

function useSignOut(): () => Promise<void> {
  const say = useToast();
  return async () => {
    try {
      await ask(api.DELETE('/api/v1/session'));
      location.assign('/');
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
    }
  };
}
