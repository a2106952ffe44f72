"""Catalogues before they are in a Backoffice: read from files, or made up. No Postgres here."""
