import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, ask } from '../../api/client';
import { Command } from '../../parts/Bits';
import { Logo } from '../../parts/Logo';

/** For a visitor whom the board does not know: a key to type, or how to get a link that needs none. */
export function LoginPage() {
  const cache = useQueryClient();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(api.POST('/api/v1/session', { body: { token: token.trim() } }));
      await cache.resetQueries({ queryKey: ['whoami'] });
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="alone">
      <form className="login" onSubmit={(event) => void submit(event)}>
        <Logo size={40} />
        <h1>Sign in to Kanban.Bus</h1>
        <label className="field">
          <span>Admin key</span>
          <input type="password" name="token" autoComplete="current-password" placeholder="kbk_…" required autoFocus value={token} onChange={(event) => setToken(event.target.value)} />
        </label>
        {problem !== undefined && <p className="form-problem" role="alert">{problem}</p>}
        <button className="button primary" disabled={busy || token.trim() === ''}>{busy ? 'Signing in…' : 'Sign in'}</button>
        <p className="hint">Or get a login link, good once, from a shell that knows the board:</p>
        <Command text="kanban dashboard" />
      </form>
    </main>
  );
}
