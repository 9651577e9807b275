// The same read by clients of different makers: Apollo (with persisted queries by GET), urql, graphql-request.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange, gql as urqlGql } from "@urql/core";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GraphQLClient } from "graphql-request";

const [url, code] = process.argv.slice(2);
const text = readFileSync("documents/county.graphql", "utf8");

const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([
    new PersistedQueryLink({
      useGETForHashedQueries: true,
      sha256: (document) => createHash("sha256").update(document).digest("hex"),
    }),
    new HttpLink({ uri: url }),
  ]),
});
const byApollo = await apollo.query({ query: gql(text), variables: { code } });
const again = await apollo.query({ query: gql(text), variables: { code }, fetchPolicy: "network-only" });

const urql = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
const byUrql = await urql.query(urqlGql(text), { code }).toPromise();
if (byUrql.error) throw byUrql.error;

const byRequest = await new GraphQLClient(url).request(text, { code });

const names = [byApollo.data, again.data, byUrql.data, byRequest].map((data) => data.division.shortName);
console.log(JSON.stringify(names));
