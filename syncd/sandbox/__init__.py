"""A Shopify to talk to: a web server that answers as a shop's Admin GraphQL API does.

For the demo, for rehearsals and for tests (docs/sandbox.md). It follows the recorded behaviour of
the real Shopify and is never bent to make syncd pass; of syncd it uses the ground floor only.

In reading order
    server       the HTTP face: routes, headers, faults on demand; `running` starts a shop
    options      what kind of shop it is: name, plan, token, places
    execution    one request's way: parse, validate, variables, sizes, cost, bucket, run
    surface      surface.graphql: the list of what is served
    schema       the official schema with a resolver on each field
    shop         everything the shop holds, with its indexes; archive keeps it in a file
    records      what is held
    resolvers/   reads, one module a subject
    mutations/   writes, one module a subject
    documents    parsed and validated once: validation, arguments, literals, usage
    variables, sizes, scalars, faults   what else a call may be refused for, in Shopify's words
    search       the `query` argument; searchterms reads it, searchvalues its values
    bucket, connections, handles, paces, gids, words   one rule each
    state        the shop as canonical JSON; counters, what it was asked
    pages/       the shop as web pages, one module a page; journal keeps the last requests
"""
