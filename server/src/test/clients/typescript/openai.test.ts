/** OpenAI's own client against a running server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";
import { BASE, CITY, KEY, MODEL, SLOW, describesCity, limitedKey } from "./common.js";

type Message = OpenAI.ChatCompletionMessageParam;

const FUNCTION = { name: "population", description: "How many live in a city.", parameters: CITY, strict: true };
const QUESTION: Message[] = [{ role: "user", content: "Name three rivers." }];
const EMBEDDER = "all-minilm-l6-v2";

const client = connect(KEY, 0);

function connect(apiKey: string, maxRetries: number): OpenAI {
  return new OpenAI({ baseURL: `${BASE}/v1`, apiKey, maxRetries });
}

test("a chat, whole and streamed", async () => {
  const ask = { model: MODEL, max_completion_tokens: 12, messages: QUESTION, temperature: 0 };
  const whole = await client.chat.completions.create(ask);
  let text = "";
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0]?.message.content);
  assert.equal(usage?.completion_tokens, whole.usage?.completion_tokens);
  assert.match(String(whole._request_id), /^req_/);
});

test("a tool loop of a chat", async () => {
  const messages: Message[] = [{ role: "user", content: "How many live in Oslo?" }];
  const tools: OpenAI.ChatCompletionTool[] = [{ type: "function", function: FUNCTION }];
  const asked = await client.chat.completions
    .stream({ model: MODEL, max_completion_tokens: 200, messages, tools, tool_choice: "required", parallel_tool_calls: false })
    .finalChatCompletion();
  const message = asked.choices[0]?.message;
  assert.ok(message?.tool_calls?.length);
  messages.push(message);
  for (const call of message.tool_calls) {
    assert.ok(call.type === "function" && describesCity(JSON.parse(call.function.arguments)));
    messages.push({ role: "tool", tool_call_id: call.id, content: "717,710" });
  }
  const answer = await client.chat.completions.create({ model: MODEL, max_completion_tokens: 12, messages, tools, tool_choice: "none" });
  assert.ok(answer.choices[0]?.message.content);
});

test("a chat that calls tools by itself", async () => {
  const called: unknown[] = [];
  const runner = client.chat.completions.runTools(
    {
      model: MODEL,
      max_completion_tokens: 200,
      messages: [{ role: "user", content: "How many live in Rome?" }],
      tool_choice: "required",
      parallel_tool_calls: false,
      tools: [
        {
          type: "function",
          function: {
            ...FUNCTION,
            parse: JSON.parse,
            function: (city: object) => {
              called.push(city);
              return "2,750,000";
            },
          },
        },
      ],
    },
    { maxChatCompletions: 1 },
  );
  await runner.done().catch(() => undefined);
  assert.ok(called.length > 0 && called.every(describesCity));
});

test("structured output of a chat", async () => {
  const answer = await client.chat.completions.create({
    model: MODEL,
    max_completion_tokens: 200,
    messages: [{ role: "user", content: "Describe Oslo." }],
    response_format: { type: "json_schema", json_schema: { name: "city", strict: true, schema: CITY } },
  });
  assert.ok(describesCity(JSON.parse(String(answer.choices[0]?.message.content))));
});

test("a response, whole and streamed", async () => {
  const ask = { model: MODEL, max_output_tokens: 12, input: "Name three rivers.", temperature: 0, store: false };
  const whole = await client.responses.create(ask);
  assert.ok(whole.output_text);
  let text = "";
  let last = "";
  for await (const event of await client.responses.create({ ...ask, stream: true })) {
    text += event.type === "response.output_text.delta" ? event.delta : "";
    last = event.type;
  }
  assert.equal(text, whole.output_text);
  assert.equal(last, `response.${whole.status}`);
});

test("a tool loop of responses", async () => {
  const tool: OpenAI.Responses.FunctionTool = { type: "function", ...FUNCTION };
  const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "How many live in Oslo?" }];
  const ask = { model: MODEL, tools: [tool], store: false };
  const asked = await client.responses.create({ ...ask, input, max_output_tokens: 200, tool_choice: "required", parallel_tool_calls: false });
  for (const item of asked.output) {
    assert.ok(item.type === "function_call" && describesCity(JSON.parse(item.arguments)));
    input.push(item, { type: "function_call_output", call_id: item.call_id, output: "717,710" });
  }
  const answer = await client.responses.create({ ...ask, input, max_output_tokens: 12, tool_choice: "none" });
  assert.ok(answer.output_text);
});

test("a completion", async () => {
  const answer = await client.completions.create({ model: MODEL, prompt: "The river", max_tokens: 6, temperature: 0 });
  assert.ok(answer.choices[0]?.text);
});

test("embeddings, which come as base64", async () => {
  const made = await client.embeddings.create({ model: EMBEDDER, input: ["a river", "a stream"] });
  assert.deepEqual(made.data.map((item) => item.embedding.length), [384, 384]);
});

test("models", async () => {
  const ids: string[] = [];
  for await (const model of client.models.list()) {
    ids.push(model.id);
  }
  assert.ok(ids.includes(MODEL) && ids.includes(EMBEDDER));
});

test("files", async () => {
  const made = await client.files.create({ file: await toFile(Buffer.from("Po, Ebro, Loire"), "rivers.txt"), purpose: "user_data" });
  assert.deepEqual([made.filename, made.bytes], ["rivers.txt", 15]);
  assert.equal(await (await client.files.content(made.id)).text(), "Po, Ebro, Loire");
  assert.ok((await client.files.delete(made.id)).deleted);
  await assert.rejects(client.files.retrieve(made.id), OpenAI.NotFoundError);
});

test("errors", async () => {
  const ask = { model: MODEL, max_completion_tokens: 5, messages: QUESTION };
  await assert.rejects(connect("sk-none", 0).chat.completions.create(ask), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.deepEqual([error.status, error.code], [401, "invalid_api_key"]);
    return true;
  });
  await assert.rejects(client.chat.completions.create({ ...ask, n: 99 }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "n");
    return true;
  });
  await assert.rejects(client.chat.completions.create({ ...ask, model: "none" }), OpenAI.NotFoundError);
});

test("a rate limit is waited for", async () => {
  const key = await limitedKey({ in_flight: 1 });
  const ask = { model: SLOW, max_completion_tokens: 100, messages: QUESTION };
  const busy = await connect(key, 0).chat.completions.create({ ...ask, stream: true });
  const events = busy[Symbol.asyncIterator]();
  await events.next();
  await assert.rejects(connect(key, 0).chat.completions.create(ask), OpenAI.RateLimitError);
  const waiting = connect(key, 8).chat.completions.create(ask);
  for (let next = await events.next(); !next.done; next = await events.next());
  assert.equal((await waiting).usage?.completion_tokens, 25);
});
