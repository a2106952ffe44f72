"""How a shop sells: what an order costs, where it is shipped from, what undoes it.

    totals    what an order costs, what was paid
    progress  how far its shipping is
    routing   which location ships what
    placing   a new order, with its fulfilment orders
    shipping  fulfillments, made or called off
    undoing   refunds
    parting   fulfilment orders taken apart, put together

Called by the mutations, by the storefront, by the desk. They put what they change and leave
hints for webhooks; the caller saves.
"""
