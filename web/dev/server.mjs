// A development stand-in for the chat API (docs/chat-api.md), so that the page can be worked on without the server and
// its states be brought about at will. In memory, never packed. Also serves dist/ under the policy of the real server.
//
//   node dev/server.mjs [--port 8421] [--pace 30]      key: sk-stoa-dev
//
// Words in a question: "hostile", "long", "code" choose the answer; "refuse", "fail", "interrupt", "reject", "busy"
// bring about what they say; "hang" never answers. `POST /dev/state` with {loading, down, models} changes the world.
import { Buffer } from "node:buffer";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { administration } from "./administration.mjs";
import { answerTo, THOUGHT } from "./answers.mjs";

export const KEY = "sk-stoa-dev";
const MEMBER = { id: "0193a000-0000-7000-8000-000000000001", name: "Ada", email: "ada@example.org", role: "operator" };
export const PASSWORD = "three blue herons wade";
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const POLICY =
  "default-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const ARTIFACT_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

export function start({ port = 0, pace = 30 } = {}) {
  const world = {
    pace,
    down: false,
    setUp: false,
    loading: null,
    busy: new Set(),
    conversations: new Map(),
    messages: new Map(),
    watchers: new Map(),
    files: new Map(),
    presets: [{ id: "p1", name: "Reviewer", text: "Review code: name what can break, then what reads badly." }],
    projects: [
      {
        id: "0193a000-0000-7000-8000-00000000f001",
        name: "Bridge handbook",
        instructions: "We write for engineers in their first year. Metric units; name the standard you quote.",
        attachments: [
          { id: "f1", name: "loads.md", media_type: "text/plain", size: 4200, pages: 0, characters: 4188, cut: false },
          {
            id: "f2",
            name: "standards.pdf",
            media_type: "application/pdf",
            size: 812000,
            pages: 38,
            characters: 90211,
            cut: false,
          },
        ],
      },
    ],
    queue: [],
    proposals: [],
    version: 1,
    listeners: new Set(),
  };
  const server = createServer((request, response) => {
    handle(world, request, response).catch((cause) => {
      if (!response.headersSent) fail(response, 500, "internal", String(cause));
      else response.end();
    });
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      resolve({
        world,
        address: `http://127.0.0.1:${server.address().port}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

async function handle(world, request, response) {
  const url = new URL(request.url, "http://x");
  if (url.pathname === "/dev/state") {
    const { down, loading, pace } = await bodyOf(request);
    if (down !== undefined) world.down = down;
    if (loading !== undefined) world.loading = loading;
    if (pace !== undefined) world.pace = pace;
    return json(response, 200, {});
  }
  if (url.pathname.startsWith("/v1/organizations/"))
    return json(response, 200, administration(url, request.method, MEMBER));
  if (url.pathname === "/v1/models")
    return json(response, 200, { data: [{ id: "stoa-latest" }, { id: "qwen3:4b" }, { id: "smollm2:135m" }] });
  if (url.pathname === "/v1/messages") return messages(world, await bodyOf(request), response);
  if (!url.pathname.startsWith("/api/")) return file(response, url.pathname);
  if (world.down) return void request.socket.destroy();
  if (request.method !== "GET" && request.headers["x-stoa-client"] !== "web") {
    return fail(response, 403, "permission", "X-Stoa-Client is missing");
  }
  const fileId = /^\/api\/attachments\/([^/]+)$/.exec(url.pathname)?.[1];
  if (fileId !== undefined) return onFile(world, request, fileId, url.searchParams.get("name"), response);
  const body = request.method === "GET" || request.method === "DELETE" ? {} : await bodyOf(request);
  const route = `${request.method} ${url.pathname}`;
  if (route === "POST /api/session") {
    const right = body.key === KEY || (body.email === MEMBER.email && body.password === PASSWORD);
    if (!right) return fail(response, 401, "authentication", "unknown key");
    response.setHeader("Set-Cookie", "stoa_session=dev; HttpOnly; SameSite=Strict; Path=/");
    return json(response, 200, { member: MEMBER });
  }
  if (route === "GET /api/session/options")
    return json(response, 200, { set_up: world.setUp, origin: "", sign_on: null });
  if (route === "GET /api/account/sign-ons") return json(response, 200, { sign_ons: [] });
  if (route === "GET /api/account/passkeys") return json(response, 200, { passkeys: [] });
  if (url.pathname.startsWith("/api/links/")) {
    if (url.pathname.endsWith("dead000000")) return fail(response, 404, "not_found", "no such link");
    const kind = url.pathname.endsWith("reset00000") ? "password_reset" : "invitation";
    const expires_at = new Date(Date.now() + 7 * 864e5);
    return json(response, 200, { kind, email: "grace@example.org", role: "user", organization: "Stoa", expires_at });
  }
  if (!/stoa_session=dev/.test(request.headers.cookie ?? "")) return fail(response, 401, "authentication", "sign in");
  if (route === "GET /api/session") return json(response, 200, { member: MEMBER });
  if (route === "DELETE /api/session") {
    response.setHeader("Set-Cookie", "stoa_session=; Max-Age=0; Path=/");
    return empty(response);
  }
  if (route === "GET /api/instructions")
    return json(response, 200, {
      text: "Call me Ada. I build bridges; explain by example, in short paragraphs.",
      use_memory: true,
      suggest_memory: true,
      limits: { instructions_length: 4000, memory_length: 500 },
    });
  if (route === "GET /api/memories")
    return json(response, 200, {
      memories: ["Lives in Delft.", "Writes Java and Python, and likes small libraries.", "Is learning Greek."].map(
        (text, n) => ({ id: `m${n}`, text }),
      ),
    });
  if (route === "GET /api/presets") return json(response, 200, { presets: world.presets });
  if (route === "GET /api/projects") return json(response, 200, { projects: world.projects });
  if (/^\/api\/(instructions|memories|memory-proposals|presets|projects)/.test(url.pathname)) {
    const id = url.pathname.split("/")[3];
    world.proposals = world.proposals.filter((one) => one.id !== id);
    return request.method === "DELETE"
      ? empty(response)
      : json(response, 200, { attachments: [], instructions: "", ...body, id });
  }
  if (route === "POST /api/temporary") return temporary(world, body, response);
  if (route === "GET /api/account")
    return json(response, 200, { member: MEMBER, organization: "Stoa", has_password: true });
  if (route === "PATCH /api/account") return json(response, 200, { member: { ...MEMBER, ...body } });
  if (route === "GET /api/account/sessions") return json(response, 200, { sessions: devices() });
  if (url.pathname.startsWith("/api/account/")) return empty(response);
  if (route === "GET /api/models") return json(response, 200, { models: models(world), loading: world.loading });
  if (url.pathname.endsWith("/shares")) {
    const share = { id: "s1", title: "", created_at: new Date(), expires_at: new Date(Date.now() + 7 * 864e5) };
    if (request.method === "POST") return json(response, 201, { share, path: "/#/s/0123456789abcdef" });
    return json(response, 200, { shares: [] });
  }
  if (url.pathname.startsWith("/api/shared/")) {
    const messages = [...world.messages.values()].slice(0, 2).map((one) => ({ ...one, files: [] }));
    return json(response, 200, { title: "Hash tables", messages, created_at: new Date(), expires_at: new Date() });
  }
  if (route === "GET /api/events") return changes(world, response);
  if (route === "GET /api/search") return json(response, 200, { hits: search(world, url.searchParams.get("q") ?? "") });
  if (route === "GET /api/conversations") return json(response, 200, list(world, url.searchParams));
  if (route === "POST /api/conversations") {
    const known = world.conversations.get(body.id);
    if (known === undefined) world.conversations.set(body.id, conversation(body));
    return json(response, known === undefined ? 201 : 200, world.conversations.get(body.id));
  }
  const queued = /^\/api\/queue\/([^/]+)$/.exec(url.pathname)?.[1];
  if (queued !== undefined) return onQueue(world, request.method, queued, body, response);
  const [, kind, id, sub] = /^\/api\/(conversations|messages)\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  if (kind === "conversations") return onConversation(world, request.method, id, sub, body, response);
  if (kind === "messages") return onMessage(world, request, id, sub, body, url.searchParams, response);
  return fail(response, 404, "not_found", "no such call");
}

function devices() {
  const at = (hours) => new Date(Date.now() - hours * 36e5);
  const one = { by_key: false, address: "192.0.2.7", created_at: at(400) };
  return [
    {
      ...one,
      id: "d1",
      current: true,
      user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
      last_used_at: at(0),
    },
    { ...one, id: "d2", current: false, user_agent: "Mozilla/5.0 (iPhone) Safari/604.1", last_used_at: at(7) },
    { ...one, id: "d3", current: false, user_agent: "", by_key: true, address: "198.51.100.20", last_used_at: at(90) },
  ];
}

/** Text only, and a name that ends in "pdf" stands for one of twelve pages. */
async function onFile(world, request, id, name, response) {
  if (request.method === "GET") {
    const { text, ...attachment } = world.files.get(id);
    return json(response, 200, { attachment, text });
  }
  if (request.method === "DELETE") return empty(response);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  if (content.includes(0)) {
    return fail(response, 415, "unsupported_media_type", "This file is neither text nor PDF.");
  }
  const text = content.toString();
  const pdf = name.endsWith(".pdf");
  const attachment = {
    id,
    name,
    media_type: pdf ? "application/pdf" : "text/plain",
    size: content.length,
    pages: pdf ? 12 : 0,
    characters: text.length,
    cut: false,
  };
  world.files.set(id, { ...attachment, text });
  return json(response, 201, attachment);
}

/** What a question or one that waits shows of its files. */
function filesOf(world, body) {
  return (body.attachments ?? []).map((id) => {
    const { text, ...attachment } = world.files.get(id);
    return { ...attachment, characters: text.length };
  });
}

function onConversation(world, method, id, sub, body, response) {
  const one = world.conversations.get(id);
  if (one === undefined) return fail(response, 404, "not_found", "no such conversation");
  if (method === "GET") {
    const queue = world.queue.filter((queued) => queued.conversation_id === id);
    const proposals = world.proposals.filter((proposal) => proposal.conversation_id === id);
    const messages = messagesOf(world, id);
    const versions = {};
    for (const message of messages) {
      versions[message.id] = messages.filter((other) => other.parent_id === message.parent_id).map((other) => other.id);
    }
    return json(response, 200, { conversation: one, messages, versions, more: false, summaries: [], queue, proposals });
  }
  if (method === "PATCH") {
    Object.assign(one, body);
    changed(world, one);
    return json(response, 200, one);
  }
  if (method === "DELETE") {
    one.deleted = true;
    changed(world, one);
    return empty(response);
  }
  if (sub === "restore") {
    one.deleted = false;
    changed(world, one);
    return json(response, 200, one);
  }
  if (sub !== "messages") return fail(response, 404, "not_found", "no such call");
  if (world.messages.has(body.id)) {
    return json(response, 201, { message: world.messages.get(body.id), reply: world.messages.get(body.reply_id) });
  }
  if (/\breject\b/.test(body.text)) return fail(response, 400, "invalid_request", "The message was turned down.");
  if (/\bbusy\b/.test(body.text) && !world.busy.has(body.id)) {
    world.busy.add(body.id);
    response.setHeader("Retry-After", "4");
    return fail(response, 529, "overloaded", "queue full");
  }
  const parent = world.messages.get(body.parent_id);
  if (parent?.state === "generating") {
    if (body.policy === "after") {
      const attachments = filesOf(world, body);
      const queued = {
        ...body,
        attachments,
        conversation_id: id,
        after_id: body.parent_id,
        model: null,
        created_at: new Date(),
      };
      world.queue.push(queued);
      return json(response, 202, { queued });
    }
    if (body.policy === "instead") end(world, parent, "stopped");
    if (body.policy === "steer") end(world, parent, "steered");
  }
  const message = put(world, {
    id: body.id,
    conversation_id: id,
    parent_id: body.parent_id,
    role: "user",
    text: body.text,
    attachments: filesOf(world, body),
    together: body.policy === "together" && parent !== undefined,
    model: body.model ?? null,
  });
  one.version = ++world.version;
  if (one.title === "") one.title = body.text.slice(0, 60).split("\n")[0];
  one.updated_at = new Date().toISOString();
  return json(response, 201, { message, reply: { ...run(world, message, body.reply_id) } });
}

function changed(world, one) {
  one.version = ++world.version;
  for (const tell of world.listeners) tell(one);
}

function changes(world, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const tell = (one) =>
    response.write(`id: ${one.version}\nevent: changes\ndata: ${JSON.stringify({ conversations: [one] })}\n\n`);
  response.write(`id: ${world.version}\nevent: ready\ndata: {"conversations":[]}\n\n`);
  world.listeners.add(tell);
  response.on("close", () => world.listeners.delete(tell));
}

function search(world, text) {
  const word = text.toLowerCase();
  return [...world.messages.values()]
    .filter((message) => message.text.toLowerCase().includes(word))
    .slice(0, 5)
    .map((message) => ({
      conversation_id: message.conversation_id,
      title: world.conversations.get(message.conversation_id)?.title ?? "",
      message_id: message.id,
      role: message.role,
      snippet: message.text.slice(0, 120).replace(new RegExp(word, "i"), "\u0002$&\u0003"),
      created_at: message.created_at,
    }));
}

function onQueue(world, method, id, body, response) {
  const at = world.queue.findIndex((queued) => queued.id === id);
  if (at < 0) return fail(response, 404, "not_found", "nothing waits");
  const [queued] = world.queue.splice(at, 1);
  if (method === "DELETE") return empty(response);
  world.queue.splice(body.index ?? at, 0, { ...queued, text: body.text ?? queued.text });
  return json(response, 200, { queue: world.queue });
}

async function onMessage(world, request, id, sub, body, query, response) {
  const message = world.messages.get(id);
  if (message === undefined) return fail(response, 404, "not_found", "no such message");
  if (sub === "replies") {
    const reply = world.messages.get(body.id) ?? run(world, message, body.id);
    return json(response, 201, { reply });
  }
  if (sub === "keep") {
    const before = world.messages.get(world.messages.get(message.parent_id).parent_id);
    const first = before === undefined ? message.parent_id : before.parent_id;
    return json(response, 201, { reply: put(world, { ...message, id: body.id, parent_id: first }) });
  }
  if (sub === "stop") {
    if (message.state === "generating") end(world, message, "stopped");
    return json(response, 200, message);
  }
  if (sub === "feedback") {
    message.feedback = request.method === "PUT" ? body : null;
    return empty(response);
  }
  if (sub === "events") return events(world, request, message, query, response);
  return fail(response, 404, "not_found", "no such call");
}

function events(world, request, message, query, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  let [sent, sentSteps = 0] = (request.headers["last-event-id"] ?? query.get("after") ?? "0").split(".").map(Number);
  const push = () => {
    const [step] = message.steps;
    if (step !== undefined && step.text.length > sentSteps) {
      const steps = [{ ...step, text: step.text.slice(sentSteps) }];
      sentSteps = step.text.length;
      response.write(`event: steps\nid: ${sent}.${sentSteps}\ndata: ${JSON.stringify({ steps })}\n\n`);
    }
    if (message.text.length > sent) {
      const text = message.text.slice(sent);
      sent = message.text.length;
      response.write(`event: text\nid: ${sent}.${sentSteps}\ndata: ${JSON.stringify({ text })}\n\n`);
    }
    if (message.state !== "generating") {
      response.end(`event: end\ndata: ${JSON.stringify({ message })}\n\n`);
      watchers.delete(push);
    }
  };
  const watchers = world.watchers.get(message.id) ?? new Set();
  world.watchers.set(message.id, watchers);
  watchers.add(push);
  const pulse = setInterval(() => response.write(": still here\n\n"), 10_000);
  response.on("close", () => {
    clearInterval(pulse);
    watchers.delete(push);
  });
  response.flushHeaders();
  push();
}

/** Answers a question a few letters at a time. */
function run(world, question, replyId) {
  const reply = put(world, {
    id: replyId,
    conversation_id: question.conversation_id,
    parent_id: question.id,
    role: "assistant",
    text: "",
    state: "generating",
    model: question.model ?? "smollm2-135m",
  });
  const asked = question.text.toLowerCase();
  if (asked.includes("hang")) return reply;
  if (asked.includes("refuse")) {
    setTimeout(() => end(world, reply, "refused", { type: "refused", message: "policy" }), 400);
    return reply;
  }
  const whole = answerTo(question.text);
  const cut = /fail|interrupt/.test(asked) ? Math.floor(whole.length / 3) : whole.length;
  const timer = setInterval(() => {
    if (reply.state !== "generating") return clearInterval(timer);
    if (asked.includes("think") && think(reply)) return notify(world, reply);
    reply.text = whole.slice(0, Math.min(cut, reply.text.length + 4));
    if (reply.text.length < cut) return notify(world, reply);
    clearInterval(timer);
    if (asked.includes("fail"))
      end(world, reply, "failed", { type: "internal", message: "The model ran out of memory." });
    else end(world, reply, asked.includes("interrupt") ? "interrupted" : "complete");
  }, world.pace);
  return reply;
}

/** An answer in Anthropic's events. */
function messages(world, body, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const send = (event) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: "message_start", message: { model: body.model, usage: { input_tokens: 42 } } });
  const whole =
    "The Nile is known for its floods, the Danube for its many countries, and the Amazon for carrying more water than any other.";
  let sent = 0;
  const timer = setInterval(() => {
    const text = whole.slice(sent, sent + 6);
    sent += 6;
    if (text !== "") return send({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
    clearInterval(timer);
    send({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 31 } });
    send({ type: "message_stop" });
    response.end();
  }, world.pace);
  response.on("close", () => clearInterval(timer));
}

function temporary(world, body, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const whole = answerTo(body.messages.at(-1).text);
  let at = 0;
  const timer = setInterval(() => {
    const text = whole.slice(at, at + 4);
    at += 4;
    if (text !== "") return response.write(`event: text\ndata: ${JSON.stringify({ text })}\n\n`);
    clearInterval(timer);
    response.end(`event: end\ndata: {"state":"complete","error":null,"usage":null}\n\n`);
  }, world.pace);
  response.on("close", () => clearInterval(timer));
}

/** Some more thinking; false when there is no more. */
function think(reply) {
  const step = reply.steps[0] ?? { index: 0, type: "thinking", at: 0, name: null, text: "" };
  reply.steps = [step];
  const before = step.text.length;
  step.text = THOUGHT.slice(0, before + 6);
  return step.text.length > before;
}

function end(world, reply, state, error = null) {
  reply.state = state;
  reply.error = error;
  const said = /^I live in \w+/.exec(world.messages.get(reply.parent_id)?.text ?? "")?.[0];
  if (said !== undefined) {
    world.proposals.push({
      id: `proposal-${reply.id}`,
      conversation_id: reply.conversation_id,
      message_id: reply.parent_id,
      text: `${said.replace("I live", "Lives")}.`,
      created_at: new Date(),
    });
  }
  const of = world.conversations.get(reply.conversation_id);
  if (of !== undefined) changed(world, of);
  reply.usage = { input_tokens: 42, output_tokens: Math.ceil(reply.text.length / 4) };
  notify(world, reply);
  const next = world.queue.findIndex((queued) => queued.after_id === reply.id);
  if (next < 0 || state === "failed") return;
  const [queued] = world.queue.splice(next, 1);
  const message = put(world, { ...queued, parent_id: reply.id, role: "user" });
  run(world, message, queued.reply_id);
  for (const other of world.queue) if (other.after_id === reply.id) other.after_id = queued.reply_id;
}

function notify(world, reply) {
  for (const push of [...(world.watchers.get(reply.id) ?? [])]) push();
}

function put(world, part) {
  const message = {
    state: "complete",
    error: null,
    model: null,
    usage: null,
    feedback: null,
    together: false,
    attachments: [],
    steps: [],
    get event_id() {
      return placeOf(this);
    },
    created_at: new Date().toISOString(),
    ...part,
  };
  world.messages.set(message.id, message);
  return message;
}

/** How much of an answer there is: of its text, and of the words of its steps. */
function placeOf(message) {
  const steps = message.steps.reduce((sum, step) => sum + step.text.length, 0);
  return steps === 0 ? String(message.text.length) : `${message.text.length}.${steps}`;
}

function messagesOf(world, id) {
  return [...world.messages.values()].filter((message) => message.conversation_id === id);
}

export function conversation({ id, title = "", model = "smollm2-135m", at = new Date() }) {
  return {
    id,
    title,
    model,
    policy: "together",
    instructions: "",
    project_id: null,
    draft: "",
    read_id: null,
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
    version: 1,
    pinned: false,
    archived: false,
    deleted: false,
  };
}

/** A history to look at. */
export function fill(world) {
  const titles = [
    "Plan for the reading group",
    "Regular expressions, gently",
    "Letter to the landlord",
    "Sourdough timing",
  ];
  const more = Array.from({ length: 48 }, (_, i) => `Notes on chapter ${48 - i}`);
  [...titles, ...more].forEach((title, i) => {
    const id = `0193b000-0000-7000-8000-${String(i).padStart(12, "0")}`;
    world.conversations.set(
      id,
      conversation({ id, title, at: new Date(Date.now() - i * i * 3_600_000 - i * 14_000_000) }),
    );
  });
  ["Notes on tides", "A list for the move", "Old greetings"].forEach((title, i) => {
    const id = `0193c000-0000-7000-8000-${String(i).padStart(12, "0")}`;
    const at = new Date(Date.now() - (40 + i * 23) * 86_400_000);
    world.conversations.set(id, { ...conversation({ id, title, at }), archived: true });
  });
  const [inProject] = [...world.conversations.values()].slice(2);
  inProject.project_id = world.projects[0].id;
}

function list(world, query) {
  const archived = query.get("archived") === "true";
  const there = [...world.conversations.values()].filter((one) => !one.deleted && one.archived === archived);
  const pinned = there.filter((one) => one.pinned);
  const all = there.filter((one) => !one.pinned).sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  const from = Number(query.get("before") ?? 0);
  const to = from + Number(query.get("limit") ?? 50);
  return { conversations: all.slice(from, to), pinned, next: to < all.length ? String(to) : null };
}

function models(world) {
  const ready = world.loading === null;
  return [
    { id: "smollm2-135m", display_name: "SmolLM2 135M", context_length: 8192, ready, default: true },
    { id: "gemma3-270m", display_name: "Gemma 3 270M", context_length: 32768, ready, default: false },
  ];
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

function json(response, status, value) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

function empty(response) {
  response.writeHead(204);
  response.end();
}

function fail(response, status, type, message) {
  json(response, status, { error: { type, message }, request_id: "req_dev" });
}

function file(response, path) {
  const inside = normalize(path === "/" ? "/index.html" : path);
  const full = join(DIST, inside);
  if (!full.startsWith(DIST) || !existsSync(full)) return fail(response, 404, "not_found", "no such file");
  response.writeHead(200, {
    "Content-Type": TYPES[extname(full)] ?? "application/octet-stream",
    "Content-Security-Policy": path === "/artifact-frame.html" ? ARTIFACT_POLICY : POLICY,
  });
  createReadStream(full).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const { world, address } = await start({ port: option("port", 8421), pace: option("pace", 30) });
  fill(world);
  console.log(`${address}  key: ${KEY}`);
}
