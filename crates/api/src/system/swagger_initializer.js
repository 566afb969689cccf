// Begins Swagger UI. Nothing is asked of any other server.
"use strict";

const DOCUMENT = "/openapi.json";
const KEY = "jan-conversations.authorization";

// Keeps what somebody authorizes with for this tab, and no longer. Swagger UI's own setting would keep
// it in localStorage for good, where the next person at this machine finds it.
const keptForTheTab = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        // Called after every authorization and removal.
        persistAuthorizationIfNeeded: (_original, system) => () => {
          const authorized = system.authSelectors.authorized();
          const kept = authorized ? authorized.toJS() : {};
          if (Object.keys(kept).length === 0) sessionStorage.removeItem(KEY);
          else sessionStorage.setItem(KEY, JSON.stringify(kept));
        },
      },
    },
  },
});

function restore(ui) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (kept) ui.authActions.restoreAuthorization({ authorized: kept });
  } catch {
    sessionStorage.removeItem(KEY);
  }
}

// An operation may fail in ten ways, each with an example: the answer stands first, the rest is folded.
const foldedErrors = () => ({
  wrapComponents: {
    responses: (Original, { React }) =>
      function Responses(props) {
        const [open, setOpen] = React.useState(false);
        const isError = (_, status) => /^[45]/.test(status);
        const errors = props.responses.filter(isError);
        const responses = open ? props.responses : props.responses.filterNot(isError);
        const statuses = errors.keySeq().join(", ");
        const button = React.createElement(
          "button",
          {
            type: "button",
            className: "btn jan-errors",
            "aria-expanded": open,
            onClick: () => setOpen(!open),
          },
          open ? "Hide the errors" : `Show the errors: ${statuses}`,
        );
        return React.createElement(
          React.Fragment,
          null,
          React.createElement(Original, { ...props, responses }),
          errors.size > 0 ? button : null,
        );
      },
  },
});

// --- The document, as a person reads it who is here for the first time ---

const TAGS = ["auth", "conversations", "items", "shares", "chat", "projects", "settings", "service"];
const FIRST = ["/auth/guest-login", "/auth/me"];

// The ids of examples do not exist, so a call with one ends in a 404: the box stays empty.
const ID = /^(conv|item|proj|key|sess|user|share|resp)_/;

// What can be sent as it stands comes first, and can be sent again; then what is empty; last what is a
// stream, which is no sight here, and what names an id or a model of somebody else's.
function weight({ value }) {
  const text = JSON.stringify(value ?? null);
  if (/"(conv|item|proj|share)_|"model"/.test(text)) return 3;
  if (/"stream"|"call_id"/.test(text)) return 2;
  return text === "{}" ? 1 : 0;
}

// Where a body may be absent and no example can be sent as it stands, an empty one can.
function examplesOf(body, required) {
  const examples = sorted(body.examples, ([, example]) => weight(example));
  const [first] = Object.values(examples);
  if (required || !first || weight(first) <= 1) return examples;
  return { plain: { summary: "With the settings as they are", value: {} }, ...examples };
}

const sorted = (record, rank) =>
  Object.fromEntries(Object.entries(record ?? {}).sort((one, other) => rank(one) - rank(other)));

// The order within a tag: what deletes the account stands last, not among the first rows.
const LAST = "delete_me";
const isLast = (entry) => entry.getIn(["operation", "operationId"]) === LAST;
const byDanger = (one, other) => isLast(one) - isLast(other);

function place(list, entry) {
  const at = list.indexOf(entry);
  return at < 0 ? list.length : at;
}

// Operations share an answer for each status, with an example for each code: the codes that an operation's own
// description names are those that it answers.
function ownAnswer({ components }, response) {
  const shared = components.responses[response.$ref?.split("/").pop()];
  const json = shared?.content?.["application/json"];
  if (!json?.examples || !response.description) return response;
  const own = ([code]) => response.description.includes(`\`${code}\``);
  const examples = Object.fromEntries(Object.entries(json.examples).filter(own));
  const content = { "application/json": { ...json, examples } };
  return { ...shared, description: response.description, content };
}

function forNewcomers(document) {
  document.tags.sort((one, other) => place(TAGS, one.name) - place(TAGS, other.name));
  document.paths = sorted(document.paths, ([path]) => place(FIRST, path));
  const schemes = document.components.securitySchemes;
  document.components.securitySchemes = sorted(schemes, ([name]) => place(["bearer"], name));
  for (const operation of Object.values(document.paths).flatMap(Object.values)) {
    for (const parameter of operation.parameters ?? []) {
      if (ID.test(parameter.example)) delete parameter.example;
      if (ID.test(parameter.schema?.example)) delete parameter.schema.example;
    }
    const body = operation.requestBody?.content?.["application/json"];
    for (const [status, response] of Object.entries(operation.responses ?? {}))
      operation.responses[status] = ownAnswer(document, response);
    if (body?.examples) body.examples = examplesOf(body, operation.requestBody.required);
  }
  return document;
}

// The colours that the person's system asks for, also when it changes between day and night.
function followColours() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();
}

async function begin() {
  followColours();
  const answer = await fetch(DOCUMENT);
  const ui = SwaggerUIBundle({
    dom_id: "#swagger-ui",
    spec: forNewcomers(await answer.json()),
    deepLinking: true,
    operationsSorter: byDanger,
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: "none",
    layout: "BaseLayout",
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [keptForTheTab, foldedErrors],
    onComplete: () => restore(window.ui),
  });
  window.ui = ui;
}

window.onload = begin;
