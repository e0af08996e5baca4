import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../parts/live/store';
import { useToast } from '../../parts/Toasts';

/** Runs one call that changes a task; shows the board's sentence when it refuses, and the task as it is now in both cases. */
export function useTaskAction(taskKey: string): { act: (call: () => Promise<unknown>, done?: string) => Promise<boolean>; busy: boolean } {
  const cache = useQueryClient();
  const say = useToast();
  const [busy, setBusy] = useState(false);

  const act = async (call: () => Promise<unknown>, done?: string) => {
    setBusy(true);
    try {
      await call();
      if (done !== undefined) say(done, 'green');
      return true;
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
      return false;
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: keys.task(taskKey) });
    }
  };
  return { act, busy };
}
