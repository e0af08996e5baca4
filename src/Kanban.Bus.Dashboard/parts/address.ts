import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Search } from '../router';

/** `web` of `web-42`: a task's key is its board's key and a number. */
export function boardOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('-')));
}

/** What the address says, and how to change a part of it. */
export function useAddress() {
  const search: Search = useSearch({ strict: false });
  const params: { board?: string; key?: string } = useParams({ strict: false });
  const navigate = useNavigate();

  const set = useCallback((change: Search, replace = true) => navigate({ to: '.', search: (held: Search) => ({ ...held, ...change }), replace }), [navigate]);
  const board = params.board ?? (params.key !== undefined && search.scope !== 'all' ? boardOf(params.key) : '');
  return { search, set, board, openTask: params.key };
}
