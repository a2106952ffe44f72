"""The addresses of the console's pages, in a shop that has products."""

PAGES = ("/", "/users")
