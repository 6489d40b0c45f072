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

export interface UsageBucket {
  starting_at: string;
  results: {
    model?: string | null;
    uncached_input_tokens: number;
    cache_read_input_tokens: number;
    output_tokens: number;
  }[];
}

export interface AuditEvent {
  id: string;
  created_at: string;
  user_id: string;
  action: string;
  subject_id: string;
  detail: Record<string, unknown>;
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
  usage: (from: string, days: number) =>
    call<{ data: UsageBucket[] }>(
      `${BASE}/usage_report/messages?starting_at=${encodeURIComponent(from)}&bucket_width=1d&limit=${days}&group_by[]=model`,
    ),
  audit: (after: string | null) =>
    call<Page<AuditEvent>>(`${BASE}/audit_events?limit=50${after === null ? "" : `&after_id=${after}`}`),
};
