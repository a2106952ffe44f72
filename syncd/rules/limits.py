"""What Shopify cannot hold, told to the merchant before a call is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from syncd.errors import RowError
from syncd.records import Form, Product, Variant, VariantForm
from syncd.rules.text import fold, line, option_name, shortened

MAX_VARIANTS = 2048  # a product; shopify.dev, productSet, read 2026-11
MAX_OPTIONS = 3  # shop.resourceLimits.maxProductOptions, recorded 2026-04
MAX_LENGTH = 255  # of a title, vendor, option, value, SKU or barcode; recorded 2025-01
MAX_MONEY = Decimal(10) ** 18  # a price must be less; recorded 2025-01
SHOWN = 60  # characters of a title in a message
AGAIN = "in the Backoffice; it will be sent by itself"


def subject(key: str, title: str) -> str:
    """How a message names a product."""
    return f"product {key} ({shortened(line(title), SHOWN)})"


def article(variant: Variant | VariantForm) -> str:
    """How a message names a variant: by its SKU, which people know."""
    sku = shortened(line(variant.sku or ""), SHOWN)
    return f"SKU {sku}" if sku else f"variant {variant.key} (no SKU)"


def check_product(product: Product) -> None:
    """Raises RowError when no form can be made of it: without a name, say, or with four options."""
    name = subject(product.key, product.title)
    if not line(product.title):
        raise RowError(
            f"product {product.key} has no name", hint=f"give it one {AGAIN}", cause="no_name"
        )
    if not product.variants:
        raise RowError(f"{name} has no variants", hint=f"add one {AGAIN}", cause="no_variants")
    if len(product.variants) > MAX_VARIANTS:
        raise RowError(
            f"{name} has {len(product.variants)} variants; Shopify holds {MAX_VARIANTS}",
            hint="split the product in the Backoffice",
            cause="too_many_variants",
        )
    if len(product.option_names) > MAX_OPTIONS:
        raise RowError(
            f"{name} has {len(product.option_names)} options; Shopify holds {MAX_OPTIONS}",
            hint=f"join two of them {AGAIN}",
            cause="too_many_options",
        )
    if not all(line(option) for option in product.option_names):
        raise RowError(
            f"{name} has an option without a name",
            hint=f"name it {AGAIN}",
            cause="option_without_name",
        )
    if not product.option_names and len(product.variants) > 1:
        raise RowError(
            f"{name} has {len(product.variants)} variants and no option to tell them apart",
            hint=f"give it an option such as size, with a value for each variant, {AGAIN}",
            cause="variants_without_option",
        )


def check_variant(product: Product, variant: Variant, values: Sequence[str]) -> None:
    """Raises RowError for a value that is missing or has no option; `values` are trimmed."""
    if len(values) != len(product.option_names) or not all(values):
        options = [shortened(option_name(option), SHOWN) for option in product.option_names]
        said = ", ".join(shortened(value, SHOWN) or "(nothing)" for value in values) or "(nothing)"
        raise RowError(
            f"{_of(product, variant)}: the options are {', '.join(options) or '(none)'}, "
            f"the variant says {said}",
            hint=f"give each option a value {AGAIN}",
            cause="value_missing",
            sku=line(variant.sku or ""),
        )


def check_prices(product: Product, variant: Variant, currency: str) -> None:
    """Raises RowError for a price that is missing, unfit to send, or in another currency."""
    if variant.price is None:
        raise RowError(
            f"{_of(product, variant)} has no price in the shop's department",
            hint=f"set the price {AGAIN}",
            cause="no_price",
            sku=line(variant.sku or ""),
        )
    if variant.currency not in (None, currency):
        raise RowError(
            f"{_of(product, variant)} has a price in {variant.currency}, "
            f"the shop sells in {currency}",
            hint="choose a department with prices in the shop's currency for this shop",
            cause="other_currency",
            sku=line(variant.sku or ""),
        )
    for price in (variant.price, variant.compare_at_price):
        if price is not None and not (price.is_finite() and 0 <= price < MAX_MONEY):
            raise RowError(
                f"{_of(product, variant)} has the price {price}",
                hint=f"correct the price {AGAIN}",
                cause="price_unfit",
                sku=line(variant.sku or ""),
            )


def check_form(key: str, form: Form) -> None:
    """Raises RowError for a text that is too long, and for options or variants that are the same.

    The form's values have one spelling already.
    """
    texts = {"name": form.title, "store": form.vendor}
    _refuse_long(key, form, None, [*texts.items(), *(("option", one) for one in form.options)])
    for variant in form.variants:
        codes = (("SKU", variant.sku), ("barcode", variant.barcode))
        _refuse_long(key, form, variant, [*zip(form.options, variant.values, strict=True), *codes])
    names: dict[str, str] = {}
    for option in form.options:
        if fold(option) in names:
            raise RowError(
                f"{subject(key, form.title)} has two options called {names[fold(option)]}",
                hint=f"give one of them another name {AGAIN}",
                cause="options_alike",
            )
        names[fold(option)] = option
    rows: dict[tuple[str, ...], VariantForm] = {}
    for variant in form.variants:
        first = rows.setdefault(variant.values, variant)
        if first is not variant:
            raise RowError(
                f"{subject(key, form.title)}: {article(first)} and {article(variant)} are both "
                f"{' / '.join(variant.values)}",
                hint=f"give one of them another {' or '.join(form.options)} {AGAIN}",
                cause="variants_alike",
                sku=variant.sku,
            )


def _refuse_long(
    key: str, form: Form, variant: VariantForm | None, texts: Sequence[tuple[str, str]]
) -> None:
    for what, text in texts:
        if len(text) > MAX_LENGTH:
            whose = f", {article(variant)}" if variant else ""
            raise RowError(
                f"{subject(key, form.title)}{whose}: the {shortened(what, SHOWN)} has "
                f"{len(text)} characters; Shopify holds {MAX_LENGTH}",
                hint=f"shorten it {AGAIN}",
                cause="text_too_long",
                sku=variant.sku if variant else "",
            )


def _of(product: Product, variant: Variant) -> str:
    """Only where it is told: to make it took as long as all the looking does."""
    return f"{subject(product.key, product.title)}, {article(variant)}"
