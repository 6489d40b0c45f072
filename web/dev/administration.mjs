// What the console asks the development stand-in for (docs/admin-api.md); changes are answered and forgotten.
const ME = "user_0193a000-0000-7000-8000-000000000001";

const at = (hours) => new Date(Date.now() - hours * 36e5);
const page = (data) => ({ data, has_more: false, last_id: null });
/** Numbers that look like something, and are the same every time. */
const wave = (index, step, size) => (index * step) % size;
const days = (count, results) => ({
  data: Array.from({ length: count }, (_, index) => ({
    starting_at: new Date(Date.UTC(2026, 10, 26 - count + index)),
    results: results(index),
  })),
});

export function administration(url, method, member) {
  const [name, id] = url.pathname.slice("/v1/organizations/".length).split("/");
  const limit = Number(url.searchParams.get("limit") ?? 20);
  const answer = ANSWERS[name];
  return answer === undefined ? {} : answer({ method, id, limit, member, query: url.searchParams });
}

const ANSWERS = {
  users: ({ member }) => {
    const made = { added_at: at(900), has_password: true };
    return page([
      { ...made, id: ME, name: member.name, email: member.email, role: member.role, last_seen_at: at(0) },
      { ...made, id: "user_2", name: "Grace", email: "grace@example.org", role: "admin", last_seen_at: at(5) },
      { ...made, id: "user_3", name: "Edsger", email: "edsger@example.org", role: "user", last_seen_at: null },
    ]);
  },

  invites: ({ method }) => {
    const invite = {
      id: "invite_1",
      email: "linus@example.org",
      role: "user",
      status: "pending",
      expires_at: at(-160),
    };
    return method === "POST" ? { ...invite, path: "/#/join/invite0000" } : page([invite]);
  },

  workspaces: () =>
    page([
      { id: "wrkspc_1", name: "Default", created_at: at(2000) },
      { id: "wrkspc_2", name: "Reading room", created_at: at(300) },
    ]),

  api_keys: ({ method }) => {
    const key = { scopes: ["inference"], created_at: at(700), expires_at: null, last_used_at: at(1), status: "active" };
    if (method === "POST") return { ...key, id: "apikey_9", key: `sk-stoa-${"x".repeat(43)}` };
    const scopes = ["inference", "chat", "admin"];
    return page([
      { ...key, id: "apikey_1", name: "First key", partial_key_hint: "sk-stoa-…a8Kx", scopes },
      { ...key, id: "apikey_2", name: "Nightly report", partial_key_hint: "sk-stoa-…9fQz", expires_at: at(-900) },
      { ...key, id: "apikey_3", name: "Old script", partial_key_hint: "sk-stoa-…Lm2p", status: "inactive" },
    ]);
  },

  running_requests: () => {
    const one = (index, part) => ({
      id: `req_${index}`,
      model: "qwen3:4b",
      surface: "chat",
      user_id: ME,
      api_key_id: "apikey_session",
      started_at: new Date(Date.now() - index * 19_000),
      input_tokens: 1200 * index,
      output_tokens: 310 * index,
      stopping: false,
      ...part,
    });
    return page([
      one(5, { user_id: "user_2", surface: "anthropic", api_key_id: "apikey_2" }),
      one(3, { user_id: "user_3", model: "smollm2:135m", stopping: true }),
      one(2, {}),
      one(1, { surface: "openai-batch", api_key_id: "apikey_2" }),
    ]);
  },

  limits: () => {
    const none = {
      requests_per_minute: null,
      input_tokens_per_minute: null,
      output_tokens_per_minute: null,
      in_flight: null,
    };
    return page([
      {
        ...none,
        id: "o",
        scope: { type: "organization", id: "o", model: null },
        budgets: [{ period: "month", unit: "usd", amount: 200, spent: 63.4 }],
      },
      {
        ...none,
        id: "user_3",
        scope: { type: "user", id: "user_3", model: null },
        requests_per_minute: 30,
        in_flight: 2,
        budgets: [{ period: "day", unit: "tokens", amount: 200000, spent: 181000 }],
      },
      {
        ...none,
        id: "apikey_2:qwen3:4b",
        scope: { type: "api_key", id: "apikey_2", model: "qwen3:4b" },
        output_tokens_per_minute: 20000,
        budgets: [],
      },
    ]);
  },

  model_aliases: () => {
    const canary = { version: "qwen3:4b-2611", percent: 10, sticky: "user", rollback: {}, rolled_back: null };
    const rolled_back = { at: at(30), reason: "its error rate is 12%, the base's 1%" };
    return page([
      { name: "stoa-latest", version: "qwen3:4b", canary },
      { name: "stoa-small", version: "smollm2:135m", canary: { ...canary, version: "smollm3:3b", rolled_back } },
    ]);
  },

  models: () => {
    const one = {
      type: "model",
      context_length: 32768,
      capabilities: ["tools"],
      prices: null,
      lifecycle: "active",
      retires_at: null,
      deployments: [],
      fallbacks: [],
    };
    return page([
      {
        ...one,
        id: "qwen3:4b-2611",
        display_name: "Qwen3 4B, November",
        prices: { input: 0.2, cached_input: 0.02, output: 0.6 },
        deployments: [
          { upstream: "gpu-1", model: "Qwen/Qwen3-4B", weight: 2 },
          { upstream: "gpu-2", model: "Qwen/Qwen3-4B", weight: 1 },
        ],
        fallbacks: ["qwen3:4b"],
      },
      { ...one, id: "qwen2:7b", display_name: "qwen2:7b", lifecycle: "deprecated", retires_at: at(-700) },
    ]);
  },

  upstreams: () =>
    page([
      { type: "upstream", name: "gpu-1", protocol: "openai", url: "http://gpu-1:8000/v1", has_key: true },
      { type: "upstream", name: "gpu-2", protocol: "openai", url: "http://gpu-2:8000/v1", has_key: false },
    ]),

  upstream_incidents: () => {
    const deployment = "qwen3:4b-2611 gpu-2/Qwen/Qwen3-4B";
    const one = (id, state, failure_rate = null) => ({ id, created_at: at(id), deployment, state, failure_rate });
    return page([
      one(1, "half_open"),
      one(1.2, "open", 85),
      one(70, "closed"),
      one(70.1, "half_open"),
      one(71, "open", 60),
    ]);
  },

  retention: ({ method }) =>
    method === "POST" ? {} : { type: "retention", conversation_days: 365, deleted_days: null },

  answer_cache: () => ({ type: "answer_cache", enabled: true, ttl_seconds: 86400, answers: 1204, bytes: 3.1e6 }),

  feedback_report: ({ limit }) =>
    days(limit, (index) => [
      { model: "qwen3:4b", up: wave(index, 7, 11), down: wave(index, 3, 4) },
      { model: "smollm2:135m", up: wave(index, 2, 3), down: wave(index, 5, 4) },
    ]),

  incident_report: ({ limit }) =>
    days(limit, (index) =>
      index % 4 === 0
        ? []
        : [
            { direction: "input", category: "weapons", incidents: 1 + wave(index, 3, 5) },
            { direction: "output", category: "personal data", incidents: 1 + wave(index, 2, 3) },
          ],
    ),

  usage_report: ({ limit }) =>
    days(limit, (index) => [
      {
        model: "qwen3:4b",
        requests: 40 + wave(index, 13, 30),
        uncached_input_tokens: 9000 + wave(index, 7919, 8000),
        cache_read_input_tokens: 6000 + wave(index, 104729, 9000),
        output_tokens: 3000 + wave(index, 1299709, 5000),
      },
      {
        model: "smollm2:135m",
        requests: 9,
        uncached_input_tokens: 900,
        cache_read_input_tokens: 100,
        output_tokens: 400,
      },
    ]),

  cost_report: ({ limit }) =>
    days(limit, (index) => [{ model: "qwen3:4b", currency: "USD", amount: String(120 + wave(index, 37, 90)) }]),

  audit_events: () => {
    const event = (hours, action, detail) => ({
      id: hours,
      created_at: at(hours),
      user_id: "user_2",
      action,
      subject_id: `s${hours}`,
      detail,
    });
    return page([
      event(1, "invitation.created", { role: "user", email: "linus@example.org" }),
      event(3, "api_key.rotated", { replaces: "First key" }),
      event(30, "member.role_changed", { from: "user", to: "admin" }),
    ]);
  },
};
