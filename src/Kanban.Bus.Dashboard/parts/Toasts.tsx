import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import { Icon } from './Icon';

type Toast = { id: number; text: string; tone: 'red' | 'green' };
type Say = (text: string, tone?: Toast['tone']) => void;

const Context = createContext<Say>(() => {});
let last = 0;

/** Short answers to what a person just did. Errors stay until they are closed. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const drop = useCallback((id: number) => setToasts((held) => held.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>((text, tone = 'red') => {
    const id = ++last;
    setToasts((held) => [...held.slice(-3), { id, text, tone }]);
    if (tone === 'green') setTimeout(() => drop(id), 4_000);
  }, [drop]);

  return (
    <Context value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast tone-${toast.tone}`}>
            <Icon name={toast.tone === 'red' ? 'warn' : 'check'} />
            <span>{toast.text}</span>
            <button type="button" className="icon-button" aria-label="Close" onClick={() => drop(toast.id)}><Icon name="close" size={12} /></button>
          </div>
        ))}
      </div>
    </Context>
  );
}

export function useToast(): Say {
  return useContext(Context);
}
