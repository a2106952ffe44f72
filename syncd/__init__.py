"""syncd keeps a Shopify shop in sync with a retailer's Backoffice (Postgres).

In reading order:

    records     what travels
    sales       what comes back: customers, orders, what is left to send
    deliveries  what arrives by webhook
    addresses   what addresses may look like that people give
    errors      the error tree, by whose fault it is
    phrases     sentences for people, in English, with their Norwegian in locale/
    rules       decisions, pure: lanes, mapping, limits, changes, customers, orders, retry, shares
    postgres    world A: outbox, leases, links, shops, history, backoffice, each with its sql/ file
    shopify     world B: client, budget, documents, products, bulk, uploads, families, shopread
    messengers  who carries alerts to people: a chat's webhook, mail
    flows       the only ones that know both worlds: push
    web         the receiver of webhooks, the console
    supervisor  loops under leases, signals; builds the clients
    settings    the process's SYNCD_* settings, read once
    vault       seals the credentials that are stored
    keyfile     the file with its keys
    passwords   hashed, for the console
    metrics     each metric, declared once; what a process counts
    logs        one line an event
    systemd     what a service says to it
    __main__    the program, stopped quietly while it starts
    cli         one function a command
    demo        the guided tour
    sandbox     a Shopify to talk to
    catalogue   catalogues from files, or made up, for the reference Backoffice
    recall      stored sentences as phrases again
    price       what a call will be asked to pay, before it is sent, worked out once a document
    querycost   the same, worked out for each call
    inputcost   what mutations pay for the size of their input
    actualcost  what it will be charged, from its answer
    selection   what a document selects, for both of them
    assets      where the folders graphql/ and sql/ are
"""
