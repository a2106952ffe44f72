"""syncd keeps a retailer's Backoffice (Postgres) and its Shopify shop in sync.

In reading order:

    records     what travels
    errors      the error tree, by whose fault it is
    rules       decisions, pure: mapping, changes, retry
    postgres    world A: outbox, links, shops, history, backoffice, each beside its sql/ file
    shopify     world B: client, budget, documents
    flows       the only ones that know both worlds: push
    supervisor  pumps, signals; builds pool and clients
    cli         one function a command
    demo        the guided tour
    sandbox     a Shopify to talk to
    catalogue   catalogues from files, or made up, for the reference Backoffice
"""
