export type Line = { id: number; stream: string; text: string };

/** Lines kept on the page; older ones are in the log that `kanban task logs` prints. */
const most = 5_000;

/** Longest line shown whole. */
const widest = 4_000;

// Colours, cursor movements and titles of terminals: this page shows text only.
const terminal = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]/g;

/** Puts the pieces of a run's streams together to lines. A character cut between two pieces is whole again. */
export class LogLines {
  private lines: Line[] = [];
  /** Per stream, the line that has no end yet. */
  private readonly open = new Map<string, { line: Line; raw: string }>();
  private readonly decoders = new Map<string, TextDecoder>();
  private count = 0;
  private dropped = 0;

  add(stream: string, base64: string): void {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    let decoder = this.decoders.get(stream);
    if (decoder === undefined) this.decoders.set(stream, (decoder = new TextDecoder()));
    this.write(stream, decoder.decode(bytes, { stream: true }));
  }

  /** The run is over: a half character that waited for its rest is shown as it is. */
  end(): void {
    for (const [stream, decoder] of this.decoders) this.write(stream, decoder.decode());
  }

  snapshot(): { lines: Line[]; dropped: number } {
    return { lines: [...this.lines], dropped: this.dropped };
  }

  private write(stream: string, text: string): void {
    if (text === '') return;
    const parts = text.split('\n');
    parts.forEach((part, index) => {
      const last = index === parts.length - 1;
      if (!(last && part === '')) this.append(stream, part);
      if (!last) this.open.delete(stream);
    });
    const over = this.lines.length - most;
    if (over > 0) {
      this.lines.splice(0, over);
      this.dropped += over;
    }
  }

  private append(stream: string, part: string): void {
    const held = this.open.get(stream);
    // A progress bar writes over its own line, for hours perhaps: only the last version is kept, which is what a terminal would show.
    const raw = ((held?.raw ?? '') + part).replace(/^[^]*\r(?=[^\r])/, '').slice(0, widest);
    const text = raw.replace(terminal, '').replace(/\r+$/, '');
    // A new object, so that a line rendered before is rendered again.
    const line = { id: held?.line.id ?? ++this.count, stream, text };
    if (held === undefined) this.lines.push(line);
    else this.lines[this.lines.lastIndexOf(held.line)] = line;
    this.open.set(stream, { line, raw });
  }
}
