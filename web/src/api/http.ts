/**
 * One way to call the server. Every failure becomes an ApiError whose `kind` the page can act on; the text for people
 * is chosen in state/errors.ts. A call that gets no answer within its time ends as "network".
 */
import type { ApiErrorBody } from "./types";

/** Longest wait for the head of an answer; a stop waits for the run's end, so it is generous. */
const ANSWER_TIMEOUT_MS = 30_000;
/** A file goes up slowly, and is read before the answer. */
const FILE_TIMEOUT_MS = 180_000;

export type ErrorKind =
  | "network"
  | "invalid_request"
  | "authentication"
  | "permission"
  | "not_found"
  | "conflict"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "overloaded";

const KIND_OF_STATUS: Record<number, ErrorKind> = {
  400: "invalid_request",
  401: "authentication",
  403: "permission",
  404: "not_found",
  409: "conflict",
  413: "too_large",
  422: "invalid_request",
  429: "rate_limited",
  502: "network",
  503: "overloaded",
  504: "network",
  529: "overloaded",
};

export class ApiError extends Error {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly requestId: string | null;
  /** What the server asks to wait, 0 where it doesn't say. */
  readonly retryAfterMs: number;

  constructor(kind: ErrorKind, message: string, status = 0, requestId: string | null = null, retryAfterMs = 0) {
    super(message);
    this.name = "ApiError";
    this.kind = kind;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }

  /** True where the same call may succeed later, unchanged. */
  get passing(): boolean {
    return (
      this.kind === "network" || this.kind === "overloaded" || this.kind === "rate_limited" || this.kind === "internal"
    );
  }
}

export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return new ApiError("network", cause instanceof Error ? cause.message : "no answer");
}

/** Reads the error body of an answer that is not ok; the body may be anything, as a proxy may have written it. */
export async function errorOf(response: Response): Promise<ApiError> {
  let body: Partial<ApiErrorBody> = {};
  let requestId = response.headers.get("request-id");
  try {
    const json = (await response.json()) as { error?: Partial<ApiErrorBody>; request_id?: string } | null;
    body = json?.error ?? {};
    requestId = json?.request_id ?? requestId;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return new ApiError(
    KIND_OF_STATUS[response.status] ?? (response.status >= 500 ? "internal" : "invalid_request"),
    typeof body.message === "string" ? body.message : "",
    response.status,
    requestId,
    Number.isFinite(seconds) ? seconds * 1000 : 0,
  );
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  file?: Blob;
  /** Beside those of every call. */
  headers?: Record<string, string>;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Stoa-Client": "web", ...options.headers };
  const init: RequestInit = {
    method: options.method ?? "GET",
    headers,
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(options.file === undefined ? ANSWER_TIMEOUT_MS : FILE_TIMEOUT_MS),
  };
  if (options.file !== undefined) {
    headers["Content-Type"] = "application/octet-stream";
    init.body = options.file;
  }
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    throw asApiError(cause);
  }
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw asApiError(cause);
  }
}
