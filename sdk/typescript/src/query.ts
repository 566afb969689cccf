/** A query as the service reads it: `tag=a&tag=b`, `metadata[key]=value`. Absent values are left out. */
export function encode(query: object | undefined): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) value.forEach((one) => pairs.append(name, String(one)));
    else if (value instanceof Date) pairs.append(name, value.toISOString());
    else if (typeof value === "object") {
      for (const [key, one] of Object.entries(value)) pairs.append(`${name}[${key}]`, String(one));
    } else pairs.append(name, String(value));
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

/** The path of a route with its ids in place. */
export function fill(path: string, ids: readonly (string | number)[]): string {
  const waiting = ids[Symbol.iterator]();
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(waiting.next().value ?? "");
    // These would lead to another address.
    if (["", ".", ".."].includes(value)) throw new TypeError(`${name} must not be ${JSON.stringify(value)}`);
    return encodeURIComponent(value);
  });
}
