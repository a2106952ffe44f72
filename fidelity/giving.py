"""What an exchange is about, given to the sandbox before it is asked."""

from __future__ import annotations

import re
from dataclasses import replace

from fidelity.recordings import Exchange
from fidelity.seeds import bulk, seed, shipping
from fidelity.seeds.making import wholes
from fidelity.stage import Stage
from fidelity.typed import GID, operation_in, roots
from fidelity.world import Thing, World, gids_in, merge
from syncd.selection import Operation

MISSING = re.compile(
    r"not found|n[o']t exist|could not be found|invalid id|NOT_FOUND|DOES_NOT_EXIST"
    r"|INVALID_INVENTORY_ITEM|INVALID_LOCATION|no longer exists",
    re.IGNORECASE,
)
"""How Shopify says that it has not what was named."""

WHOLES = ("Customer", "Order", "Product", "Location", "Publication", "MetafieldDefinition")
"""What stands by itself in a shop."""

NAMES = ("email", "handle", "sku", "title", "name")

SEARCHED = {"tag": "tags", "vendor": "vendor", "product_type": "productType", "email": "email"}
"""Search field -> field."""

TERM = re.compile(r"(?<![-\w])(\w+):('[^']*'|\"[^\"]*\"|[^\s()*]+)(?=\s|$|\))")
ALTERNATIVE = re.compile(r"\b(OR|NOT)\b|(?<!\S)-")

NAMES_ONLY = {"id", "__typename", "name", "legacyResourceId"}


def furnish(stage: Stage, known: Thing) -> None:
    """A place and a sales channel, where the story does not list those there are."""
    text = stage.seeding.asked
    for word, type_ in (("locations(", "Location"), ("publications(", "Publication")):
        there = known.get(type_) or {}
        if there and (word not in text or there.get("id") in stage.future.things):
            seed(stage.seeding, {"__typename": type_, **known[type_]})
    stage.shop.save()


def observe(stage: Stage, place: int) -> None:
    """Take in what was to be seen of the shop up to the next mutation, which may change it."""
    end = place
    while end < len(stage.story) and not _is_mutation(stage.story[end]):
        end += 1
    for exchange in stage.story[stage.observed : end]:
        if not _is_mutation(exchange):
            stage.seeding.world.observe(exchange)
    stage.observed = max(stage.observed, end)


def _is_mutation(exchange: Exchange) -> bool:
    asked = operation_in(exchange)
    return asked is not None and asked.is_mutation


def give(stage: Stage, exchange: Exchange, asked: Operation) -> None:
    """Give the shop what the exchange is about, if the sandbox has not made it itself."""
    if asked.is_mutation:
        _upload_for(stage, exchange, asked)
        shipping.hint(stage.future, exchange.variables, exchange.response)
        _seed_named(stage, exchange)
        stage.touched.update(gids_in(exchange.variables))
        stage.touched.update(gids_in(exchange.response))
        for gid in tuple(stage.touched):
            stage.touched.update(wholes(stage.seeding, gid))
    else:
        shown = World()
        seen = shown.observe(exchange)
        _tell_what_was_searched(stage, exchange, asked)
        _seed_nameless(stage, seen, _searched(asked))
        made = _below_made(stage, exchange, asked)
        for gid in shown.things:
            if not stage.seeding.twins.is_known(gid) and gid not in made:
                seed(stage.seeding, stage.seeding.world.things[gid])
    stage.shop.save()


def _searched(asked: Operation) -> Thing:
    """What the results of the exchange's one search all have, as their fields: tags, vendor …"""
    queries = {str(root.arguments.get("query") or "") for root in roots(asked)} - {""}
    if len(queries) != 1 or ALTERNATIVE.search(text := queries.pop()):
        return {}
    found: Thing = {}
    for name, value in TERM.findall(text):
        if field := SEARCHED.get(name):
            plain = value.strip("'\"")
            found[field] = [*found.get(field, []), plain] if field == "tags" else plain
    return found


