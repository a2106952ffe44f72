"""The form that a product had before a run, as it can be sent again."""

from __future__ import annotations

from dataclasses import replace

from syncd.records import Form
from syncd.rules import mapping

FILE = "gid://"  # a picture that was not ours stands under its file's GID: it has no address


def before(observed: Form | None, known: Form) -> Form:
    """The form to bring back, of what the shop showed then and what it holds now (`known`).

    A product that was new goes off sale. Pictures are left as they are now where the merchant's
    stood among them: these cannot be sent again.
    """
    if observed is None:
        return mapping.gone(known)
    shown = [picture.address for picture in observed.pictures or ()]
    shown += [variant.picture or "" for variant in observed.variants]
    if observed.pictures is not None and not any(one.startswith(FILE) for one in shown):
        return observed
    now = {variant.key: variant.picture for variant in known.variants}
    variants = tuple(replace(one, picture=now.get(one.key)) for one in observed.variants)
    return replace(observed, pictures=known.pictures, variants=variants)
