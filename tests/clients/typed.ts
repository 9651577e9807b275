// A partner's program in TypeScript, typed from schema.graphql: it reads a county and reports a problem.
import { GraphQLClient } from "graphql-request";
import { CountyToLatestUpdateDocument, ReportDocument } from "./generated/operations.ts";

const [url, token, county, community] = process.argv.slice(2) as [string, string, string, string];
const client = new GraphQLClient(url, { headers: { authorization: `Bearer ${token}` } });

const reported = await client.request(ReportDocument, {
  input: { divisionCode: community, category: "lighting", description: "楼道灯不亮了，晚上看不见台阶。" },
});
const read = await client.request(CountyToLatestUpdateDocument, { code: county });
const name: string | undefined = read.division?.shortName;
const errors: readonly string[] = reported.fileGrievance.errors.map((error) => error.message);
console.log(JSON.stringify({ name, errors, number: reported.fileGrievance.grievance?.number }));
