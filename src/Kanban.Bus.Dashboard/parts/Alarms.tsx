import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask } from '../api/client';
import type { AlarmView } from '../api/types';
import { Ago } from './Bits';
import { Dialog } from './Dialog';
import { Icon } from './Icon';
import { keys } from './live/store';
import { useToast } from './Toasts';

/** How many alarms nobody sees to yet; behind it, all that are open. There is nothing to see where nothing is wrong. */
export function Alarms() {
  const [open, setOpen] = useState(false);
  const { data } = useQuery({ queryKey: keys.alarms, queryFn: ({ signal }) => ask(api.GET('/api/v1/alarms', { params: { query: { limit: 200 } }, signal })) });
  const alarms = data?.items ?? [];
  if (alarms.length === 0 && !open) return null;
  const unseen = alarms.filter((alarm) => alarm.acknowledgedAt === null).length;
  const shown = unseen > 0 ? unseen : alarms.length;
  const words = `${shown === 1 ? 'alarm' : 'alarms'}${unseen === 0 ? ' seen to' : ''}`;
  return (
    <>
      <button type="button" className={`pill ${unseen > 0 ? 'tone-red' : 'tone-quiet'} alarms`} aria-label={`${shown} ${words}`} onClick={() => setOpen(true)}>
        <Icon name="warn" size={12} />
        {shown}<span className="label">{words}</span>
      </button>
      {open && (
        <Dialog title="Alarms" wide close={() => setOpen(false)}>
          <p className="hint">Each goes by itself when its cause is gone.</p>
          <ul className="alarm-list">{alarms.map((alarm) => <Row key={alarm.id} alarm={alarm} close={() => setOpen(false)} />)}</ul>
          {alarms.length === 0 && <p>Nothing is wrong any more.</p>}
        </Dialog>
      )}
    </>
  );
}

function Row({ alarm, close }: { alarm: AlarmView; close: () => void }) {
  const cache = useQueryClient();
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const acknowledge = async () => {
    setBusy(true);
    try {
      await ask(api.POST('/api/v1/alarms/{id}/acknowledge', { params: { path: { id: alarm.id } }, body: {} }));
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: keys.alarms });
    }
  };
  return (
    <li data-alarm={alarm.kind}>
      <div>
        <strong>{alarm.kind.replaceAll('-', ' ')}</strong>{' '}
        {alarm.kind === 'too-many-runs'
          ? <Link to="/tasks/$key" params={{ key: alarm.subject }} search={{}} className="key" onClick={close}>{alarm.subject}</Link>
          : <span className="key">{alarm.subject}</span>}{' '}
        <span className="hint"><Ago at={alarm.since} />{alarm.count > 1 && `, ${alarm.count} times`}</span>
        <p>{alarm.reason}</p>
        {alarm.acknowledgedBy !== null && <p className="hint">{alarm.acknowledgedBy} sees to it{alarm.note !== null && `: ${alarm.note}`}</p>}
      </div>
      {alarm.acknowledgedAt === null && <button type="button" className="button small" disabled={busy} onClick={() => void acknowledge()}>Acknowledge</button>}
    </li>
  );
}
