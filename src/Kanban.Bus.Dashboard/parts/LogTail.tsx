import { memo, useEffect, useRef, useState } from 'react';
import { Icon } from './Icon';
import type { Line } from './logLines';
import { useLog, type Shown } from './useLog';

const words = { reading: 'reading', following: 'following', ended: 'complete', refused: 'not to be read' };

/** A run's log. It follows the end until the reader scrolls away from it. */
export function LogTail({ runId }: { runId: string }) {
  const [shown, setShown] = useState<Shown>('output');
  const { lines, dropped, events, state, problem } = useLog(runId, shown);
  const box = useRef<HTMLDivElement>(null);
  const [pinned, setPinned] = useState(true);

  useEffect(() => {
    if (pinned && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, pinned]);

  const scrolled = () => {
    const element = box.current;
    if (element !== null) setPinned(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  };
  return (
    <section className="log" aria-label="Log">
      <header className="log-head">
        <span className={state === 'following' ? 'log-state live' : 'log-state'}><i className="pill-dot" />{words[state]}</span>
        <span className="space" />
        {events && <button type="button" className="button" aria-pressed={shown === 'events'} onClick={() => setShown(shown === 'events' ? 'output' : 'events')}>Agent events</button>}
        <span className="hint num">{lines.length + dropped} lines</span>
        <a className="hint" href={`/api/v1/runs/${runId}/log?stream=stdout`} download={`${runId}.stdout.log`}>stdout</a>
        <a className="hint" href={`/api/v1/runs/${runId}/log?stream=stderr`} download={`${runId}.stderr.log`}>stderr</a>
        {events && <a className="hint" href={`/api/v1/runs/${runId}/log?stream=events`} download={`${runId}.events.jsonl`}>events</a>}
      </header>
      <div className="log-box" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" data-log={runId}>
        {dropped > 0 && <p className="log-note">{dropped} older lines are not shown here; the links above have them all.</p>}
        {problem !== undefined && <p className="log-note">{problem}</p>}
        {lines.length === 0 && problem === undefined && <p className="log-note">{state === 'ended' ? 'The run wrote nothing.' : 'Nothing written yet.'}</p>}
        {lines.map((line) => <LogLine key={line.id} line={line} />)}
      </div>
      {!pinned && <button type="button" className="button jump" onClick={() => setPinned(true)}><Icon name="down" size={12} />Jump to the end</button>}
    </section>
  );
}

const LogLine = memo(function LogLine({ line }: { line: Line }) {
  return <div className={line.stream === 'stderr' ? 'line stderr' : 'line'}>{line.text || '\u00a0'}</div>;
});
