"""What Shopify cannot hold, told to the merchant before a call is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from syncd.errors import RowError
from syncd.phrases import phrase
from syncd.records import Form, Product, Variant, VariantForm
from syncd.rules.text import fold, line, option_name, shortened

MAX_VARIANTS = 2048  # a product; shopify.dev, productSet, read 2026-11
MAX_OPTIONS = 3  # shop.resourceLimits.maxProductOptions, recorded 2026-04
MAX_LENGTH = 255  # of a title, vendor, option, value, SKU or barcode; recorded 2025-01
MAX_MONEY = Decimal(10) ** 18  # a price must be less; recorded 2025-01
SHOWN = 60  # characters of a title in a message
AGAIN = phrase("in the Backoffice; it will be sent by itself")


def subject(key: str, title: str) -> str:
    """How a message names a product."""
    return phrase("product {key} ({title})", key=key, title=shortened(line(title), SHOWN))


def article(variant: Variant | VariantForm) -> str:
    """How a message names a variant: by its SKU, which people know."""
    sku = shortened(line(variant.sku or ""), SHOWN)
    if not sku:
        return phrase("variant {key} (no SKU)", key=variant.key)
    return phrase("SKU {sku}", sku=sku)


def check_product(product: Product) -> None:
    """Raises RowError when no form can be made of it: without a name, say, or with four options."""
    name = subject(product.key, product.title)
    if not line(product.title):
        raise RowError(
            phrase("product {key} has no name", key=product.key),
            hint=phrase("give it one {again}", again=AGAIN),
            cause="no_name",
        )
    if not product.variants:
        raise RowError(
            phrase("{product} has no variants", product=name),
            hint=phrase("add one {again}", again=AGAIN),
            cause="no_variants",
        )
    if len(product.variants) > MAX_VARIANTS:
        raise RowError(
            phrase(
                "{product} has {count} variants; Shopify holds {most}",
                product=name,
                count=len(product.variants),
                most=MAX_VARIANTS,
            ),
            hint=phrase("split the product in the Backoffice"),
            cause="too_many_variants",
        )
    _check_options(product, name)


def _check_options(product: Product, name: str) -> None:
    if len(product.option_names) > MAX_OPTIONS:
        raise RowError(
            phrase(
                "{product} has {count} options; Shopify holds {most}",
                product=name,
                count=len(product.option_names),
                most=MAX_OPTIONS,
            ),
            hint=phrase("join two of them {again}", again=AGAIN),
            cause="too_many_options",
        )
    if not all(line(option) for option in product.option_names):
        raise RowError(
            phrase("{product} has an option without a name", product=name),
            hint=phrase("name it {again}", again=AGAIN),
            cause="option_without_name",
        )
    if not product.option_names and len(product.variants) > 1:
        raise RowError(
            phrase(
                "{product} has {count} variants and no option to tell them apart",
                product=name,
                count=len(product.variants),
            ),
            hint=phrase(
                "give it an option such as size, with a value for each variant, {again}",
                again=AGAIN,
            ),
            cause="variants_without_option",
        )


def check_variant(product: Product, variant: Variant, values: Sequence[str]) -> None:
    """Raises RowError for a value that is missing or has no option; `values` are trimmed."""
    if len(values) != len(product.option_names) or not all(values):
        options = [shortened(option_name(option), SHOWN) for option in product.option_names]
        said = ", ".join(shortened(value, SHOWN) or "(nothing)" for value in values) or "(nothing)"
        raise RowError(
            phrase(
                "{product}: the options are {options}, the variant says {said}",
                product=_of(product, variant),
                options=", ".join(options) or "(none)",
                said=said,
            ),
            hint=phrase("give each option a value {again}", again=AGAIN),
            cause="value_missing",
            sku=line(variant.sku or ""),
        )


def check_prices(product: Product, variant: Variant, currency: str) -> None:
    """Raises RowError for a price that is missing, unfit to send, or in another currency."""
    if variant.price is None:
        raise RowError(
            phrase(
                "{product} has no price in the shop's department", product=_of(product, variant)
            ),
            hint=phrase("set the price {again}", again=AGAIN),
            cause="no_price",
            sku=line(variant.sku or ""),
        )
    if variant.currency not in (None, currency):
        raise RowError(
            phrase(
                "{product} has a price in {there}, the shop sells in {currency}",
                product=_of(product, variant),
                there=variant.currency,
                currency=currency,
            ),
            hint=phrase("choose a department with prices in the shop's currency for this shop"),
            cause="other_currency",
            sku=line(variant.sku or ""),
        )
    for price in (variant.price, variant.compare_at_price):
        if price is not None and not (price.is_finite() and 0 <= price < MAX_MONEY):
            raise RowError(
                phrase(
                    "{product} has the price {price}", product=_of(product, variant), price=price
                ),
                hint=phrase("correct the price {again}", again=AGAIN),
                cause="price_unfit",
                sku=line(variant.sku or ""),
            )


def check_form(key: str, form: Form) -> None:
    """Raises RowError for a text that is too long, and for options or variants that are the same.

    The form's values have one spelling already.
    """
    texts = [(phrase("name"), form.title), (phrase("store"), form.vendor)]
    options = [(phrase("option"), one) for one in form.options]
    _refuse_long(key, form, None, [*texts, *options])
    for variant in form.variants:
        codes = ((phrase("SKU"), variant.sku), (phrase("barcode"), variant.barcode))
        _refuse_long(key, form, variant, [*zip(form.options, variant.values, strict=True), *codes])
    _refuse_alike(key, form)


def _refuse_alike(key: str, form: Form) -> None:
    names: dict[str, str] = {}
    for option in form.options:
        if fold(option) in names:
            raise RowError(
                phrase(
                    "{product} has two options called {name}",
                    product=subject(key, form.title),
                    name=names[fold(option)],
                ),
                hint=phrase("give one of them another name {again}", again=AGAIN),
                cause="options_alike",
            )
        names[fold(option)] = option
    rows: dict[tuple[str, ...], VariantForm] = {}
    for variant in form.variants:
        first = rows.setdefault(variant.values, variant)
        if first is not variant:
            raise RowError(
                phrase(
                    "{product}: {first} and {second} are both {values}",
                    product=subject(key, form.title),
                    first=article(first),
                    second=article(variant),
                    values=" / ".join(variant.values),
                ),
                hint=phrase(
                    "give one of them another {options} {again}",
                    options=" or ".join(form.options),
                    again=AGAIN,
                ),
                cause="variants_alike",
                sku=variant.sku,
            )


def _refuse_long(
    key: str, form: Form, variant: VariantForm | None, texts: Sequence[tuple[str, str]]
) -> None:
    for what, text in texts:
        if len(text) > MAX_LENGTH:
            raise RowError(
                phrase(
                    "{product}: the {what} has {count} characters; Shopify holds {most}",
                    product=whose(subject(key, form.title), variant),
                    what=what if len(what) <= SHOWN else shortened(what, SHOWN),
                    count=len(text),
                    most=MAX_LENGTH,
                ),
                hint=phrase("shorten it {again}", again=AGAIN),
                cause="text_too_long",
                sku=variant.sku if variant else "",
            )


def _of(product: Product, variant: Variant) -> str:
    """Only where it is told: to make it took as long as all the looking does."""
    return whose(subject(product.key, product.title), variant)


def whose(product: str, variant: Variant | VariantForm | None) -> str:
    """A product as messages name it, with its variant if it is one's."""
    if variant is None:
        return product
    return phrase("{product}, {variant}", product=product, variant=article(variant))
