"""Writes: one module a subject, each with the FIELDS it serves, like `resolvers`.

A root field is all or nothing: it builds new records, gathers its complaints, and puts the records
in the shop only when there are none. `execution` saves the shop, once a request.

In reading order
    product_set, product_update, product_delete, variants_bulk_create, variants_bulk_update,
    metafields, metafield_definitions, publishing
                      the root fields
    write             a write in progress
    product_fields    titles, handles, tags: the single fields of a product
    option_sets       the options of a product as a whole, `menu` what variants choose from them
    variant_lists     the variants of a product as a whole
    variant_fields    the single fields of a variant, `items` of the inventory item behind it
    quantities        how much lies where
    pictures          files of products, pictures of variants
    metafield_values  metafields of products and variants, `metafield_checks` their values
"""
