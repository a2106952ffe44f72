"""Hold back changes that would do mass damage with what was done to the shop lately."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

import structlog

from syncd.flows.judgement import Judgement, Kept
from syncd.flows.step import Step
from syncd.postgres import harms as noted
from syncd.postgres.db import Connection
from syncd.postgres.harms import Note, Seen
from syncd.records import Change, Form
from syncd.rules import accidents, comparison, guards, harms, mapping
from syncd.rules.harms import Harm

log = structlog.get_logger()


async def judge(step: Step, changes: Sequence[Change]) -> Judgement:
    """Which of these changes wait for an answer; asks the database nothing if none does harm.

    What a run sends was judged with that run, unless something else is wanted by now. What is held
    stays held as long as it does the same sort of harm, however little else is under way.
    """
    feared = {one.key for one in changes if _harms(step, one.key, 0)}
    if not feared and not any(one.is_repeated for one in changes):
        return Judgement()
    seen = await noted.look(step.pool, step.shop.shop_id, [one.key for one in changes])
    percent = seen.numbers.price_fall_percent
    does = {key: _harms(step, key, percent) for key in feared if not _is_judged(step, key, seen)}
    kept = {
        key: Kept(does[key], "; ".join(held.hold), held.run_id, held.is_rejected)
        for key, held in seen.held.items()
        if held.harms.intersection(does.get(key, ()))
    }
    if freed := [key for key in seen.held if key not in kept and _form(step, key)]:
        await noted.release(step.pool, step.shop.shop_id, freed)
    fresh = {key: found for key, found in does.items() if found and key not in kept}
    reasons = await _reasons(step, seen, kept, fresh)
    for key, found in fresh.items():
        if why := [reasons[harm] for harm in dict.fromkeys(found) if harm in reasons]:
            kept[key] = Kept(found, "; ".join(why))
    counted = {key: found for key, found in fresh.items() if key not in kept}
    met = {harm for key in fresh.keys() & kept.keys() for harm in fresh[key]}
    told = [why for harm, why in reasons.items() if harm in met or seen.open_run is not None]
    return Judgement(kept, counted, told, seen.open_run)


def _form(step: Step, key: str) -> Form | None:
    with suppress(Exception):  # a bug of ours is told when the product is carried
        return step.asked(key)[0]
    return None


def _harms(step: Step, key: str, fall_percent: int) -> tuple[Harm, ...]:
    """What sending the product would do, by what Shopify last accepted of it."""
    link, form = step.known.get(key), _form(step, key)
    if link is None or form is None:
        return ()
    if link.is_gone:
        return ("deleted",) if key in step.products and accidents.is_made_anew(form) else ()
    if form == link.known:
        return ()
    is_gone = key not in step.products
    return harms.of(form, link.known, fall_percent=fall_percent, is_gone=is_gone)


def _is_judged(step: Step, key: str, seen: Seen) -> bool:
    """Whether a run sends just this; a revert wants what the Backoffice does not."""
    digests, form = seen.sending.get(key, ()), _form(step, key)
    return form is not None and (None in digests or mapping.digest(form) in digests)


async def _reasons(
    step: Step, seen: Seen, kept: Mapping[str, Kept], fresh: Mapping[str, Sequence[Harm]]
) -> dict[guards.Sort, str]:
    waiting = [one.harms for one in kept.values() if not one.is_rejected]
    totals = guards.in_window(seen.lately, [*waiting, *fresh.values()])
    if not fresh or guards.are_few(totals):
        return {}
    base = await noted.base(step.pool, step.lease)
    return guards.reasons(guards.on(totals, base), seen.numbers)


async def hold(connection: Connection, shop_id: int, judged: Judgement) -> dict[str, int]:
    """The runs that hold what is kept, by key; what an answer has met since is left out.

    Called before the changes are settled, in the same transaction: the runs are locked, so that an
    answer comes either before or after.
    """
    if not judged.kept:
        return {}
    ids = {one.run_id for one in judged.kept.values() if one.run_id is not None}
    states = await noted.lock(connection, shop_id, ids)
    opened = next((run_id for run_id, state in states.items() if state == "held"), None)
    held = {}
    is_new = any(one.run_id is None for one in judged.kept.values())
    if is_new and opened == judged.open_run:
        opened = await noted.open_hold(connection, shop_id, judged.reasons, opened)
        if opened is not None:
            states[opened] = "held"
            held = {key: opened for key, one in judged.kept.items() if one.run_id is None}
            log.warning("changes_held", run=opened, changes=len(held), reasons=judged.reasons)
    for key, one in judged.kept.items():
        if one.run_id in states and (states[one.run_id] == "rejected") == one.is_rejected:
            held[key] = one.run_id
    return held


async def note(
    connection: Connection, step: Step, held: Mapping[str, int], settled: Collection[str]
) -> None:
    """Note what is held of the products whose changes were settled just now."""
    notes: dict[int, list[Note]] = {run_id: [] for run_id in held.values()}
    for key in held.keys() & settled:
        link, form = step.known[key], _form(step, key)
        assert form is not None  # it was judged
        fields, digest = comparison.changed(form, link.known), mapping.digest(form)
        fields = (comparison.DELETED,) if link.is_gone else fields
        found = step.judged.kept[key].harms
        notes[held[key]].append(Note(key, link.gid, form.title, fields, found, digest))
    for run_id, rows in notes.items():
        await noted.note(connection, step.shop.shop_id, run_id, rows)
