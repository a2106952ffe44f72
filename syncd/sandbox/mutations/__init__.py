"""Writes: one module a subject, each with the FIELDS it serves, like `resolvers`.

A root field is all or nothing: it builds new records, gathers its complaints, and puts the records
in the shop only when there are none. `execution` saves the shop, once a request.

In reading order
    product_set, product_create, product_update, product_delete, product_status, product_copies,
    variants_bulk_create, variants_bulk_update, variants_bulk_rest, product_options, option_update,
    product_media, variant_media, files, file_update, metafields, metafield_definitions, publishing
                      the root fields
    product_works     what is done later: productSet, productDelete, productDuplicate
    write             a write in progress
    product_fields    titles, handles, tags: the single fields of a product
    option_sets       the options of a product as a whole, `menu` what variants choose from them
    variant_lists     the variants of a product as a whole
    variant_fields    the single fields of a variant, `items` of the inventory item behind it
    quantities        how much lies where
    inventory_sets, inventory_moves, inventory_activation, inventory_items, locations
                      the root fields of stock; `stock_changes` what they check row by row,
                      `references` the documents they name; the stock itself: `stockroom`
    new_options, option_orders
                      options that are added, options that change places
    pictures          files of products, pictures of variants; `new_files` what becomes a file
    metafield_values  metafields of products and variants, `metafield_checks` their values
"""
