/** Says in plain words what went wrong and what to do. */
import type { ApiError } from "../api/http";
import { t } from "../strings";

/** What has become of a way to the single sign-on provider. */
export function signOnWords(end: string): string {
  const words: Readonly<Record<string, string>> = t.signOn.ends;
  return words[end] ?? t.signOn.ends.refused;
}

export function plainWords(error: ApiError): string {
  switch (error.kind) {
    case "network":
      return navigator.onLine ? t.errors.unreachable : t.errors.offline;
    case "authentication":
      return t.errors.signedOut;
    case "permission":
      return error.message || t.errors.permission;
    case "not_found":
      return t.errors.notFound;
    case "conflict":
      return error.message || t.errors.conflict;
    case "too_large":
      return t.errors.tooLarge;
    case "rate_limited":
      return t.errors.rateLimited;
    case "overloaded":
      return t.errors.overloaded;
    case "invalid_request":
      return error.message || t.errors.invalid;
    case "internal":
      return error.requestId === null ? t.errors.internal : t.errors.internalWithId(error.requestId);
  }
}
