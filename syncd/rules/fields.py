"""A form as named lines of text, so that several can be held against each other."""

from __future__ import annotations

from syncd.records import Form


def lines(form: Form) -> dict[str, str]:
    """Each field that is ours by its name, in the order in which people look for them.

    Variants are named by their keys, which are the same in all forms of a product.
    """
    found = {"title": form.title, "vendor": form.vendor, "status": form.status}
    if form.description_html is not None:
        found["description"] = form.description_html
    found["options"] = ", ".join(form.options)
    pictures = form.pictures or ()
    for place, picture in enumerate(pictures, start=1):
        found[f"picture {place}"] = " ".join(filter(None, (picture.ref, picture.alt)))
    names = {picture.ref: f"picture {place}" for place, picture in enumerate(pictures, start=1)}
    for variant in form.variants:
        name = f"variant {variant.key}:"
        found[f"{name} values"] = " / ".join(variant.values)
        found[f"{name} sku"] = variant.sku
        found[f"{name} barcode"] = variant.barcode
        found[f"{name} price"] = variant.price
        found[f"{name} compare-at price"] = variant.compare_at_price or ""
        found[f"{name} tracked"] = "yes" if variant.tracked else "no"
        if variant.stopped:
            found[f"{name} sale"] = "stopped"
        found[f"{name} picture"] = names.get(variant.picture or "", variant.picture or "")
    return found
