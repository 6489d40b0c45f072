/** The calls of docs/admin-api.md that the console makes, by the browser's session. */
import { call } from "../api/http";
import type { Role } from "../api/types";

const BASE = "/v1/organizations";

export interface Page<T> {
  data: T[];
  has_more: boolean;
  last_id: string | null;
}

export interface User {
  id: string;
  email: string | null;
  name: string;
  role: Role;
  added_at: string;
  last_seen_at: string | null;
  has_password: boolean;
}

export interface Invite {
  id: string;
  email: string | null;
  role: Role;
  invited_at: string;
  expires_at: string;
  status: "pending" | "accepted" | "deleted" | "expired";
}

export interface Key {
  id: string;
  name: string;
  status: "active" | "inactive" | "archived" | "expired";
  partial_key_hint: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** What a report is divided by. */
export type Grouping = "model" | "api_key_id" | "user_id";

/** Whose a result of a report is, in what it is divided by. */
export type Group = Partial<Record<Grouping, string | null>>;

export type UsageBucket = ReportBucket<
  Group & {
    requests: number;
    uncached_input_tokens: number;
    cache_read_input_tokens: number;
    output_tokens: number;
  }
>;

/** Amounts are cents, as text: they may be finer than a number holds. */
export type CostBucket = ReportBucket<Group & { amount: string }>;

export interface ReportBucket<T> {
  starting_at: string;
  results: T[];
}

export interface FeedbackResult {
  model: string | null;
  up: number;
  down: number;
}

export interface IncidentResult {
  direction: "input" | "output";
  category: string;
  incidents: number;
}

export interface Running {
  id: string;
  surface: string;
  model: string;
  user_id: string;
  api_key_id: string;
  started_at: string;
  input_tokens: number;
  output_tokens: number;
  stopping: boolean;
}

export interface Workspace {
  id: string;
  name: string;
  created_at: string;
}

export interface AnswerCache {
  enabled: boolean;
  ttl_seconds: number | null;
  answers: number;
  bytes: number;
}

export interface Scope {
  type: "organization" | "workspace" | "user" | "api_key";
  id: string | null;
  model: string | null;
}

export interface Budget {
  period: "day" | "week" | "month";
  unit: "tokens" | "usd";
  amount: number;
}

interface Rates {
  requests_per_minute: number | null;
  input_tokens_per_minute: number | null;
  output_tokens_per_minute: number | null;
  in_flight: number | null;
}

export interface Limit extends Rates {
  id: string;
  scope: Scope;
  budgets: (Budget & { spent: number })[];
}

export interface Alias {
  type?: string;
  name: string;
  version: string;
  canary: {
    version: string;
    percent: number;
    sticky: "key" | "user";
    rollback?: unknown;
    rolled_back?: { at: string; reason: string } | null;
  } | null;
}

export interface CatalogueModel {
  type: string;
  id: string;
  display_name: string;
  context_length: number | null;
  /** Such as `tools`. */
  capabilities: string[];
  prices: { input: number; cached_input?: number; output: number } | null;
  lifecycle: "active" | "deprecated" | "retired";
  retires_at: string | null;
  deployments: { upstream: string | null; model: string; weight: number }[];
  fallbacks: string[];
}

export interface Upstream {
  type: string;
  name: string;
  protocol: "openai" | "anthropic";
  url: string;
  has_key: boolean;
  on_disconnect: "stop" | "finish";
}

export interface Incident {
  id: string;
  created_at: string;
  deployment: string;
  state: "open" | "half_open" | "closed";
  failure_rate: number | null;
}

export interface Retention {
  conversation_days: number | null;
  deleted_days: number | null;
}

export interface AuditEvent {
  id: string;
  created_at: string;
  user_id: string;
  action: string;
  subject_id: string;
  detail: Record<string, unknown>;
}

/** The models that a program may name, in Anthropic's protocol. */
async function callable(): Promise<Page<{ id: string }>> {
  return call("/v1/models?limit=1000", { headers: { "anthropic-version": "2023-06-01" } });
}

const post = <T>(path: string, body: unknown) => call<T>(`${BASE}/${path}`, { method: "POST", body });
const remove = (path: string) => call<unknown>(`${BASE}/${path}`, { method: "DELETE" });

export const admin = {
  users: () => call<Page<User>>(`${BASE}/users?limit=1000`),
  changeRole: (id: string, role: Role) => post<User>(`users/${id}`, { role }),
  removeUser: (id: string) => remove(`users/${id}`),
  passwordLink: (id: string) => post<{ path: string; expires_at: string }>(`users/${id}/password_link`, {}),
  invites: () => call<Page<Invite>>(`${BASE}/invites?limit=1000`),
  invite: (email: string | null, role: Role) =>
    post<Invite & { path: string }>("invites", email === null ? { role } : { email, role }),
  withdraw: (id: string) => remove(`invites/${id}`),
  keys: () => call<Page<Key>>(`${BASE}/api_keys?limit=1000`),
  createKey: (name: string, scopes: string[], expiresAt: string | null) =>
    post<Key & { key: string }>(
      "api_keys",
      expiresAt === null ? { name, scopes } : { name, scopes, expires_at: expiresAt },
    ),
  setKeyStatus: (id: string, status: "active" | "inactive" | "archived") => post<Key>(`api_keys/${id}`, { status }),
  rotateKey: (id: string, overlapSeconds: number) =>
    post<Key & { key: string }>(`api_keys/${id}/rotate`, { overlap_seconds: overlapSeconds }),
  usage: (from: string, width: "1h" | "1d", limit: number, by: Grouping) =>
    call<{ data: UsageBucket[] }>(
      `${BASE}/usage_report/messages?starting_at=${from}&bucket_width=${width}&limit=${limit}&group_by[]=${by}`,
    ),
  cost: (from: string, limit: number, by: Grouping) =>
    call<{ data: CostBucket[] }>(`${BASE}/cost_report?starting_at=${from}&limit=${limit}&group_by[]=${by}`),
  feedback: (from: string, days: number) =>
    call<{ data: ReportBucket<FeedbackResult>[] }>(`${BASE}/feedback_report?starting_at=${from}&limit=${days}`),
  incidents: (from: string, days: number) =>
    call<{ data: ReportBucket<IncidentResult>[] }>(`${BASE}/incident_report?starting_at=${from}&limit=${days}`),
  callable: () => callable(),
  running: () => call<Page<Running>>(`${BASE}/running_requests?limit=200`),
  stopRunning: (id: string) => post(`running_requests/${encodeURIComponent(id)}/stop`, {}),
  workspaces: () => call<Page<Workspace>>(`${BASE}/workspaces?limit=1000`),
  createWorkspace: (name: string) => post<Workspace>("workspaces", { name }),
  renameWorkspace: (id: string, name: string) => post<Workspace>(`workspaces/${id}`, { name }),
  archiveWorkspace: (id: string) => post<Workspace>(`workspaces/${id}/archive`, {}),
  answerCache: () => call<AnswerCache>(`${BASE}/answer_cache`),
  setAnswerCache: (rule: { enabled: boolean; ttl_seconds?: number }) => post<AnswerCache>("answer_cache", rule),
  purgeAnswerCache: () => post<AnswerCache>("answer_cache/purge", {}),
  limits: () => call<Page<Limit>>(`${BASE}/limits?limit=1000`),
  setLimits: (rule: { scope: Scope; budgets?: readonly Budget[] } & Partial<Rates>) => post<Limit>("limits", rule),
  aliases: () => call<Page<Alias>>(`${BASE}/model_aliases?limit=1000`),
  setAlias: ({ name, version, canary }: Alias) =>
    post<Alias>("model_aliases", {
      name,
      version,
      canary:
        canary === null
          ? null
          : {
              version: canary.version,
              percent: canary.percent,
              sticky: canary.sticky,
              rollback: canary.rollback ?? null,
            },
    }),
  removeAlias: (name: string) => remove(`model_aliases/${encodeURIComponent(name)}`),
  models: () => call<Page<CatalogueModel>>(`${BASE}/models?limit=1000`),
  setModel: (model: unknown) => post<CatalogueModel>("models", model),
  removeModel: (id: string) => remove(`models/${encodeURIComponent(id)}`),
  upstreams: () => call<Page<Upstream>>(`${BASE}/upstreams?limit=1000`),
  setUpstream: (upstream: unknown) => post<Upstream>("upstreams", upstream),
  removeUpstream: (name: string) => remove(`upstreams/${encodeURIComponent(name)}`),
  upstreamIncidents: () => call<Page<Incident>>(`${BASE}/upstream_incidents?limit=200`),
  retention: () => call<Retention>(`${BASE}/retention`),
  setRetention: (rule: Retention) => post<Retention>("retention", rule),
  audit: (after: string | null) =>
    call<Page<AuditEvent>>(`${BASE}/audit_events?limit=50${after === null ? "" : `&after_id=${after}`}`),
};
