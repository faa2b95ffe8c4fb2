"""The floor for the review pages: a page of the same framework that holds a table and asks no database.

`python -m tests.bench.bare_pages PORT` serves it: `/?rows=50&columns=12`.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title><link rel="stylesheet" href="/app.css"></head>
<body>
<header><a href="/">home</a><nav><a href="/one">One</a><a href="/two">Two</a></nav></header>
<main><h1>{{ title }}</h1>
<table>
{% for row in table %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
</main>
</body>
</html>
"""


def create_app() -> FastAPI:
    """The bare site."""
    app = FastAPI(openapi_url=None)
    template = Environment(autoescape=True).from_string(PAGE)

    @app.get("/")
    def show_table(request: Request, rows: int, columns: int) -> HTMLResponse:
        table = [[f"Row {row}, column {column}" for column in range(columns)] for row in range(rows)]
        return HTMLResponse(template.render(title="A table", table=table, path=request.url.path))

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
