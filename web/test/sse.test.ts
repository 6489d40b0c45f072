import { describe, expect, it } from "vitest";
import { EventParser, type ServerEvent } from "../src/api/sse";

const STREAM =
  ': hello\n\nevent: text\nid: 5\ndata: {"text":"Höhe"}\n\r\nevent: text\r\nid: 9\r\ndata: a\r\ndata: b\r\n\r\nid: 10\n\ndata:x\n\nevent: end\ndata: {}\n\n';

const EVENTS: ServerEvent[] = [
  { event: "text", id: "5", data: '{"text":"Höhe"}' },
  { event: "text", id: "9", data: "a\nb" },
  { event: "message", id: "10", data: "x" },
  { event: "end", id: "10", data: "{}" },
];

function parse(chunks: readonly string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

describe("EventParser", () => {
  it("reads a whole stream", () => {
    expect(parse([STREAM])).toEqual(EVENTS);
  });

  it("reads the same wherever the stream is cut in two", () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      expect(parse([STREAM.slice(0, cut), STREAM.slice(cut)]), `cut at ${cut}`).toEqual(EVENTS);
    }
  });

  it("reads the same letter by letter", () => {
    expect(parse(STREAM.split(""))).toEqual(EVENTS);
  });

  it("keeps back an event that has not ended", () => {
    expect(parse(["data: half\n"])).toEqual([]);
  });

  it("gives up an event that never ends instead of keeping it all", () => {
    const parser = new EventParser(() => undefined);
    const line = `data: ${"x".repeat(1 << 20)}\n`;
    expect(() => {
      for (let i = 0; i < 32; i++) parser.push(line);
    }).toThrow(RangeError);
  });
});
