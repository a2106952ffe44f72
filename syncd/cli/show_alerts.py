"""The picture of `syncd alerts`: what stands with who was told, how the targets do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.phrases import Tongue, said
from syncd.postgres.alerts import Health, Listed, Mute
from syncd.rules import alarms
from syncd.rules.alarms import Alarm
from syncd.rules.telling import Target


def tables(
    standing: Sequence[Alarm], seen: Sequence[Listed], muted: Sequence[Mute], tongue: Tongue
) -> RenderableType:
    """What stands first, then what is over since a day, then what is muted."""
    noted = {one.alert.alarm.identity: one for one in seen if one.alert.cleared_at is None}
    names = {one.alarm: one for one in muted}
    shown: list[RenderableType] = []
    for alarm in standing:
        shown.append(_headline(alarm, tongue))
        shown.append(Text(f"  {said(alarms.words(alarm).sentence, tongue)}"))
        told = "muted" if alarm.alarm in names else _told(noted.get(alarm.identity))
        shown.append(Text(f"  {alarm.alarm} · {told}", style="dim"))
    if not shown:
        shown.append(Text.from_markup("[green]✓[/] nothing needs a person"))
    if over := [one for one in seen if one.alert.cleared_at is not None]:
        shown.append(_over(over, tongue))
    for one in muted:
        until = "until it is unmuted" if one.until.year == 9999 else f"until {_at(one.until)}"
        shown.append(Text(f"{one.alarm} is muted {until} (by {one.muted_by})"))
    return Group(*shown)


def targets(health: Sequence[Health], wanted: Sequence[Target]) -> Iterator[Text]:
    """A line for each target of the settings."""
    known: Mapping[Target, Health] = {one.target: one for one in health}
    for name in wanted:
        one = known.get(name)
        if one is None or (one.sent_at is None and not one.failures):
            yield Text(f"{name}: nothing was sent yet")
        elif one.failures:
            yield Text(f"✗ {name}: not taken {one.failures} times: {one.last_error}", style="red")
        else:
            yield Text(f"{name}: took the last message {_at(one.sent_at)}")


def _headline(alarm: Alarm, tongue: Tongue) -> Text:
    style = "red" if alarm.severity == "error" else "yellow"
    where = f" ({alarm.domain})" if alarm.domain else ""
    line = Text("✗ ", style=style)
    return line.append(f"{said(alarms.words(alarm).headline, tongue)}{where}", style="bold")


def _told(noted: Listed | None) -> str:
    if noted is None:
        return "not seen by a daemon yet"
    since = f"since {_at(noted.alert.raised_at)}"
    told = [f"told by {name} {alarms.moment(at)}" for name, at in sorted(noted.told.items())]
    return ", ".join([since, *(told or ["nobody was told yet"])])


def _over(over: Sequence[Listed], tongue: Tongue) -> Table:
    table = Table(title="Over", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("alarm", "what", "shop", "from", "until", "told"):
        table.add_column(name, overflow="fold")
    for one in over:
        alarm = one.alert.alarm
        table.add_row(
            Text(alarm.alarm),
            Text(said(alarms.words(alarm).headline, tongue)),
            Text(alarm.domain or ""),
            _at(one.alert.raised_at),
            _at(one.alert.gone_at),
            ", ".join(sorted(one.told)) or "–",
        )
    return table


def _at(at: object) -> str:
    return alarms.moment(str(at))
