// The schema by the linter of The Guild: every rule that it has for schemas and for Relay, less those below.
import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

// Parts of another object: they live and die with it and are read through it, so they have no id of their own.
const parts = [
  "EnterpriseListing", "Figure", "Grant", "GrievanceFigures", "GrievancePerformance", "GrievanceUpdate", "Offer", "OpeningHours", "SpecialDay", "SlotPlan", "Steward", "Dish",
  "PriceRule", "MarketFigures", "ProductionBase", "ProductOutput", "Recognition", "SupportReceived", "DrillFigures", "EventEntry", "EventTeam", "RescueFigures", "ProgrammeItem", "UserError",
  "Backlog", "CategoryQuestion", "Document", "EmergencyCall", "EnterpriseChange", "EnterpriseFigures", "EventSeries", "MovedAlong", "GrievanceAnswer", "GrievanceCall",
  "GrievanceRedaction", "GrievanceTag", "OfficeHours", "ChecklistField", "ChecklistQuestion", "ChecklistStep", "EnterpriseFacets", "EventFacets", "Facet", "OneThingAnswer", "OneThingStep", "ReferralFigures", "ReferralStep", "TrackedReferral", "TrackedReferralStep", "PolicyExample", "PolicyFacets", "PolicyFigures", "PolicyRuleLine", "QuotaQuestion", "InvestmentAmount", "InvestmentFigures", "InvestmentMilestone", "InvestmentStageChange", "Upload", "UrgencyPolicy", "WorkOrder", "Workload",
  "JoinedGrievance", "TrackedGrievance", "TrackedHeldReport", "TrackedPhoto", "TrackedRegistration", // what a tracking secret shows; an id would let it be read without the secret
];

const ours = {
  "@graphql-eslint/require-description": [
    "error",
    {
      types: true, DirectiveDefinition: true, FieldDefinition: true, InputValueDefinition: true,
      EnumValueDefinition: true,
    },
  ],
  "@graphql-eslint/strict-id-in-types": [
    "error", { exceptions: { types: [...parts, "PageInfo"], suffixes: ["Connection", "Edge", "Payload"] } },
  ],
  // `nodes` beside `edges` is what most clients want, and `errors` is a plain list.
  "@graphql-eslint/relay-edge-types": [
    "error", { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  ],
  // Fields stand in the order in which they are read and understood; types are sorted by their domains.
  "@graphql-eslint/alphabetize": "off",
  // It forbids mutations altogether when it is not told which root to forbid.
  "@graphql-eslint/no-root-type": "off",
  // A read is one statement: it is answered whole or not at all, so a null root would only burden typed clients;
  // what may fail in a mutation is in the payload's `errors`.
  "@graphql-eslint/require-nullable-result-in-root": "off",
  // A payload gives what was changed, from which everything is reached; a whole query is asked as one.
  "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: "../../schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: { ...configs["flat/schema-all"].rules, ...configs["flat/schema-relay"].rules, ...ours },
  },
];
