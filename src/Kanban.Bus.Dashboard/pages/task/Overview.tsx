import type { TaskDetail, TaskLinkView } from '../../api/types';
import { Link } from '@tanstack/react-router';
import { StatusChip } from '../../parts/Bits';
import type { Search } from '../../router';
import { Comments } from './Comments';
import { Files } from './Files';
import { Question } from './Question';

/** What to do, what it hangs on, what came out, and what people said. */
export function Overview({ detail }: { detail: TaskDetail }) {
  const { task } = detail;
  return (
    <>
      {task.question != null && <Question taskKey={task.key} question={task.question} />}
      {task.summary !== null && task.summary !== '' && (
        <section className="part"><h2>Result</h2><pre className="text">{task.summary}</pre></section>
      )}
      <section className="part">
        <h2>Body</h2>
        {detail.body === '' ? <p className="hint">This task has no body: its title is all there is.</p> : <pre className="text code">{detail.body}</pre>}
      </section>
      {detail.acceptance != null && (
        <section className="part"><h2>It is done when</h2><pre className="text">{detail.acceptance}</pre></section>
      )}
      <Links title="Parents" links={detail.parents} />
      <Links title="Children" links={detail.children} />
      {detail.metadata !== null && (
        <section className="part"><h2>Metadata</h2><pre className="text code">{JSON.stringify(detail.metadata, null, 2)}</pre></section>
      )}
      <Files detail={detail} />
      <Comments taskKey={task.key} comments={detail.comments} />
    </>
  );
}

function Links({ title, links }: { title: string; links: TaskLinkView[] }) {
  if (links.length === 0) return null;
  return (
    <section className="part">
      <h2>{title}</h2>
      <ul className="links">
        {links.map((link) => (
          <li key={link.key}>
            <Link to="/tasks/$key" params={{ key: link.key }} search={(held: Search) => ({ ...held, run: undefined, tab: undefined })}>
              <span className="key">{link.key}</span>
              <span className="link-title">{link.title}</span>
              <StatusChip value={link.status} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
