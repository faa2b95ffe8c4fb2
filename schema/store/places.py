"""Where a text stands in another one, asked of either database in its own words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class place_of(GenericFunction[int]):  # noqa: N801 - functions of SQL are written small
    """The place of the second text in the first, from 1; 0 where it is not in it. Letters are compared as they are."""

    type = Integer()
    name = "instr"
    inherit_cache = True


@compiles(place_of, "postgresql")
def _write_strpos(element: Any, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"