def _tell_what_was_searched(stage: Stage, exchange: Exchange, asked: Operation) -> None:
    """Give what a search found the fields it was found by, where the answer does not show them."""
    for root in roots(asked):
        if root.arguments.get("query"):
            for gid in gids_in((exchange.response.get("data") or {}).get(root.key)):
                thing = stage.seeding.world.things.get(gid, {})
                if thing.get("__typename") in WHOLES:
                    merge(thing, {**_searched(asked)})


def _below_made(stage: Stage, exchange: Exchange, asked: Operation) -> set[str]:
    """What is shown of things that the sandbox made itself: it has made that, too."""
    data = exchange.response.get("data") or {}
    return {
        gid
        for root in roots(asked)
        if any(stage.seeding.twins.is_made(one) for one in gids_in(dict(root.arguments)))
        for gid in gids_in(data.get(root.key))
    }


def _seed_named(stage: Stage, exchange: Exchange) -> None:
    """What a mutation names and nobody has seen yet: as it was before, by what is seen later."""
    seeding = replace(stage.seeding, world=stage.future, is_before=True)
    for gid in gids_in(exchange.variables):
        if stage.seeding.twins.is_known(gid) or not _was_there(stage.future, exchange, gid):
            continue
        if gid in stage.seeding.world.things:
            seed(stage.seeding, stage.seeding.world.things[gid])
            continue
        named = {"__typename": gid[len(GID) :].split("/")[0], "id": gid}
        seed(seeding, stage.future.things.setdefault(gid, named))


def _seed_nameless(stage: Stage, shown: list[Thing], searched: Thing) -> None:
    """Things whose ids were not asked for, once each: told apart by what names them."""
    groups: dict[tuple[str, str], Thing] = {}
    for thing in shown:
        if thing.get("id") is None and thing.get("__typename") in WHOLES:
            name = next((str(thing[key]) for key in NAMES if thing.get(key)), None)
            if name is not None:
                merge(groups.setdefault((str(thing["__typename"]), name), {}), thing)
    for names, thing in groups.items():
        if names not in stage.nameless:
            stage.nameless.add(names)
            merge(thing, {**searched})
            seed(stage.seeding, thing)


def _upload_for(stage: Stage, exchange: Exchange, asked: Operation) -> None:
    """The file that a bulk mutation names; uploads go by another road and are not recorded."""
    for root in roots(asked):
        path = root.arguments.get("stagedUploadPath")
        if isinstance(path, str):
            payload = (exchange.response.get("data") or {}).get(root.key) or {}
            told = " ".join(str(one.get("message")) for one in payload.get("userErrors") or ())
            bulk.upload(stage.seeding, stage.seeding.twins.text(path), told)


def _told(exchange: Exchange) -> str:
    """All errors of an answer, in one text."""
    payloads = (exchange.response.get("data") or {}).values()
    told = [
        value
        for payload in payloads
        if isinstance(payload, dict)
        for key, value in payload.items()
        if key.endswith("rrors")
    ]
    return repr([exchange.response.get("errors"), *told])


def _was_there(world: World, exchange: Exchange, gid: str) -> bool:
    """Whether the shop had what a mutation names: it is seen, or nobody says it was missing."""
    if gid in world.things:
        return True
    return not MISSING.search(_told(exchange))


def give_again(stage: Stage, exchange: Exchange) -> None:
    """Show again what no recorded mutation touched: somebody else changed it.

    Also how far a bulk operation is that was still under way: time decides it.
    """
    fresh = World()
    fresh.observe(exchange)
    for gid, thing in fresh.things.items():
        is_ours = gid in stage.touched and not bulk.is_open(thing)
        if not is_ours and gid in stage.seeding.world.things:
            known = stage.seeding.world.things[gid]
            if not thing.keys() - NAMES_ONLY:
                continue
            known.update(thing)
            seed(stage.seeding, known)
    stage.shop.save()
