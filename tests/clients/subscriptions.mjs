// A subscription by graphql-ws: the answer of this moment, and the one after a report.
import { createClient } from "graphql-ws";

const [url] = process.argv.slice(2);
const file = `mutation { fileGrievance(input: {
  divisionCode: "520327001901", category: "lighting", description: "路灯坏了，楼道很黑"
}) { grievance { number } } }`;

async function report() {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: file }),
  });
  return (await response.json()).data.fileGrievance.grievance.number;
}

const client = createClient({ url: url.replace(/^http/, "ws") });
const answers = client.iterate({ query: "subscription { grievances(first: 1) { nodes { number } } }" });
const seen = [];
let reported;
for await (const answer of answers) {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  seen.push(answer.data.grievances.nodes[0].number);
  if (seen.length === 2) break;
  reported = await report();
}
await client.dispose();
console.log(JSON.stringify({ seen, reported }));
