"""The floor for the review pages: a page of the same framework and the same frame that holds a table and asks nothing.

`python -m tests.bench.bare_pages PORT` serves it: `/?rows=50&columns=12`. Its frame is base.html for nobody, its rows
begin with a link as those of the lists do, and its handler is a plain function, as theirs are.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment

TEMPLATES = Path(__file__).parents[2] / "flows" / "web" / "templates"
PAGE = """{% extends "base.html" %}
{% block title %}{{ heading }}{% endblock %}
{% block content %}
<h1>{{ heading }}</h1>
<table class="list stack">
<tbody>
{% for row in table %}
<tr><th scope="row" class="code"><a href="/updates/{{ row[0] }}">{{ row[0] }}</a></th>
{%- for cell in row[1:] %}<td class="n">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
{% endblock %}
"""


def create_app() -> FastAPI:
    """The bare site."""
    app = FastAPI(openapi_url=None)
    frame = (TEMPLATES / "base.html").read_text()
    environment = Environment(autoescape=True, loader=DictLoader({"base.html": frame, "page.html": PAGE}))
    environment.globals["asset"] = lambda name: f"/static/{name}"
    template = environment.get_template("page.html")

    @app.get("/")
    def show_table(request: Request, rows: int, columns: int) -> HTMLResponse:
        table = [[f"Row {row}, column {column}" for column in range(columns)] for row in range(rows)]
        values: dict[str, Any] = {"heading": "A table", "table": table, "path": request.url.path}
        return HTMLResponse(template.render(values))

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
