// Which requests are sent again, and when: pauses in milliseconds, undefined where they are not.

import { seconds } from "./errors.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8_000;
// A longer wait is for the caller to decide: the error is thrown at once.
const LONGEST_WAIT = 60;
const STATUSES = [408, 425, 429, 500, 502, 503, 504];
// What Node.js says where a request was never sent; browsers do not tell.
const NEVER_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

export function afterAnswer(answer: Response, code: string | null, attempt: number, repeatable: boolean) {
  const advice = answer.headers.get("x-should-retry");
  if (advice === "false" || (advice !== "true" && !STATUSES.includes(answer.status))) return undefined;
  // These two say that nothing was done; another 503 may come from a write whose outcome is unknown.
  if (!repeatable && answer.status !== 429 && code !== "server_busy") return undefined;
  const asked = seconds(answer.headers.get("retry-after"));
  if (asked !== undefined) return asked <= LONGEST_WAIT ? asked * 1000 : undefined;
  return pause(attempt);
}

export function afterFailure(failure: unknown, attempt: number, repeatable: boolean) {
  const { code } = ((failure as Error).cause ?? {}) as { code?: string };
  return repeatable || NEVER_SENT.includes(code ?? "") ? pause(attempt) : undefined;
}

function pause(attempt: number): number {
  // Clients that failed together must not come back together.
  return Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) * (0.5 + Math.random() / 2);
}
