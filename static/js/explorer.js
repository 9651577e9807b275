// Mounts GraphiQL on #explorer with the document and variables of the address, so that every page can open here.

const at = document.getElementById("explorer");
const given = new URLSearchParams(location.search);

async function fetcher(body, options) {
  const answer = await fetch(at.dataset.endpoint, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", accept: "application/json", ...(options?.headers ?? {}) },
    body: JSON.stringify(body),
  });
  return answer.json();
}

ReactDOM.createRoot(at).render(
  React.createElement(GraphiQL, {
    fetcher,
    query: given.get("query") ?? undefined,
    variables: given.get("variables") ?? undefined,
    operationName: given.get("operationName") ?? undefined,
    defaultQuery: at.dataset.example,
    defaultEditorToolsVisibility: "variables",
    shouldPersistHeaders: false,
  }),
);
