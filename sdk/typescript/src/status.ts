// What all failures have, and the families by status that the codes belong to.

/** Everything that a call may end in. A mistake in the call itself is a TypeError. */
export class JanError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The server was not reached, or the connection broke. */
export class APIConnectionError extends JanError {}

/** The server did not answer in time. */
export class APITimeoutError extends APIConnectionError {}

/** A stream ended before it was complete. The server finishes and stores what it began. */
export class StreamInterruptedError extends APIConnectionError {}

export interface ErrorFacts {
  status: number;
  message: string;
  code?: string | null | undefined;
  type?: string | null | undefined;
  param?: string | null | undefined;
  request_id?: string | null | undefined;
  doc_url?: string | null | undefined;
  retryAfter?: number | undefined;
}

/** The server refused the request, or failed. Its message begins with the status and the code. */
export class APIError extends JanError {
  /** A sentence that a person can act on. */
  readonly detail: string;
  readonly status: number;
  /** Which failure it is; stable. Null where a proxy answered, and not the service. */
  readonly code: string | null;
  readonly type: string | null;
  /** The field at fault, as a path such as `items[3].content`. */
  readonly param: string | null;
  /** Finds the request in the server's log. */
  readonly requestId: string | null;
  /** Where the code is explained. */
  readonly docUrl: string | null;
  /** After how many seconds the server would like to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(facts: ErrorFacts) {
    const { status, code, message } = facts;
    super(code ? `${status} ${code}: ${message}` : `${status}: ${message}`);
    this.detail = message;
    this.status = facts.status;
    this.code = facts.code ?? null;
    this.type = facts.type ?? null;
    this.param = facts.param ?? null;
    this.requestId = facts.request_id ?? null;
    this.docUrl = facts.doc_url ?? null;
    this.retryAfter = facts.retryAfter;
  }
}

/** 400: the request is malformed or has a wrong value; `param` names it. */
export class BadRequestError extends APIError {}
/** 401: credentials are missing or not accepted. */
export class AuthenticationError extends APIError {}
/** 403: you may see this, but you may not do it. */
export class PermissionDeniedError extends APIError {}
/** 404: it does not exist, it was deleted, or it is not yours. */
export class NotFoundError extends APIError {}
/** 409: the request conflicts with the present state. */
export class ConflictError extends APIError {}
/** 410: a link that has ended. */
export class GoneError extends APIError {}
/** 429: too many requests at once. */
export class RateLimitError extends APIError {}
/** 5xx: the service or its model provider failed. */
export class ServerError extends APIError {}
/** 503: something that the service needs is unavailable for now. */
export class UnavailableError extends ServerError {}
