import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { EventApplier } from './applyEvents';
import { EventStream, type Live } from './eventStream';

const connecting: Live = { state: 'connecting', since: 0 };
const Context = createContext<EventStream | undefined>(undefined);

/** Keeps one event stream open for the whole page and applies what it says. */
export function LiveProvider({ children, signedOut }: { children: ReactNode; signedOut: () => void }) {
  const cache = useQueryClient();
  const [stream, setStream] = useState<EventStream>();

  useEffect(() => {
    const applier = new EventApplier(cache);
    const opened = new EventStream(applier.apply, applier.resync, signedOut);
    setStream(opened);
    void opened.open();
    return () => opened.close();
  }, [cache, signedOut]);

  return <Context value={stream}>{children}</Context>;
}

/** State of the page's connection. */
export function useLive(): Live {
  const stream = useContext(Context);
  return useSyncExternalStore(stream?.subscribe ?? never, stream?.snapshot ?? (() => connecting));
}

const never = () => () => {};
