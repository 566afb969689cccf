// Mistakes in calls, told before anything is sent.

/** A call that returns an object cannot return another form: where that is wished, it names the call that can. */
export function refuse(wished: unknown, name: string, call: string): void {
  if (wished) throw new TypeError(`${name} cannot be given here; use ${call}`);
}

/** The server's address as the paths of its routes follow it: without the `/v1` that OpenAI's SDKs need. */
export function address(baseUrl: string): string {
  // A page in a browser may name its own server by a path.
  const relative = "location" in globalThis && /^(\/|$)/.test(baseUrl);
  if (!relative && !/^https?:\/\//i.test(baseUrl)) {
    throw new TypeError(`baseUrl must begin with http:// or https://, and is ${JSON.stringify(baseUrl)}`);
  }
  return baseUrl.replace(/\/+$/, "").replace(/(^|[^/])\/v1$/, "$1");
}

export function checkKey(idempotencyKey: string): string {
  if (/^[ -~]{1,255}$/.test(idempotencyKey)) return idempotencyKey;
  throw new TypeError("idempotencyKey must have 1 to 255 printable ASCII characters");
}
