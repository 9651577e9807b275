// A component's data as a Relay app declares it: a paged list that refetches itself through `node`.
import { graphql } from "relay-runtime";

export const fragment = graphql`
  fragment Community_grievances on Division
  @refetchable(queryName: "CommunityGrievancesPage")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    shortName
    grids(first: $count, after: $cursor) @connection(key: "Community_grids") {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;

export const query = graphql`
  query CommunityQuery($code: DivisionCode!) {
    division(code: $code) {
      id
      ...Community_grievances
    }
  }
`;
