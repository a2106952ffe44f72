"""A made-up catalogue of any size: five variants by two options, a picture or two a product."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from syncd.catalogue import sample_words as words
from syncd.catalogue.entries import (
    DEPARTMENTS,
    WAREHOUSES,
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.catalogue.sample import ean13

SIZES, COLOURS = ("S", "M", "L"), ("Svart", "Mosegrønn")
KINDS = [(size, colour) for colour in COLOURS for size in SIZES]
VARIANTS = 5
LETTERS = str.maketrans("0123456789", "klmnopqrst")  # the sandbox takes 404 in an address for dead
TEXT = "<p>Varm og god, også når det regner.</p><ul><li>Fri retur i 30 dager</li></ul>" * 3


def catalogue(size: int, seed: int = 7) -> Catalogue:
    """Every 17th is inactive, every 7th on offer, every 23rd untracked."""
    random_ = Random(seed)
    return Catalogue(words.RETAILER, tuple(product(number, random_) for number in range(size)))


def product(number: int, random_: Random) -> ProductEntry:
    family = words.FAMILIES[number % len(words.FAMILIES)]
    title = f"{random_.choice(words.BRANDS[family.store])} {family.name} {number}"
    name = str(number).translate(LETTERS)
    images = tuple(
        ImageEntry(f"https://bilder.example.com/{name}-{place}.jpg", f"{title}, bilde {place}")
        for place in range(1, 2 + number % 2)
    )
    price = Decimal(random_.randrange(49, 2_000))
    offer = price - 10 if number % 7 == 6 else None
    variants = tuple(
        VariantEntry(
            row=number,
            option_values=KINDS[place],
            prices=tuple(PriceEntry(one.key, price, offer) for one in DEPARTMENTS),
            sku=f"W{number:06}-{place}",
            barcodes=(ean13(f"70990{number:06}{place}"),),
            is_tracked=number % 23 != 22,
            image_address=images[place % len(images)].address,
            counts=tuple((one.key, random_.randrange(30)) for one in WAREHOUSES),
        )
        for place in range(VARIANTS)
    )
    return ProductEntry(
        row=number,
        handle=f"vare-{number}",
        title=title,
        store=family.store,
        variants=variants,
        option_names=("Størrelse", "Farge"),
        images=images,
        description_html=f"<p><strong>{title}</strong></p>{TEXT}",
        is_active=number % 17 != 16,
    )
