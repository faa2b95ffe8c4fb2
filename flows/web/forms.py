"""Forms of pages: sent by our own page, with the session's CSRF token, and read within limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from secrets import compare_digest
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from flows.web.doors import check_origin
from flows.web.visitors import see_visitor
from schema.errors import AccessError, UsageError, shorten_value

# A page of the list has 200 rows at most, each with a box to choose.
MOST_FIELDS = 1000
# Digits that a stored number can have at most.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, all of them text; files are refused."""

    fields: FormData

    def has(self, name: str) -> bool:
        """Whether the form has the field, empty or not."""
        return name in self.fields

    def text(self, name: str, default: str | None = None) -> str:
        """What stands in the field, without blanks at its ends; line ends are single. Without a default the
        field has to be in the form (it may be empty). Raises UsageError."""
        value: Any = self.fields.get(name, default)
        if not isinstance(value, str):
            raise UsageError(f"the form has no field {name}", "the page may be an old one", "open the page anew")
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()

    def exact(self, name: str) -> str:
        """What stands in the field, to the letter: a password. Raises UsageError."""
        self.text(name)
        return str(self.fields[name])

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a field that occurs more than once, each once, in order."""
        return tuple(dict.fromkeys(value for value in self.fields.getlist(name) if isinstance(value, str) and value))

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.text(name, "") not in ("", "0", "no", "false")

    def number(self, name: str) -> int:
        """A whole number, 0 or more. Raises UsageError."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            raise UsageError(f"{name} is not a number: {shorten_value(text)!r}", "", "open the page anew")
        return int(text)

    def day(self, name: str) -> date | None:
        """A date, None where the field is empty. Raises UsageError."""
        text = self.text(name, "")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            what = f"{name.replace('_', ' ')} is not a date: {shorten_value(text)!r}"
            raise UsageError(what, "", "write it as YYYY-MM-DD") from error


async def checked_form(request: Request) -> Form:
    """A dependency of every POST of the pages: the form, once it is known that the visitor's own page sent it.

    Raises SignInNeededError without a session, and AccessError without its CSRF token (in the field `csrf` or the
    header X-CSRF-Token) or when the browser says that another site sent it.
    """
    visitor = await run_in_threadpool(see_visitor, request)
    check_origin(request)
    form = await read_form(request)
    given = request.headers.get("x-csrf-token") or form.text("csrf", "")
    if not compare_digest(given.encode(), visitor.csrf.encode()):
        raise AccessError(
            "the form was not accepted",
            "it does not carry the token of your session",
            "open the page anew",
        )
    return form


async def read_form(request: Request) -> Form:
    """The fields of the body. Raises UsageError for files and for too many fields."""
    fields = await request.form(max_files=0, max_fields=MOST_FIELDS)
    if len(fields.multi_items()) > MOST_FIELDS:
        raise UsageError("the form has too many fields", f"at most {MOST_FIELDS} are read", "choose fewer at once")
    return Form(fields)
