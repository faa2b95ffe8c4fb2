"""The claims of a window that hold changed codes: how many lines and claims, how many dollars, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flows.impact.engine import open_engine
from flows.impact.exposure_parts import choose_parts, find_filled_columns
from flows.impact.exposure_query import (
    CLAIM_TYPE,
    DEPARTMENT,
    FIRST,
    OTHER,
    PARTS,
    PAYER,
    PLACE_OF_SERVICE,
    POSITION,
    TOTAL,
    Question,
    add_up,
    find_hits,
)
from schema.claims import (
    DATE_OF_SERVICE,
    DIAGNOSIS_COLUMNS,
    DIAGNOSIS_DATE,
    DIAGNOSIS_TYPE,
    PROCEDURE_COLUMNS,
    PROCEDURE_TYPE,
    ClaimsPart,
)
from schema.errors import ImpactError, MemoryExceededError
from schema.impact import Exposure, Measure

_HCPCS = ("hcpcs_code", *(f"hcpcs_modifier_{n}" for n in range(1, 6)))
# Where the codes of each system stand, without the codes.
_PLACES = {
    "hcpcs": Question("hcpcs", (), _HCPCS, DATE_OF_SERVICE),
    "icd10cm": Question(
        "icd10cm", (), DIAGNOSIS_COLUMNS, DIAGNOSIS_DATE, DIAGNOSIS_COLUMNS[0], "diagnosis_code_type", DIAGNOSIS_TYPE
    ),
    "icd10pcs": Question(
        "icd10pcs", (), PROCEDURE_COLUMNS, DIAGNOSIS_DATE, PROCEDURE_COLUMNS[0], "procedure_code_type", PROCEDURE_TYPE
    ),
}

Exposures = dict[str, Exposure]


def measure_exposure(
    parts: Sequence[ClaimsPart],
    system: str,
    codes: Collection[str],
    window_from: date,
    window_to: date,
    engine: str = "duckdb",
) -> Exposures:
    """The exposure of each code of one system, by code; codes without a line are left out.

    HCPCS codes and modifiers count by date of service; diagnoses, and procedures of ICD-10-PCS, by the
    diagnosis date, where the line says that its codes are of that system. A line counts once for a code
    however often the code stands on it. Both ends of the window count. Raises ImpactError.
    """
    return measure_exposures(parts, {system: codes}, window_from, window_to, engine)[system]


def measure_exposures(
    parts: Sequence[ClaimsPart],
    codes: Mapping[str, Collection[str]],
    window_from: date,
    window_to: date,
    engine: str = "duckdb",
) -> dict[str, Exposures]:
    """As `measure_exposure`, for the codes of several systems at once; by system."""
    found: dict[str, Exposures] = {system: {} for system in codes}
    asked = [replace(_find_place(system), codes=sorted(set(codes[system]))) for system in sorted(codes)]
    dates = sorted({question.date_column for question in asked if question.codes})
    chosen = choose_parts(parts, dates, window_from, window_to)
    questions = _leave_out_empty(asked, find_filled_columns(chosen))
    if questions:
        for system, exposures in _ask([part.path for part in chosen], questions, (window_from, window_to), engine):
            found[system] |= exposures
    return found


def _ask(
    paths: Sequence[str], questions: Sequence[Question], window: tuple[date, date], engine: str
) -> Iterator[tuple[str, Exposures]]:
    """By system; all at once, or in halves where codes stand on so many lines that memory does not do."""
    try:
        with open_engine(engine) as opened:
            lines = opened.read_parquet(paths)
            hits = opened.keep(find_hits(lines, questions, *window), "hits")
            answer = opened.fetch(add_up(lines, hits, questions))
    except MemoryExceededError:
        codes = [(index, code) for index, question in enumerate(questions) for code in question.codes]
        if len(codes) == 1:
            raise
        for half in (codes[::2], codes[1::2]):
            fewer = [replace(q, codes=[code for i, code in half if i == index]) for index, q in enumerate(questions)]
            yield from _ask(paths, [question for question in fewer if question.codes], window, engine)
        return
    for (index, code), measures in _group(answer).items():
        question = questions[index]
        yield question.system, {code: _make_exposure(measures, question.first_column is not None)}


def _find_place(system: str) -> Question:
    place = _PLACES.get(system)
    if place is None:
        why = f"claims hold codes of {', '.join(sorted(_PLACES))}"
        raise ImpactError(f"exposure of {system} cannot be measured", why, "name one of these systems")
    return place


def _leave_out_empty(asked: Sequence[Question], filled: frozenset[str]) -> tuple[Question, ...]:
    """The questions as far as anything can answer them."""
    narrowed = [replace(q, columns=tuple(column for column in q.columns if column in filled)) for q in asked]
    return tuple(q for q in narrowed if q.codes and q.columns and (q.type_column is None or q.type_column in filled))


_Parts = Mapping[int, Mapping[str | None, Measure]]


def _group(answer: Mapping[str, Sequence[Any]]) -> Mapping[tuple[int, str], _Parts]:
    """By question and code: the measures by part and value."""
    grouped: dict[tuple[int, str], dict[int, dict[str | None, Measure]]] = defaultdict(lambda: defaultdict(dict))
    keys = zip(answer["question"], answer["code"], strict=True)
    measures = map(Measure, *(answer[name] for name in ("lines", "claims", "billed", "allowed", "paid")))
    for key, part, value, measure in zip(keys, answer["part"], answer["value"], measures, strict=True):
        grouped[key][part][value] = measure
    return grouped


def _make_exposure(measures: _Parts, has_position: bool) -> Exposure:
    by_name = {PARTS[index]: values for index, values in measures.items()}
    positions = by_name[POSITION]
    return Exposure(
        by_name[TOTAL][None],
        by_name[PAYER],
        by_name[DEPARTMENT],
        by_name[PLACE_OF_SERVICE],
        by_name[CLAIM_TYPE],
        principal=positions.get(FIRST, Measure()) if has_position else None,
        secondary=positions.get(OTHER, Measure()) if has_position else None,
    )
