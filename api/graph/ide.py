"""The GraphQL IDE, GraphiQL, whose files come with a package: no request leaves the house."""

import hashlib
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.pages.policies import typed_into

# BSD-licensed carrier of GraphiQL (MIT); only its static files are used, its code is never run.
PACKAGE = "graphene_django_graphiql_static"
ASSETS = "/graphql/assets"

_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parvis · GraphQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{ASSETS}/graphiql.min.css">
<style>
html, body, #editor {{ height: 100%; margin: 0; }}
</style>
</head>
<body>
<div id="editor">Loading…</div>
<script src="{ASSETS}/react.production.min.js"></script>
<script src="{ASSETS}/react-dom.production.min.js"></script>
<script src="{ASSETS}/graphiql.min.js"></script>
<script>
const start = `# Put your token into Headers below, behind Bearer;
# the arrows at the left then fetch the schema again.
{{
  workspace {{ id name }}
  communities(first: 3) {{ nodes {{ id name }} }}
}}
`;
// Its history keeps the headers of what was asked, and so the token, for good: they are left out.
const forget = (text) => {{
  try {{
    return JSON.stringify(JSON.parse(text, (name, held) => name === "headers" ? undefined : held));
  }} catch {{
    return text;  // a query, as it was written
  }}
}};
const own = () => Object.keys(localStorage).filter((name) => name.startsWith("graphiql:"));
const withoutHeaders = {{
  get length() {{ return own().length; }},
  getItem: (name) => localStorage.getItem(name),
  setItem: (name, text) => localStorage.setItem(name, forget(text)),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => own().forEach((name) => localStorage.removeItem(name)),
}};
own().forEach((name) => withoutHeaders.setItem(name, localStorage.getItem(name)));
// The package carries React 17, which has no roots yet.
ReactDOM.render(React.createElement(GraphiQL, {{
  fetcher: GraphiQL.createFetcher({{ url: location.pathname }}),
  defaultQuery: start,
  defaultHeaders: '{{"Authorization": "Bearer "}}',
  isHeadersEditorEnabled: true,
  shouldPersistHeaders: false,
  storage: withoutHeaders,
}}), document.getElementById("editor"));
</script>
</body>
</html>
"""


_OWN = _PAGE.rpartition("<script>")[2].partition("</script>")[0]
_HASH = b64encode(hashlib.sha256(_OWN.encode()).digest()).decode()
HEADERS = typed_into(f"'sha256-{_HASH}'")


def page() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=HEADERS)


def assets() -> StaticFiles:
    """GraphiQL's files, found without importing the package that carries them."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {PACKAGE} is missing: install requirements.lock.")
    return StaticFiles(directory=Path(spec.origin).parent / "static" / PACKAGE)
