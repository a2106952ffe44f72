"""World A: Postgres. One module a subject, each with its statements in sql/<same name>.sql."""
