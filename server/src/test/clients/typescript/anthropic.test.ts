/** Anthropic's own client against a running server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic, { toFile } from "@anthropic-ai/sdk";
import { BASE, CITY, KEY, MODEL, SLOW, describesCity, limitedKey } from "./common.js";

const TOOL: Anthropic.Tool = { name: "population", description: "How many live in a city.", input_schema: CITY };
const QUESTION: Anthropic.MessageParam[] = [{ role: "user", content: "Name three rivers." }];

const client = connect(KEY, 0);

function connect(apiKey: string, maxRetries: number): Anthropic {
  return new Anthropic({ baseURL: BASE, apiKey, maxRetries });
}

test("a message", async () => {
  const message = await client.messages.create({ model: MODEL, max_tokens: 12, system: "Be brief.", messages: QUESTION });
  assert.equal(message.content[0]?.type, "text");
  assert.ok(["end_turn", "max_tokens"].includes(String(message.stop_reason)));
  assert.ok(message.usage.output_tokens <= 12);
  assert.match(String(message._request_id), /^req_/);
});

test("a stream", async () => {
  let text = "";
  const types: string[] = [];
  const stream = client.messages.stream({ model: MODEL, max_tokens: 12, messages: QUESTION });
  stream.on("text", (more) => (text += more)).on("streamEvent", (event) => types.push(event.type));
  const final = await stream.finalMessage();
  assert.deepEqual(final.content, [{ type: "text", text }]);
  assert.deepEqual([types[0], types[1], ...types.slice(-3)], [
    "message_start",
    "content_block_start",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("a stream that its reader leaves", async () => {
  const stream = await client.messages.create({ model: SLOW, max_tokens: 100, messages: QUESTION, stream: true });
  for await (const event of stream) {
    if (event.type === "content_block_delta") {
      break;
    }
  }
  assert.ok(stream.controller.signal.aborted);
});

test("a tool loop", async () => {
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: "How many live in Oslo?" }];
  const asked = await client.messages
    .stream({ model: MODEL, max_tokens: 200, messages, tools: [TOOL], tool_choice: { type: "tool", name: "population" } })
    .finalMessage();
  assert.equal(asked.stop_reason, "tool_use");
  const call = asked.content.at(-1);
  assert.ok(call?.type === "tool_use" && describesCity(call.input));
  messages.push({ role: "assistant", content: asked.content });
  messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "717,710" }] });
  const answer = await client.messages.create({ model: MODEL, max_tokens: 12, messages, tools: [TOOL], tool_choice: { type: "none" } });
  assert.equal(answer.content[0]?.type, "text");
});

test("structured output", async () => {
  const message = await client.messages.create({
    model: MODEL,
    max_tokens: 200,
    messages: [{ role: "user", content: "Describe Oslo." }],
    output_config: { format: { type: "json_schema", schema: CITY } },
  });
  const block = message.content[0];
  assert.ok(block?.type === "text" && describesCity(JSON.parse(block.text)));
});

test("counted tokens are those that a message uses", async () => {
  const count = await client.messages.countTokens({ model: MODEL, messages: QUESTION });
  const { usage } = await client.messages.create({ model: MODEL, max_tokens: 1, messages: QUESTION });
  assert.equal(count.input_tokens, usage.input_tokens + (usage.cache_read_input_tokens ?? 0));
});

test("models", async () => {
  const ids: string[] = [];
  for await (const model of client.models.list({ limit: 1 })) {
    ids.push(model.id);
  }
  assert.ok(ids.includes(MODEL) && ids.includes(SLOW));
  assert.equal((await client.models.retrieve("stoa-latest")).id, MODEL);
});

test("files", async () => {
  const file = await toFile(Buffer.from("Po, Ebro, Loire"), "rivers.txt", { type: "text/plain" });
  const made = await client.files.upload({ file });
  assert.deepEqual([made.filename, made.size_bytes, made.mime_type], ["rivers.txt", 15, "text/plain"]);
  assert.equal(await (await client.files.download(made.id)).text(), "Po, Ebro, Loire");
  assert.equal((await client.files.delete(made.id)).id, made.id);
  await assert.rejects(client.files.retrieveMetadata(made.id), Anthropic.NotFoundError);
});

test("documents, as text and as a PDF that is none", async () => {
  const data = "The Po is 652 km long. The Ebro is 930 km long.";
  const document: Anthropic.DocumentBlockParam = {
    type: "document",
    source: { type: "text", media_type: "text/plain", data },
    citations: { enabled: true },
  };
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: [document, { type: "text", text: "Repeat it." }] }];
  const final = await client.messages.stream({ model: MODEL, max_tokens: 40, messages }).finalMessage();
  for (const block of final.content) {
    // What the model cites is its own affair; it must stand there.
    for (const citation of (block.type === "text" && block.citations) || []) {
      assert.equal(citation.type, "char_location");
      assert.ok(citation.type === "char_location" && data.slice(citation.start_char_index, citation.end_char_index) === citation.cited_text);
    }
  }
  document.source = { type: "base64", media_type: "application/pdf", data: "bm90aGluZw==" };
  await assert.rejects(client.messages.create({ model: MODEL, max_tokens: 1, messages }), (error: Error) => {
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.match(error.message, /messages\.0\.content\.0\.source\.data: is not a PDF/);
    return true;
  });
});

test("errors", async () => {
  const ask = { model: MODEL, max_tokens: 5, messages: QUESTION };
  await assert.rejects(connect("sk-none", 0).messages.create(ask), (error) => {
    assert.ok(error instanceof Anthropic.AuthenticationError);
    assert.equal(error.status, 401);
    assert.equal(error.type, "authentication_error");
    return true;
  });
  await assert.rejects(client.messages.create({ ...ask, messages: [] }), Anthropic.BadRequestError);
  await assert.rejects(client.messages.create({ ...ask, model: "none" }), Anthropic.NotFoundError);
});

test("a rate limit is waited for", async () => {
  const key = await limitedKey({ in_flight: 1 });
  const ask = { model: SLOW, max_tokens: 100, messages: QUESTION };
  const busy = await connect(key, 0).messages.create({ ...ask, stream: true });
  const events = busy[Symbol.asyncIterator]();
  await events.next();
  await assert.rejects(connect(key, 0).messages.create(ask), Anthropic.RateLimitError);
  const waiting = connect(key, 8).messages.create(ask);
  for (let next = await events.next(); !next.done; next = await events.next());
  assert.equal((await waiting).usage.output_tokens, 25);
});
