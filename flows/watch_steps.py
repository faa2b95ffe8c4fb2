"""The watch as a step: reads releases, uses, claims, remittances and rejections, and gives them to `flows.watch`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import Settings
from flows.steps import prepare_result
from flows.watch.acts import read_acts
from flows.watch.alarms import date_alarms, keep_first_alarms, read_first_alarms
from flows.watch.report import Findings, Key, build_report
from flows.watch.watchlist import Baselines, build_watchlist
from flows.watch_decisions import add_policy_acts, apply_decisions
from schema.changes import UpdateResult
from schema.contents import ReleaseInfo
from schema.store import reader
from schema.store.database import reading
from schema.store.validity import read_unchanged, read_validity
from schema.systems import SYSTEMS
from schema.validity import CodeValidity
from schema.watch import REVIEW_DAYS, WATCH_DAYS, WatchAct, WatchEntry, WatchReport

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.watch.events import Events
    from flows.watch.signals import Signal

CLOSING_DAYS = (30, REVIEW_DAYS, WATCH_DAYS)

Layer = dict[str, UpdateResult]
"""At most one update of each system."""


def watch_folder(settings: Settings) -> Path:
    """Where the watch keeps its entries, the dates of alarms and the reports."""
    return settings.home / "watch"


def _tell_nobody(line: str) -> None:
    pass


def find_watched(engine: Engine, as_of: date) -> tuple[tuple[ReleaseInfo, ReleaseInfo], ...]:
    """(previous, current) of every update in its first 90 days, the effective date counted in; by system, the
    newest first. A release without an earlier one held is no update."""
    found = []
    with reading(engine) as connection:
        for system in SYSTEMS:
            for current in reversed(reader.list_releases(connection, system)):
                effective = current.release_id.effective_date
                if current.has_later_issue or not effective <= as_of <= effective + timedelta(days=WATCH_DAYS):
                    continue
                previous = reader.find_previous(connection, system, effective)
                if previous is not None:
                    found.append((previous, current))
    return tuple(found)


def prepare_watch_report(
    engine: Engine,
    settings: Settings,
    config: Path | None,
    as_of: date,
    tell: Callable[[str], None] = _tell_nobody,
) -> WatchReport:
    """The report of a day, from what was received by it; keeps the dates of first alarms (`alarms.json`).

    Works without updates, claims, remittances or uses too: then there is less in it. What hinders the assessment
    (a use that cannot be read) leaves dollars at risk and owners out, and `tell` gets a line about it. Raises
    ClaimsError, RemitsError or WatchError.
    """
    return keep_first_alarms(watch_folder(settings), _prepare(engine, settings, config, as_of, tell))


def prepare_closings(
    engine: Engine, settings: Settings, config: Path | None, current: Sequence[date], as_of: date
) -> dict[int, WatchReport]:
    """The reports of day 30, 60 and 90, those that were reached: what a close-out shows does not change any more
    with what comes later. `current` are the effective dates of the updates that are watched on `as_of`.

    A day is that of the update that reached it last. First alarms are told as known, and not kept.
    """
    known = read_first_alarms(watch_folder(settings))
    closings = {}
    for days in CLOSING_DAYS:
        reached = [day + timedelta(days=days) for day in current if day + timedelta(days=days) <= as_of]
        if reached and max(reached) < as_of:
            closings[days] = date_alarms(_prepare(engine, settings, config, max(reached), _tell_nobody), known)
    return closings


def list_entries(engine: Engine, settings: Settings, config: Path | None, as_of: date) -> tuple[WatchEntry, ...]:
    """The watchlist of a day, without figures of remittances."""
    layers = _prepare_layers(engine, settings, config, as_of, _tell_nobody)
    acts = _read_acts(engine, settings, layers)
    return tuple(entry for layer in _list_by_layer(layers, [{}] * len(layers), acts, as_of) for entry in layer)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one layer shows."""

    events: Events | None
    signals: Sequence[Signal]
    validity: dict[Key, CodeValidity]
    titles: dict[Key, str]


def _prepare(
    engine: Engine, settings: Settings, config: Path | None, as_of: date, tell: Callable[[str], None]
) -> WatchReport:
    layers = _prepare_layers(engine, settings, config, as_of, tell)
    acts = _read_acts(engine, settings, layers)
    plain = _list_by_layer(layers, [{}] * len(layers), acts, as_of)
    seen = [_look(engine, settings, layer, entries, as_of) for layer, entries in zip(layers, plain, strict=True)]
    return _join(layers, plain, seen, acts, as_of)


