"""The sentences at the head of a report: what a governance group must know before it reads a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.report.wording import DATED_KINDS, KIND_TITLES, count_of, title_of_reason
from schema.changes import Cause, Change, ChangeKind, FieldClass, Reconciliation, UpdateResult

_MATTERS = (FieldClass.COVERAGE, FieldClass.PAYMENT, FieldClass.DESCRIPTOR)


def build_headlines(result: UpdateResult) -> tuple[str, ...]:
    """Whole sentences, the weightiest first. The first counts, the second is the reconciliation."""
    changes = result.change_set.changes
    return (
        _count_sentence(result),
        verdict_sentence(result.reconciliation),
        *_revision_sentences(changes),
        *_date_sentences(changes),
        *_successor_sentences(result),
        *_check_sentences(result),
    )


def _count_sentence(result: UpdateResult) -> str:
    counts = result.change_set.counts
    if not any(counts.values()):
        return "Nothing changed: the two releases have the same content."
    changes = result.change_set.changes
    became = _count(c.kind is ChangeKind.DELETED and c.cause is Cause.NOW_HEADER for c in changes)
    parts = [f"{counts[ChangeKind.NEW]:,} new"]
    deleted = f"{counts[ChangeKind.DELETED]:,} deleted"
    if became:
        deleted += f" ({became:,} became {'a header' if became == 1 else 'headers'})"
    parts += [deleted, f"{counts[ChangeKind.REVISED]:,} revised"]
    parts += [
        f"{counts[kind]:,} {KIND_TITLES[kind].lower()}" for kind in ChangeKind if kind in DATED_KINDS and counts[kind]
    ]
    sentence = ", ".join(parts) + "."
    headers = [
        f"{counts[kind]:,} {word}"
        for kind, word in (
            (ChangeKind.NEW_HEADER, "new"),
            (ChangeKind.GONE_HEADER, "gone"),
            (ChangeKind.REVISED_HEADER, "revised"),
        )
        if counts[kind]
    ]
    return f"{sentence} Headers: {', '.join(headers)}." if headers else sentence


def verdict_sentence(reconciliation: Reconciliation) -> str:
    """What the comparison with the publisher's list came to."""
    if reconciliation.agrees:
        return "Agrees code for code with the publisher's list."
    if reconciliation.basis == "none":
        return "The publisher's list of changes did not come with this release, so nothing proves this report."
    differences = reconciliation.differences
    unexplained = _count(d.reason is None for d in differences)
    reasons = {d.reason for d in differences if d.reason is not None}
    text = f"Differs from the publisher's list in {count_of(len(differences), 'point')}"
    if not unexplained and len(reasons) == 1:
        only = title_of_reason(next(iter(reasons)))
        return f"{text}, all for one known reason: {only[:1].lower() + only[1:]}."
    if not unexplained:
        return f"{text}, each for one of {count_of(len(reasons), 'known reason')}."
    return f"{text}; {unexplained:,} of them {'has' if unexplained == 1 else 'have'} no known reason."


def _revision_sentences(changes: Iterable[Change]) -> Iterator[str]:
    revised = [c for c in changes if c.kind is ChangeKind.REVISED]
    touched = [(field_class, _count(_has_class(c, field_class) for c in revised)) for field_class in _MATTERS]
    words = {
        FieldClass.COVERAGE: "the coverage",
        FieldClass.PAYMENT: "the payment",
        FieldClass.DESCRIPTOR: "the long title",
    }
    parts = [f"{words[field_class]} of {count_of(count, 'code')}" for field_class, count in touched if count]
    if parts:
        yield f"Revisions touch {_join(parts)}."
    if cosmetic := _count(c.is_cosmetic for c in revised):
        are = count_of(cosmetic, "revision is", "revisions are")
        yield f"{are} cosmetic: white space, case, accents or punctuation alone."
    if redefined := _count(c.is_redefined for c in revised):
        yield f"{count_of(redefined, 'code')} came back with another meaning."


def _date_sentences(changes: Iterable[Change]) -> Iterator[str]:
    found = list(changes)
    if late := _count(c.starts_date is not None for c in found):
        yield f"{count_of(late, 'code starts', 'codes start')} later than the effective date."
    if ending := _count(c.ends_date is not None for c in found):
        yield f"{count_of(ending, 'code has', 'codes have')} a scheduled last day."
    if retroactive := _count(c.is_retroactive for c in found):
        yield (
            f"{count_of(retroactive, 'deletion is', 'deletions are')} retroactive: "
            "the last usable day lies before the previous release took effect."
        )


def _successor_sentences(result: UpdateResult) -> Iterator[str]:
    deleted = [c for c in result.change_set.changes if c.kind is ChangeKind.DELETED]
    bare = [c.code for c in deleted if all(s.is_guess for s in result.successors.get(c.code, ()))]
    if bare:
        of = "any of" if len(bare) == len(deleted) > 1 else f"{len(bare):,} of"
        guessed = _count(result.successors.get(code) for code in bare)
        more = f"; for {guessed:,} of these there is a guess by the title" if guessed else ""
        yield f"No candidate successor is known for {of} {count_of(len(deleted), 'deleted code')}{more}."


def _check_sentences(result: UpdateResult) -> Iterator[str]:
    states = [check.state for check in result.current.checks]
    if overridden := states.count("overridden"):
        yield f"{count_of(overridden, 'release check was', 'release checks were')} overridden with a note."
    if failed := states.count("failed"):
        yield f"{count_of(failed, 'release check')} failed."


def _has_class(change: Change, field_class: FieldClass) -> bool:
    return any(field.field_class is field_class for field in change.fields)


def _count(flags: Iterable[object]) -> int:
    return sum(map(bool, flags))


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
