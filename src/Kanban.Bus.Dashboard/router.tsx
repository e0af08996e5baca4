import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { App } from './App';
import { BoardPage } from './pages/board/BoardPage';
import { FleetPage } from './pages/fleet/FleetPage';
import { TaskDrawer } from './pages/task/TaskDrawer';
import { Empty } from './parts/Bits';

export type Tab = 'overview' | 'log' | 'history';

/** What the address says beside its path. Every page keeps what it does not use, so that going back shows the same. */
export type Search = {
  /** Filter text. */
  q?: string;
  lane?: string;
  host?: string;
  /** The create form is open. */
  create?: true;
  /** `all`: the drawer was opened over the tasks of all boards. */
  scope?: 'all';
  tab?: Tab;
  /** The run whose log is shown. */
  run?: string;
};

const text = (value: unknown) => (value === undefined || value === '' ? undefined : String(value));
const tabs: readonly unknown[] = ['overview', 'log', 'history'];

const root = createRootRoute({
  component: App,
  notFoundComponent: () => (
    <Empty icon="search" title="No such page">This address leads nowhere. The board and the fleet are above.</Empty>
  ),
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: text(search.q),
    lane: text(search.lane),
    host: text(search.host),
    create: search.create === true ? true : undefined,
    scope: search.scope === 'all' ? 'all' : undefined,
    tab: tabs.includes(search.tab) ? (search.tab as Tab) : undefined,
    run: text(search.run),
  }),
});

const board = createRoute({ getParentRoute: () => root, id: 'board', component: BoardPage });

const routes = root.addChildren([
  board.addChildren([
    createRoute({ getParentRoute: () => board, path: '/' }),
    createRoute({ getParentRoute: () => board, path: '/b/$board' }),
    createRoute({ getParentRoute: () => board, path: '/tasks/$key', component: TaskDrawer }),
  ]),
  createRoute({ getParentRoute: () => root, path: '/fleet', component: FleetPage }),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: false,
  defaultErrorComponent: ({ error }) => (
    <Empty icon="warn" title="This page broke">
      {error instanceof Error ? error.message : String(error)} Reload it; if it breaks again, tell us what you did. The board itself is not affected.
    </Empty>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
