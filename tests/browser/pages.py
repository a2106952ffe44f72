"""The addresses of the console's pages, in a shop that has the product 1."""

SHOP = "/shops/fjord.myshopify.com"
PAGES = (
    "/",
    SHOP,
    "/products",
    "/products?q=jakke",
    f"{SHOP}/products/1",
    "/runs",
    "/attention",
    "/shops",
    "/shops/new",
    f"{SHOP}/settings",
    f"{SHOP}/link",
    "/users",
)
