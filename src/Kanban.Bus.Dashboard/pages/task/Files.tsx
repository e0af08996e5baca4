import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ChangeEvent } from 'react';
import { api, ask } from '../../api/client';
import type { TaskDetail } from '../../api/types';
import { keys } from '../../parts/live/store';
import { useTaskAction } from './useTaskAction';

/** As much of a file as goes with one call; the board's limit. */
const pieceBytes = 1024 * 1024;

/** What the task's runs left, and what people attached; newest first. */
export function Files({ detail }: { detail: TaskDetail }) {
  const { key, version } = detail.task;
  const cache = useQueryClient();
  const { act, busy } = useTaskAction(key);
  const files = useQuery({
    queryKey: [...keys.task(key), 'files', version, detail.runs.length],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/tasks/{key}/artifacts', { params: { path: { key }, query: { limit: 200 } }, signal })),
  });
  const attach = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = [...(event.target.files ?? [])];
    event.target.value = '';
    for (const file of chosen) await act(() => upload(key, file), `${file.name} is attached.`);
    await cache.invalidateQueries({ queryKey: keys.task(key) });
  };
  const items = files.data?.items ?? [];

  return (
    <section className="part" aria-label="Files">
      <h2>Files</h2>
      {items.length > 0 && (
        <ul className="links">
          {items.map((file) => (
            <li key={file.id} className="file">
              <a href={`/api/v1/tasks/${key}/artifacts/${file.id}`} download>
                <span className="link-title">{file.name}</span>
                <span className="hint num">{size(file.sizeBytes)}</span>
                <span className="hint">{file.run === null ? 'attached' : `run #${file.run}, ${file.runState}`}</span>
              </a>
              {file.contentType !== 'application/octet-stream' && <a className="hint" href={`/api/v1/tasks/${key}/artifacts/${file.id}/preview`} target="_blank" rel="noopener noreferrer">preview</a>}
            </li>
          ))}
        </ul>
      )}
      {files.data?.nextCursor != null && <p className="hint">There are more; kanban task artifacts {key} lists them all.</p>}
      {files.error !== null && <p className="hint">{files.error.message}</p>}
      <label className="field">
        <span className="hint">Attach files: the task's next run finds them in its workspace.</span>
        <input type="file" multiple disabled={busy} onChange={(event) => void attach(event)} />
      </label>
    </section>
  );
}

async function upload(key: string, file: File): Promise<void> {
  let { id, nextOffset, stored } = await ask(api.POST('/api/v1/tasks/{key}/attachments', { params: { path: { key } }, body: { name: file.name, sizeBytes: file.size } }));
  while (!stored) {
    const path = { key, id };
    ({ nextOffset, stored } =
      nextOffset < file.size
        ? await ask(api.PUT('/api/v1/tasks/{key}/attachments/{id}', {
            params: { path, query: { offset: nextOffset } },
            body: file.slice(nextOffset, nextOffset + pieceBytes) as unknown as string,
            bodySerializer: (body) => body as unknown as BodyInit,
            headers: { 'Content-Type': 'application/octet-stream' },
          }))
        : await ask(api.POST('/api/v1/tasks/{key}/attachments/{id}/commit', { params: { path } })));
  }
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
