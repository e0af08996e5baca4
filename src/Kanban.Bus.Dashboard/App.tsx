import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, ApiError, ask } from './api/client';
import { LoginPage } from './pages/login/LoginPage';
import { Empty } from './parts/Bits';
import { Frame } from './parts/Frame';
import { LiveProvider } from './parts/live/LiveProvider';

/** The board's answer to "who am I" decides what a visitor sees: the pages, the login, or why neither. */
export function App() {
  const cache = useQueryClient();
  const me = useQuery({
    queryKey: ['whoami'],
    queryFn: () => ask(api.GET('/api/v1/whoami')),
    refetchInterval: (query) => (query.state.status === 'error' && !isSignedOut(query.state.error) ? 3_000 : false),
  });
  const signedOut = useCallback(() => void cache.resetQueries({ queryKey: ['whoami'] }), [cache]);

  if (isSignedOut(me.error)) return <LoginPage />;
  if (me.isError)
    return (
      <main className="alone">
        <Empty icon="warn" title="The board is away" command="kanban up">
          {me.error.message} This page goes on by itself once it answers. To start a board on this machine:
        </Empty>
      </main>
    );
  if (me.data === undefined) return <main className="alone" aria-busy="true" />;
  return (
    <LiveProvider signedOut={signedOut}>
      <Frame me={me.data} />
    </LiveProvider>
  );
}

function isSignedOut(error: Error | null): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}
