"""Fields of kept things whose stored values the sandbox has no room for, so no seed can put them.

Another value of ours there means that the recording wants state. Values that Shopify
computes do not belong here: those are differences.
"""

UNKEPT_FIELDS = frozenset(
    """
    LocationAddress.latitude
    LocationAddress.longitude
    Location.suggestedAddresses
    Location.addressVerified
    Location.fulfillmentService
    Product.sellingPlanGroups
    Product.sellingPlanGroupsCount
    ProductVariant.sellingPlanGroups
    ProductVariant.sellingPlanGroupsCount
    Order.returns
    Order.returnStatus
    Shop.fulfillmentServices
    Shop.enabledPresentmentCurrencies
    ShopPlan.publicDisplayName
    ShopPlan.partnerDevelopment
    Customer.storeCreditAccounts
    """.split()
)
"""Type.field, as the schema names them."""
