"""lib-shopify-graphql (PyPI): products, variants, stock, pictures by its own functions."""

from decimal import Decimal

import lib_shopify_graphql as lib
from errand import DOMAIN, URL, VERSION, be_throttled, did, insist, push_and_read
from lib_shopify_graphql.adapters import ShopifyGraphQLClient, ShopifyTokenProvider
from lib_shopify_graphql.models import ImageSource


class ToSandbox(ShopifyGraphQLClient):
    """What is meant for myshopify.com goes to the sandbox."""

    def configure(self, shop_url, api_version, access_token):
        super().configure(shop_url, api_version, access_token)
        self._endpoint = f"{URL}/admin/api/{api_version}/graphql.json"


class TokensOfSandbox(ShopifyTokenProvider):
    def _build_token_request(self, shop_url, client_id, client_secret):
        request = super()._build_token_request(shop_url, client_id, client_secret)
        request.full_url = request.full_url.replace(f"https://{DOMAIN}", URL)
        return request


def main():
    credentials = lib.ShopifyCredentials(
        shop_url=DOMAIN,
        api_version=VERSION,
        client_id="sandbox-app",
        client_secret="sandbox-secret",
    )
    session = lib.login(credentials, graphql_client=ToSandbox(), token_provider=TokensOfSandbox())
    did("logged in by client credentials")
    push_and_read(session.execute_graphql)
    products(session)
    variants(session)
    stock(session)
    pictures(session)
    be_throttled(session.execute_graphql)
    lib.logout(session)


def products(session):
    made = lib.create_product(
        session, lib.ProductCreate(title="Lue", vendor="Devold", tags=["ull"])
    )
    insist(made.title == "Lue", made)
    changed = lib.update_product(session, made.id, lib.ProductUpdate(title="Varm lue"))
    insist(changed.title == "Varm lue", changed)
    found = lib.get_product_by_id(session, made.id)
    insist(found.vendor == "Devold" and len(found.variants) == 1, found)
    did("created, changed, read a product")
    several = lib.list_products(session, max_products=70)
    insist(len(several) == 61, len(several))
    did(f"listed {len(several)}")
    removed = lib.delete_product(session, made.id)
    insist(removed.success, removed)
    did("deleted one")


def variants(session):
    by_sku = lib.get_product_by_sku(session, "ULL-007-M")
    insist(by_sku.title == "Ullgenser 007", by_sku)
    did("found one by SKU")
    variant = by_sku.variants[0]
    lib.update_variant(
        session,
        variant.id,
        lib.VariantUpdate(price=Decimal("99.50"), barcode="7040000000017"),
        product_id=by_sku.id,
    )
    result = lib.update_variants_bulk(
        session,
        by_sku.id,
        [
            lib.VariantUpdateRequest(
                variant_id=each.id, update=lib.VariantUpdate(price=Decimal(10))
            )
            for each in by_sku.variants
        ],
    )
    insist(result.all_succeeded, result)
    found = lib.get_product_by_id(session, by_sku.id)
    insist([each.price.amount for each in found.variants] == [10, 10], found.variants)
    did("changed variants, one and several")


def stock(session):
    place = session.execute_graphql("{ locations(first: 1) { nodes { id } } }")
    location = place["data"]["locations"]["nodes"][0]["id"]
    by_sku = lib.get_product_by_sku(session, "ULL-008-S")
    variant = by_sku.variants[0]
    try:
        lib.set_inventory(session, variant.id, 5, location_id=location)
    except lib.GraphQLError as error:
        # Its document has neither @idempotent nor changeFromQuantity, which 2026-04 demands.
        insist(VERSION >= "2026-04", error)
        did("was refused stock without @idempotent, as in 2026-04")
    else:
        found = lib.get_product_by_id(session, by_sku.id)
        insist(found.variants[0].inventory_quantity == 5, found.variants)
        level = lib.adjust_inventory(session, variant.id, 2, location_id=location)
        insist(level.available in (None, 7), level)
        did("set, adjusted stock")


def pictures(session):
    made = lib.get_product_by_sku(session, "ULL-009-S")
    names = ("a.jpg", "b.jpg")
    first, second = (
        lib.create_image(session, made.id, ImageSource(url=f"https://example.com/{name}"))
        for name in names
    )
    lib.reorder_images(session, made.id, [second.image_id, first.image_id])
    gone = lib.delete_image(session, made.id, first.image_id)
    insist(gone.deleted_media_ids == [first.image_id], gone)
    did("added, sorted, deleted pictures")
    copied = lib.duplicate_product(session, made.id, "En til")
    insist(copied.new_product.title == "En til", copied)
    did("duplicated a product")


if __name__ == "__main__":
    main()
