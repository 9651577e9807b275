// The audits of GraphQL over HTTP that npm's graphql-http brings, against a running server.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
const shown = [];
for (const { id, name, status, reason } of results) {
  shown.push({ id, name, status, reason: reason ?? "" });
}
console.log(JSON.stringify(shown));
