// Begins Swagger UI. Nothing is asked of any other server.
"use strict";

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

window.onload = () => {
  const ui = SwaggerUIBundle({
    dom_id: "#swagger-ui",
    url: "/openapi.json",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: "none",
    layout: "StandaloneLayout",
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, keptForTheTab],
    onComplete: () => restore(ui),
  });
  window.ui = ui;
};
