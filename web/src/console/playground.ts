/**
 * What the playground sends and the code that sends the same: the body is made once, and every piece of code is written
 * from it. Pure.
 */
export type Protocol = "anthropic" | "openai";
export type Dialect = "curl" | "python" | "typescript";

export interface Form {
  protocol: Protocol;
  model: string;
  system: string;
  message: string;
  maxTokens: number;
  /** Null leaves it to the server. */
  temperature: number | null;
}

export interface Sent {
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

export function requestOf(form: Form): Sent {
  const json = { "content-type": "application/json" };
  const temperature = form.temperature === null ? {} : { temperature: form.temperature };
  const user = { role: "user", content: form.message };
  if (form.protocol === "anthropic") {
    return {
      path: "/v1/messages",
      headers: { "anthropic-version": "2023-06-01", ...json },
      body: {
        model: form.model,
        max_tokens: form.maxTokens,
        ...(form.system === "" ? {} : { system: form.system }),
        ...temperature,
        messages: [user],
        stream: true,
      },
    };
  }
  return {
    path: "/v1/chat/completions",
    headers: json,
    body: {
      model: form.model,
      max_completion_tokens: form.maxTokens,
      ...temperature,
      messages: form.system === "" ? [user] : [{ role: "system", content: form.system }, user],
      stream: true,
      stream_options: { include_usage: true },
    },
  };
}

export function codeOf(form: Form, dialect: Dialect, origin: string): string {
  const sent = requestOf(form);
  if (dialect === "curl") return curl(form.protocol, sent, origin);
  if (dialect === "python")
    return form.protocol === "anthropic" ? pythonMessages(sent, origin) : pythonChat(sent, origin);
  return form.protocol === "anthropic" ? scriptMessages(sent, origin) : scriptChat(sent, origin);
}

function curl(protocol: Protocol, sent: Sent, origin: string): string {
  const key = protocol === "anthropic" ? "x-api-key: $STOA_API_KEY" : "authorization: Bearer $STOA_API_KEY";
  const headers = Object.entries(sent.headers).map(([name, value]) => `  -H "${name}: ${value}" \\\n`);
  // In single quotes a shell reads all as it stands, but for the quote itself.
  const body = JSON.stringify(sent.body, null, 2).replaceAll("'", "'\\''");
  return `curl -N ${origin}${sent.path} \\\n  -H "${key}" \\\n${headers.join("")}  -d '${body}'`;
}

/** The client's own streaming call says `stream` by itself. */
function withoutStream({ body }: Sent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== "stream"));
}

function pythonMessages(sent: Sent, origin: string): string {
  return `import os

import anthropic

client = anthropic.Anthropic(base_url=${JSON.stringify(origin)}, api_key=os.environ["STOA_API_KEY"])
with client.messages.stream(
${pythonArguments(withoutStream(sent))}) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
`;
}

function pythonChat(sent: Sent, origin: string): string {
  return `import os

import openai

client = openai.OpenAI(base_url=${JSON.stringify(`${origin}/v1`)}, api_key=os.environ["STOA_API_KEY"])
stream = client.chat.completions.create(
${pythonArguments(sent.body)})
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
`;
}

const pythonArguments = (body: Record<string, unknown>) =>
  Object.entries(body)
    .map(([name, value]) => `    ${name}=${python(value)},\n`)
    .join("");

function python(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([name, part]) => `${JSON.stringify(name)}: ${python(part)}`)
      .join(", ")}}`;
  }
  // Strings and numbers of JSON are Python's as well.
  return JSON.stringify(value);
}

function scriptMessages(sent: Sent, origin: string): string {
  return `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: ${JSON.stringify(origin)}, apiKey: process.env.STOA_API_KEY });
const stream = client.messages.stream(${JSON.stringify(withoutStream(sent), null, 2)});
for await (const event of stream) {
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
    process.stdout.write(event.delta.text);
  }
}
`;
}

function scriptChat(sent: Sent, origin: string): string {
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(`${origin}/v1`)}, apiKey: process.env.STOA_API_KEY });
const stream = await client.chat.completions.create(${JSON.stringify(sent.body, null, 2)});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
`;
}

/** What an event of the stream says. */
export interface Heard {
  text: string;
  thinking: string;
  input: number | null;
  output: number | null;
  /** Why it ended. */
  stop: string | null;
  error: string | null;
}

interface AnthropicEvent {
  type?: string;
  message?: { usage?: { input_tokens?: number; cache_read_input_tokens?: number } };
  delta?: { type?: string; text?: string; thinking?: string; stop_reason?: string };
  usage?: { output_tokens?: number };
  error?: { message?: string };
}

interface OpenAiEvent {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null }; finish_reason?: string | null }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { message?: string };
}

export function hear(protocol: Protocol, data: string): Heard {
  const nothing: Heard = { text: "", thinking: "", input: null, output: null, stop: null, error: null };
  if (data === "[DONE]") return nothing;
  if (protocol === "anthropic") {
    const event = JSON.parse(data) as AnthropicEvent;
    const usage = event.message?.usage;
    return {
      text: event.delta?.text ?? "",
      thinking: event.delta?.thinking ?? "",
      input: usage === undefined ? null : (usage.input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0),
      output: event.usage?.output_tokens ?? null,
      stop: event.delta?.stop_reason ?? null,
      error: event.error === undefined ? null : (event.error.message ?? ""),
    };
  }
  const event = JSON.parse(data) as OpenAiEvent;
  const choice = event.choices?.[0];
  return {
    text: choice?.delta?.content ?? "",
    thinking: choice?.delta?.reasoning_content ?? "",
    input: event.usage?.prompt_tokens ?? null,
    output: event.usage?.completion_tokens ?? null,
    stop: choice?.finish_reason ?? null,
    error: event.error === undefined ? null : (event.error.message ?? ""),
  };
}
