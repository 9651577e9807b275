"""GraphQL as most would build it over these models: Strawberry's resolvers and Tortoise's rows."""
