import { codes } from "./gen/codes.js";
import * as status from "./status.js";

const FAMILIES: Record<number, typeof status.APIError> = {
  400: status.BadRequestError,
  401: status.AuthenticationError,
  403: status.PermissionDeniedError,
  404: status.NotFoundError,
  409: status.ConflictError,
  410: status.GoneError,
  429: status.RateLimitError,
  503: status.UnavailableError,
};

/** The error that an answer stands for, also where it is a proxy's and has no envelope. */
export function ofAnswer(answer: Response, body: string): status.APIError {
  const retryAfter = seconds(answer.headers.get("retry-after"));
  try {
    return ofEnvelope(JSON.parse(body), answer.status, retryAfter);
  } catch {
    const message = body.trim().slice(0, 500) || "the answer has no body";
    const request_id = answer.headers.get("x-request-id");
    return make({ status: answer.status, message, request_id, retryAfter });
  }
}

/** The error of `{"error": {…}}`; in streams no status comes with it, and the code tells it. */
export function ofEnvelope(body: unknown, known?: number, retryAfter?: number): status.APIError {
  const { error } = body as { error: Omit<status.ErrorFacts, "status"> };
  return make({ ...error, status: known ?? entry(error.code)?.[0] ?? 500, retryAfter });
}

/** `Retry-After` in seconds. This service sends no dates there. */
export function seconds(text: string | null): number | undefined {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? Math.max(0, value) : undefined;
}

function entry(code: string | null | undefined) {
  return code && Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : undefined;
}

function make(facts: status.ErrorFacts): status.APIError {
  const family = facts.status >= 500 ? status.ServerError : status.APIError;
  const kind: typeof status.APIError = entry(facts.code)?.[1] ?? FAMILIES[facts.status] ?? family;
  return new kind(facts);
}
