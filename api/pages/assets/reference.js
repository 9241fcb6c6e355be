// The API reference, made findable: tags are folded until somebody opens one or looks for words.
"use strict";

// Swagger UI filters the names of tags; people look for a path, a summary or an operation's id.
const said = (operation) =>
  [
    operation.get("path"),
    operation.getIn(["operation", "summary"], ""),
    operation.getIn(["operation", "operationId"], ""),
  ]
    .join(" ")
    .toLowerCase();

const finding = () => ({
  fn: {
    opsFilter: (tags, phrase) => {
      const words = phrase.toLowerCase().split(/\s+/).filter(Boolean);
      return tags
        .map((tag, name) =>
          tag.update("operations", (operations) =>
            operations.filter((each) => words.every((word) => `${name} ${said(each)}`.includes(word))),
          ),
        )
        .filter((tag) => tag.get("operations").size > 0);
    },
  },
  wrapComponents: {
    // What was found is shown, folded or not.
    OperationTag: (Tag, { React }) => (given) => {
      const phrase = given.layoutSelectors.currentFilter();
      const isSought = typeof phrase === "string" && phrase !== "";
      const docExpansion = isSought ? "list" : "none";
      const getConfigs = () => ({ ...given.getConfigs(), docExpansion });
      return React.createElement(Tag, { ...given, getConfigs });
    },
  },
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [finding],
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  showExtensions: true,
  showCommonExtensions: true,
  displayRequestDuration: true,
  // The page is of the api itself: its token is for nobody else, and is forgotten with the tab.
  persistAuthorization: false,
  onComplete: () => {
    const looking = document.querySelector("input.operation-filter-input");
    looking?.setAttribute("aria-label", "Find operations by words of their path or summary");
    looking?.setAttribute("placeholder", "Find operations, such as: post schedule");
    document.querySelector("#servers")?.setAttribute("aria-label", "Server");
  },
});
