// The pages of links are whole without this file. It adds buttons that copy a message or a block of
// code, tells times as this machine does, and finds a message that stands on another page.
"use strict";

// No page needs more buttons, and no text is to make a browser busy.
const MOST = 2000;

// --- A message as Markdown, from the few elements that the server makes of it ---

const MARKS = { strong: "**", em: "*", del: "~~" };
const BLOCKS = new Set(["p", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "figure", "div", "hr"]);

const texts = (node) => [...node.childNodes].map(inline).join("");

function fenced(text, mark, shortest) {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  return mark.repeat(Math.max(shortest, longest + 1));
}

function inline(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const text = () => node.textContent;
  switch (node.localName) {
    // A line's end follows it.
    case "br":
      return node.closest(".user") ? "" : "  ";
    case "code": {
      if (node.classList.contains("formula")) return text();
      const fence = fenced(text(), "`", 1);
      return fence.length > 1 ? `${fence} ${text()} ${fence}` : fence + text() + fence;
    }
    case "a":
      return node.classList.contains("bare") ? text() : `[${texts(node)}](${node.getAttribute("href") ?? ""})`;
    case "math": {
      const tex = node.querySelector("annotation")?.textContent ?? text();
      return node.getAttribute("display") === "block" ? `$$${tex}$$` : `$${tex}$`;
    }
    case "span":
      if (node.classList.contains("task")) return node.classList.contains("done") ? "[x] " : "[ ] ";
      return texts(node);
    default: {
      const mark = MARKS[node.localName] ?? "";
      return mark + texts(node) + mark;
    }
  }
}

function blocks(parent) {
  const found = [];
  let line = "";
  const end = () => {
    if (line.trim()) found.push(line.trim());
    line = "";
  };
  for (const node of parent.childNodes) {
    if (BLOCKS.has(node.localName)) {
      end();
      found.push(block(node));
    } else line += inline(node);
  }
  end();
  return found;
}

function block(node) {
  switch (node.localName) {
    case "hr":
      return "---";
    case "p":
      return node.classList.contains("plain") ? node.textContent : texts(node).trim();
    case "blockquote":
      return indented(blocks(node).join("\n\n"), "> ", "> ");
    case "figure":
      return code(node);
    case "div":
      return table(node);
    case "ul":
    case "ol":
      return list(node);
    default:
      return `${"#".repeat(Number(node.localName.slice(1)) - 2)} ${texts(node).trim()}`;
  }
}

const indented = (text, first, rest) =>
  text
    .split("\n")
    .map((line, at) => (at === 0 ? first : rest) + line)
    .join("\n");

function list(node) {
  let number = node.start ?? 1;
  const items = [...node.children].map((item) => {
    if (item.hasAttribute("value")) number = item.value;
    const first = node.localName === "ol" ? `${number++}. ` : "- ";
    const loose = [...item.children].some(({ localName }) => localName === "p");
    return indented(blocks(item).join(loose ? "\n\n" : "\n"), first, " ".repeat(first.length));
  });
  return items.join("\n");
}

function code(figure) {
  const text = figure.querySelector("pre").textContent;
  const fence = fenced(text, "`", 3);
  return `${fence}${figure.querySelector("figcaption")?.textContent ?? ""}\n${text}\n${fence}`;
}

function table(box) {
  const rows = [...box.querySelectorAll("tr")].map((row) => [...row.cells]);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = ({ className }) => ({ center: ":-:", end: "--:" })[className] ?? "---";
  const lines = rows.map((cells) =>
    line(cells.map((cell) => texts(cell).trim().replaceAll("|", "\\|").replaceAll("\n", " "))),
  );
  return [lines[0], line((rows[0] ?? []).map(rule)), ...lines.slice(1)].join("\n");
}

// --- Copying ---

const told = document.createElement("p");
told.className = "unseen";
told.setAttribute("role", "status");

async function copy(text) {
  // There is no clipboard for pages that came by http from another machine.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

function button(what, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "copy";
  made.textContent = "Copy";
  made.setAttribute("aria-label", `Copy this ${what}`);
  made.addEventListener("click", async () => {
    const focused = document.activeElement;
    // What is told again is heard again.
    told.textContent = "";
    const done = await copy(text()).then(
      () => true,
      () => false,
    );
    focused?.focus?.({ preventScroll: true });
    made.textContent = done ? "Copied" : "Not copied";
    told.textContent = done ? `The ${what} is copied.` : `The ${what} could not be copied.`;
    setTimeout(() => (made.textContent = "Copy"), 2000);
  });
  return made;
}

function addButtons() {
  for (const figure of [...document.querySelectorAll(".said .code")].slice(0, MOST)) {
    figure.prepend(button("code", () => figure.querySelector("pre").textContent));
  }
  for (const message of document.querySelectorAll(".message")) {
    const said = message.querySelector(".said");
    const text = () => `${blocks(said).join("\n\n")}\n`;
    message.querySelector("header").append(button("message", text));
  }
  document.body.append(told);
}

// --- What is seen ---

// An effect on every box of a page of many thousands would keep the browser busy for seconds.
function fadeWhatScrolls() {
  const boxes = document.querySelectorAll(".said :is(.code pre, .scroll, .formula.block, .formula.wide)");
  const first = [...boxes].slice(0, MOST);
  // All are measured before any is changed, so that the page is laid out once.
  const wide = first.map((box) => box.scrollWidth > box.clientWidth);
  for (const [at, box] of first.entries()) box.classList.toggle("fades", wide[at]);
}

// --- Times and places ---

function tellTimes() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
  for (const link of document.querySelectorAll("a.when")) {
    const time = new Date(link.querySelector("time").dateTime);
    link.title = `${format.format(time)}, in your time`;
  }
}

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// A message's id ends in its number, by which pages are found.
function findMessage() {
  const id = location.hash.slice(1);
  if (!/^item_[0-9A-HJKMNP-TV-Z]{26}$/.test(id) || document.getElementById(id)) return;
  const end = [...id.slice(-7)].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);
  const query = new URLSearchParams(location.search);
  const after = `seq_${Math.max((end % 2 ** 32) - 1, 0)}`;
  // It is not there either.
  if (query.get("after") === after) return;
  query.delete("before");
  query.set("after", after);
  location.replace(`?${query}#${id}`);
}

addButtons();
fadeWhatScrolls();
tellTimes();
findMessage();
addEventListener("hashchange", findMessage);
addEventListener("resize", fadeWhatScrolls);
