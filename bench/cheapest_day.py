"""A made-up day of a Backoffice: its products, its events in order of time.

Seeded, so that the same number makes the same day. 70 % of the events are stock (one row each: a
sale or a count of one variant), 20 % price, 8 % text or pictures, 2 % new products. The shop is
open for ten hours with two busy ones; some products are touched far more often than others. Half
of the price events come from campaigns, which touch many products within a second.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from syncd.records import Image, Product, Variant

OPEN_S = 36_000.0
BUSY = (1, 1, 2, 3, 2, 1, 1, 3, 4, 2)  # how many customers each hour, by comparison
SHARES = {"stock": 0.70, "price": 0.20, "text": 0.08, "new": 0.02}
CAMPAIGN = 250  # products of one campaign

Kind = Literal["stock", "price", "text", "new"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something was touched; `product` is how it is from then on."""

    at_s: float
    kind: Kind
    product: Product
    variant: str = ""


def goods(random_: random.Random, number: int) -> Product:
    """A product with one to three options, pictures, some of them shown by variants."""
    sizes = ["XS", "S", "M", "L", "XL", "XXL"][: random_.choice([1, 2, 3, 4, 5, 6])]
    colours = ["Rød", "Blå", "Svart"][: random_.choice([1, 1, 1, 2, 3])]
    images = tuple(
        Image(f"i{at}", f"https://bilder.no/{number}/{at}.jpg", f"Bilde {at}")
        for at in range(random_.choice([1, 2, 3, 4, 5, 6, 8]))
    )
    price = Decimal(random_.randrange(49, 2_000))
    variants = tuple(
        Variant(
            key=f"{number}-{size}-{colour}",
            option_values=(size, colour),
            sku=f"{number}-{size}-{colour}",
            barcode=f"{7_030_000_000_000 + number}",
            price=price,
            image_key=images[place % len(images)].key if len(colours) > 1 else None,
            quantity=random_.randrange(0, 20),
        )
        for place, colour in enumerate(colours)
        for size in sizes
    )
    return Product(
        key=str(number),
        title=f"Vare {number}",
        vendor="Fjell",
        is_active=True,
        option_names=("Størrelse", "Farge"),
        variants=variants,
        images=images,
        description_html=f"<p>Vare {number}</p>",
    )


def catalogue(seed: int, count: int) -> list[Product]:
    random_ = random.Random(seed)
    return [goods(random_, number) for number in range(count)]


def events(seed: int, start: Sequence[Product], count: int) -> list[Event]:
    """`count` events in order of time, each with the product as it leaves it."""
    random_ = random.Random(seed + 1)
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(count * share))]
    random_.shuffle(kinds)
    singles = [kind for kind in kinds if kind != "price"]
    prices = len(kinds) - len(singles)
    singles += ["price"] * (prices - prices // 2)
    times = sorted((_moment(random_), kind) for kind in singles)
    times += list(_campaigns(random_, prices // 2))
    products = {product.key: product for product in start}
    popular = [1 / (rank + 3) ** 0.7 for rank in range(len(start))]
    keys = [product.key for product in start]
    made = []
    for at_s, kind in sorted(times):
        if kind == "new":
            product = goods(random_, len(products))
            products[product.key] = product
            made.append(Event(at_s, "new", product))
            continue
        (key,) = random_.choices(keys, popular) if kind != "campaign" else [random_.choice(keys)]
        event = _touched(random_, at_s, kind, products[key])
        products[key] = event.product
        made.append(event)
    return made


def _moment(random_: random.Random) -> float:
    (hour,) = random_.choices(range(len(BUSY)), BUSY)
    return (hour + random_.random()) * OPEN_S / len(BUSY)


def _campaigns(random_: random.Random, count: int) -> Iterator[tuple[float, str]]:
    for first in range(0, count, CAMPAIGN):
        begins_s = random_.random() * OPEN_S
        for _ in range(min(CAMPAIGN, count - first)):
            yield begins_s + random_.random(), "campaign"


def _touched(random_: random.Random, at_s: float, kind: str, product: Product) -> Event:
    place = random_.randrange(len(product.variants))
    one = product.variants[place]
    if kind == "stock":
        counted = replace(one, quantity=max(0, (one.quantity or 0) + random_.choice([-2, -1, 9])))
        return Event(at_s, "stock", _with(product, place, counted), one.key)
    if kind in ("price", "campaign"):
        factor = Decimal(random_.choice(["0.8", "0.9", "1.1"]))
        variants = tuple(
            replace(each, price=max(Decimal(9), each.price * factor if each.price else Decimal(9)))
            for each in product.variants
        )
        return Event(at_s, "price", replace(product, variants=variants))
    return Event(at_s, "text", _rewritten(random_, at_s, product))


def _rewritten(random_: random.Random, at_s: float, product: Product) -> Product:
    """Half of it text, half of it pictures."""
    match random_.randrange(6):
        case 0:
            return replace(product, title=f"{product.title.partition(' –')[0]} – {at_s:.0f}")
        case 1 | 2:
            return replace(product, description_html=f"<p>Ny tekst {at_s:.0f}</p>")
        case 3:
            new = Image(f"n{at_s:.2f}", f"https://bilder.no/{product.key}/{at_s:.2f}.jpg")
            return replace(product, images=(*product.images[:8], new))
        case 4 if len(product.images) > 1:
            return replace(product, images=(*product.images[1:], product.images[0]))
        case _:
            first = replace(product.images[0], alt=f"Bilde {at_s:.0f}")
            return replace(product, images=(first, *product.images[1:]))


def _with(product: Product, place: int, variant: Variant) -> Product:
    return replace(
        product,
        variants=(*product.variants[:place], variant, *product.variants[place + 1 :]),
    )
