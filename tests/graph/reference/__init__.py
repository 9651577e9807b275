"""A slow, obvious reading of the schema, to compare the planner with.

All rows come from plain Tortoise queries and stay in memory; graphql-core walks the document field by field over
the published schema; what a filter, an order, a page or a rule of visibility means is written here in Python a
second time, from what the rooms promise and not from their SQL.
"""
