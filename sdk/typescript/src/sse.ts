// Server-sent events, out of bytes that may be cut anywhere.

export interface ServerEvent {
  event: string;
  data: string;
}

/** Lines that ended. */
async function* lines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    const whole = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}

/** Events that are complete; one whose end did not come is not told. */
export async function* events(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  let event = "message";
  let data: string[] = [];
  for await (const line of lines(pieces)) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n") };
      event = "message";
      data = [];
    } else if (line.startsWith("event:")) event = value(line);
    else if (line.startsWith("data:")) data.push(value(line));
  }
}

function value(line: string): string {
  return line.slice(line.indexOf(":") + 1).replace(/^ /, "");
}
