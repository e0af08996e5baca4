import { Key } from './Bits';
import { Dialog } from './Dialog';

const shortcuts: [string[], string][] = [
  [['c'], 'New task'],
  [['/'], 'Filter'],
  [['g', 'b'], 'Go to the board'],
  [['g', 'f'], 'Go to the fleet'],
  [['j', 'k', 'h', 'l'], 'Next, previous task; column to the left, to the right'],
  [['Enter'], 'Open the task'],
  [['['], 'Previous task while one is open'],
  [[']'], 'Next task while one is open'],
  [['Esc'], 'Close what is open, clear the filter'],
  [['?'], 'This help'],
];

export function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <dl className="shortcuts">
        {shortcuts.map(([pressed, what]) => (
          <div key={what}>
            <dt>{pressed.map((key) => <Key key={key}>{key}</Key>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">Everything here can also be done by the <code>kanban</code> command: <code>kanban --help</code>.</p>
    </Dialog>
  );
}
