"""Where the questions of the watch are answered: DuckDB in this process, through Ibis."""

from __future__ import annotations

import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schema.errors import WatchError

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

DUCKDB = "duckdb"
# DuckDB's share of the process: beyond it the engine writes to a folder of its own, which goes with it.
MEMORY_LIMIT = "800MB"
# What Ibis does in a way that the engine below it warns of; nobody here can change it.
_WARNING_OF_IBIS = r"fetch_arrow_table\(\) is deprecated"


@dataclass(frozen=True, slots=True)
class Engine:
    """An Ibis backend, and how files are opened and results kept on it."""

    backend: Any

    def read_parquet(self, paths: Sequence[str], schema: pa.Schema) -> ibis.Table:
        """All files as one table with the column `filename`; without a file an empty one of this schema."""
        import ibis
        import pyarrow as pa

        with asking():
            if paths:
                return self.backend.read_parquet(sorted(paths), filename=True)
            return ibis.memtable(schema.append(pa.field("filename", pa.string())).empty_table())

    def keep(self, table: ibis.Table, name: str) -> ibis.Table:
        """The same rows, computed once: DuckDB then knows how few they are and joins the right way round."""
        with asking():
            return self.backend.create_table(name, table, temp=True)

    def fetch(self, table: ibis.Table) -> pa.Table:
        """The rows of a question."""
        with asking():
            return self.backend.to_pyarrow(table)


@contextmanager
def open_engine(engine: str) -> Iterator[Engine]:
    """The engine of the setting. Remittances and claims of the watch are read on one machine: with `spark` the
    answer comes from DuckDB too. Raises WatchError when it cannot be had."""
    if not (engine.strip() in (DUCKDB, "spark") or engine.startswith("sc://")):
        why = "it is neither duckdb nor spark nor an address like sc://host:15002"
        raise WatchError("engine of the claims is not known", why, "correct the setting engine (ADDENDA_ENGINE)")
    with tempfile.TemporaryDirectory(prefix="addenda-") as folder:
        with asking():
            import ibis

            backend = ibis.duckdb.connect(
                memory_limit=MEMORY_LIMIT,
                temp_directory=folder,
                preserve_insertion_order=False,
                autoinstall_known_extensions=False,
                autoload_known_extensions=False,
            )
        try:
            yield Engine(backend)
        finally:
            backend.disconnect()


@contextmanager
def asking() -> Iterator[None]:
    """What the engine raises in one line. Its message may show values of claims, so it is left out."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _WARNING_OF_IBIS)
            yield
    except _failures() as error:
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Exception")).lower()
        remedy = "check the disk and the memory, and import again the file that cannot be read"
        raise WatchError("claims and remittances cannot be asked", kind, remedy) from error


def _failures() -> tuple[type[Exception], ...]:
    """What the libraries below can raise; those that were never imported raised nothing."""
    roots = {"duckdb": "Error", "ibis.common.exceptions": "IbisError", "pyarrow": "ArrowException"}
    loaded = [getattr(sys.modules[module], name) for module, name in roots.items() if module in sys.modules]
    return (OSError, *loaded)