def _prepare_layers(
    engine: Engine, settings: Settings, config: Path | None, as_of: date, tell: Callable[[str], None]
) -> list[Layer]:
    """The updates, the newest of each system in the first layer: each has an effective date of its own."""
    from flows.impact_steps import describe_left_out, try_impact

    layers: list[Layer] = []
    for previous, current in find_watched(engine, as_of):
        result = apply_decisions(engine, prepare_result(engine, previous, current, as_of))
        result, error = try_impact(engine, settings, config, result)
        if error is not None:
            tell(describe_left_out(result, error))
        system = current.release_id.system
        layer = next((layer for layer in layers if system not in layer), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[system] = result
    return layers


def _read_acts(engine: Engine, settings: Settings, layers: Sequence[Layer]) -> Sequence[WatchAct]:
    """What people did to the watchlist, by its commands and in the reviews of the updates."""
    results = [result for layer in layers for result in layer.values()]
    return add_policy_acts(engine, results, read_acts(watch_folder(settings)))


def _list_by_layer(
    layers: Sequence[Layer], baselines: Sequence[Baselines], acts: Sequence[WatchAct], as_of: date
) -> list[tuple[WatchEntry, ...]]:
    """The entries of each layer; a code of a newer update is not watched for the older one too."""
    taken: set[Key] = set()
    lists = []
    for layer, figures in zip(layers, baselines, strict=True):
        entries = [
            entry
            for result in layer.values()
            for entry in build_watchlist(result, result.impact, figures, acts, as_of)
            if (entry.system, entry.code) not in taken
        ]
        taken |= {(entry.system, entry.code) for entry in entries}
        lists.append(tuple(entries))
    return lists


def _look(engine: Engine, settings: Settings, layer: Layer, entries: Sequence[WatchEntry], as_of: date) -> _Seen:
    """The events and signals of one layer, and what our tables say of the codes in them."""
    from loaders.claims.dataset import ClaimsDataset
    from loaders.remits.dataset import RemitsDataset

    with reading(engine) as connection:
        updates = [(result.change_set, result.current) for result in layer.values()]
        validity = read_validity(connection, updates)
    claims = ClaimsDataset(settings.claims).parts()
    remits = RemitsDataset(settings.remits)
    lines, rejections = remits.line_parts(), remits.rejection_parts()
    events: Events | None = None
    signals: list[Signal] = []
    if claims or lines or rejections:
        from flows.watch.events import read_events
        from flows.watch.model import find_signals

        effective = {system: result.current.release_id.effective_date for system, result in layer.items()}
        events = read_events(claims, lines, rejections, validity, as_of, effective, settings.engine)
        watched = {(entry.system, entry.code): entry.reasons[0].value for entry in reversed(entries)}
        signals = find_signals(
            events.billed, events.adjudicated, events.denied, effective, watched, events.invalid_billed, as_of
        )
    codes = dict(validity.codes)
    titles = {
        (system, change.code): change.record.long_descriptor or change.record.short_descriptor
        for system, result in layer.items()
        for change in result.change_set.changes
    }
    named = {(s.system, s.code) for s in signals} | {(entry.system, entry.code) for entry in entries}
    _add_unchanged(engine, layer, named - codes.keys(), codes, titles)
    return _Seen(events, signals, codes, titles)


def _add_unchanged(
    engine: Engine,
    layer: Layer,
    named: Collection[Key],
    codes: dict[Key, CodeValidity],
    titles: dict[Key, str],
) -> None:
    with reading(engine) as connection:
        for system, result in layer.items():
            wanted = sorted(code for of, code in named if of == system)
            for code, found in read_unchanged(connection, result.current, wanted).items():
                codes[system, code] = found
            for code, record in reader.read_codes_in(connection, result.current.release_id, wanted).items():
                titles[system, code] = record.long_descriptor or record.short_descriptor


def _join(
    layers: Sequence[Layer],
    entries: Sequence[tuple[WatchEntry, ...]],
    seen: Sequence[_Seen],
    acts: Sequence[WatchAct],
    as_of: date,
) -> WatchReport:
    """One report of all layers. Of an older update only the codes that it watches are told."""
    from flows.watch.tables import count_trend, measure_baselines, read_cases, sum_recovered

    own = [{(entry.system, entry.code) for entry in listed} for listed in entries]
    baselines: list[Baselines] = [
        measure_baselines(one.events, keys) if one.events else {} for one, keys in zip(seen, own, strict=True)
    ]
    findings = Findings(
        as_of=as_of,
        current=tuple(result.current.release_id for layer in layers for result in layer.values()),
        entries=tuple(e for listed in _list_by_layer(layers, baselines, acts, as_of) for e in listed),
        signals=(),
        cases=(),
        validity={},
    )
    for number in reversed(range(len(layers))):
        one, newer = seen[number], set[Key]().union(*own[:number])
        is_told = own[number] - newer if number else None
        signals = [s for s in one.signals if is_told is None or (s.system, s.code) in is_told]
        keys = {(s.system, s.code) for s in signals}
        findings = replace(
            findings,
            signals=(*findings.signals, *signals),
            validity={**findings.validity, **one.validity},
            titles={**findings.titles, **one.titles},
        )
        if one.events is not None:
            effective = {system: result.current.release_id.effective_date for system, result in layers[number].items()}
            findings = replace(
                findings,
                cases=(*findings.cases, *read_cases(one.events.cases, keys)),
                recovered={**findings.recovered, **sum_recovered(one.events.denied, keys)},
                trend=count_trend(one.events.denied, effective, as_of) if number == 0 else findings.trend,
            )
    return build_report(findings)
