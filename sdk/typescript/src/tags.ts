// Tags of objects: the states in which the service answered with them.

const tags = new WeakMap<object, string>();

/** Names the state in which the service answered with this object. An entry of a list has none, but a message does. */
export function etagOf(object: object): string | undefined {
  const item = object as { object?: unknown; version?: unknown };
  const version = item.object === "conversation.item" ? `"${item.version}"` : undefined;
  return tags.get(object) ?? version;
}

export function remember(object: unknown, answer: Response): void {
  const tag = answer.headers.get("etag");
  if (tag && typeof object === "object" && object) tags.set(object, tag);
}

/** The tag of the state in which a change is to be made. */
export function expected(ifMatch: object | string): string {
  const tag = typeof ifMatch === "string" ? ifMatch : etagOf(ifMatch ?? {});
  if (tag && /^(\*|(W\/)?"[!#-~]*"(, *(W\/)?"[!#-~]*")*)$/.test(tag)) return tag;
  throw new TypeError(
    "ifMatch must be an object as a call returned it by itself (neither a copy nor an entry of a list has a tag), or its etag",
  );
}
