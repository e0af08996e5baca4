import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask } from '../../api/client';
import type { RunView } from '../../api/types';
import { StatusChip } from '../../parts/Bits';

/** Names the run whose log is followed. A run that has left the fleet by now is asked for by itself. */
export function RunLink({ id, run, titles }: { id: string; run: RunView | undefined; titles: Record<string, string> }) {
  const asked = useQuery({
    queryKey: ['run', id],
    enabled: run === undefined,
    queryFn: ({ signal }) => ask(api.GET('/api/v1/runs/{runId}', { params: { path: { runId: id } }, signal })),
  });
  const shown = run ?? asked.data;
  if (shown === undefined) return null;
  return (
    <header className="followed">
      <Link to="/tasks/$key" params={{ key: shown.taskKey }} search={{}} className="key">{shown.taskKey}</Link>
      <span className="num hint">run {shown.number}</span>
      <StatusChip value={shown.state} />
      <span className="followed-title">{titles[shown.taskKey] ?? ''}</span>
    </header>
  );
}
