/** Parses a stream of server-sent events from text that arrives cut anywhere, also inside a line end. */

export interface ServerEvent {
  event: string;
  data: string;
  /** The last id seen so far, "" before the first. */
  id: string;
}

/** An event longer than this is not ours; the stream is given up rather than the page's memory. */
const EVENT_LENGTH_MAX = 16 * 1024 * 1024;

export class EventParser {
  private rest = "";
  private event = "";
  private data: string[] = [];
  private id = "";
  private dataLength = 0;
  /** A CR ended the last line of a chunk: an LF that opens the next chunk belongs to it. */
  private afterCr = false;

  constructor(private readonly emit: (event: ServerEvent) => void) {}

  push(chunk: string): void {
    let text = chunk;
    if (this.afterCr && text.length > 0) {
      this.afterCr = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    text = this.rest + text;
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      if (end < 0) break;
      this.line(text.slice(start, end));
      start = end + 1;
      if (text[end] === "\r") {
        if (start === text.length) this.afterCr = true;
        else if (text[start] === "\n") start++;
      }
    }
    this.rest = text.slice(start);
    if (this.rest.length + this.dataLength > EVENT_LENGTH_MAX) throw new RangeError("an event is too long");
  }

  private line(line: string): void {
    if (line === "") {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "data") {
      this.data.push(value);
      this.dataLength += value.length;
    } else if (field === "event") this.event = value;
    else if (field === "id") this.id = value;
  }

  private dispatch(): void {
    if (this.data.length > 0) {
      this.emit({ event: this.event === "" ? "message" : this.event, data: this.data.join("\n"), id: this.id });
    }
    this.event = "";
    this.data = [];
    this.dataLength = 0;
  }
}

function lineEnd(text: string, from: number): number {
  const lf = text.indexOf("\n", from);
  const cr = text.indexOf("\r", from);
  if (lf < 0) return cr;
  return cr < 0 || lf < cr ? lf : cr;
}
