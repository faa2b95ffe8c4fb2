"""Where the questions to the claims are answered: DuckDB in this process, or Spark."""

from __future__ import annotations

import re
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from schema.errors import ImpactError, MemoryExceededError

if TYPE_CHECKING:
    import ibis

DUCKDB, SPARK, REMOTE = "duckdb", "spark", "sc://"
# DuckDB's share of the process: beyond it the engine writes to a folder of its own, which goes with it.
# 10 million lines, one in thirty with a changed code, need all but a little of it.
MEMORY_LIMIT = "400MB"
# A Spark server that does not take a connection at once is not there; its client would ask for ten minutes.
CONNECT_SECONDS = 10.0
_SPARK_PORT = 15002  # https://spark.apache.org/docs/latest/spark-connect-overview.html
_EXTRA = "install addenda with its extra spark: pip install 'addenda[spark]'"


@dataclass(frozen=True, slots=True)
class Engine:
    """An Ibis backend, and how files are opened and results kept on it."""

    name: str
    backend: Any

    def read_parquet(self, paths: Sequence[str]) -> ibis.Table:
        """All files as one table; they have the same columns."""
        with _asking(self.name):
            if self.name == DUCKDB:
                return self.backend.read_parquet(list(paths))
            name = "addenda_claims"
            self.backend._session.read.parquet(*paths).createOrReplaceTempView(name)
            return self.backend.table(name)

    def keep(self, table: ibis.Table, name: str) -> ibis.Table:
        """The same rows, computed once where the engine can hold them: DuckDB then knows how few they are
        and joins the right way round. Spark plans while it runs and gets the question whole."""
        if self.name != DUCKDB:
            return table
        with _asking(self.name):
            return self.backend.create_table(name, table, temp=True)

    def fetch(self, table: ibis.Table) -> dict[str, list[Any]]:
        """The rows of a question, column by column."""
        with _asking(self.name):
            result = self.backend.to_pyarrow(table)
        return {name: result.column(name).to_pylist() for name in result.column_names}


@contextmanager
def open_engine(engine: str) -> Iterator[Engine]:
    """The engine of the setting: `duckdb`, `spark` (a session of this machine, or of `spark-submit`), or the
    address `sc://host:port` of a Spark Connect server. Raises ImpactError when it cannot be had."""
    engine = engine.strip()
    if engine == DUCKDB:
        with tempfile.TemporaryDirectory(prefix="addenda-") as folder:
            backend = _open_duckdb(folder)
            try:
                yield Engine(DUCKDB, backend)
            finally:
                backend.disconnect()
        return
    if engine != SPARK and not engine.startswith(REMOTE):
        why = "it is neither duckdb nor spark nor an address like sc://host:15002"
        raise ImpactError("engine of the claims is not known", why, "correct the setting engine (ADDENDA_ENGINE)")
    session = _open_session(engine)
    try:
        import ibis

        with _asking(engine):
            backend = ibis.pyspark.connect(session)
        yield Engine(SPARK, backend)
    finally:
        session.stop()


def _open_duckdb(folder: str) -> Any:
    import ibis

    return ibis.duckdb.connect(
        memory_limit=MEMORY_LIMIT,
        temp_directory=folder,
        preserve_insertion_order=False,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )


def _open_session(engine: str) -> Any:
    try:
        if engine == SPARK:
            from pyspark.sql import SparkSession
            from pyspark.util import is_remote_only

            if is_remote_only():
                raise ImpactError("Spark cannot be used", "only the client of a Spark server is here", _EXTRA)
            builder = SparkSession.builder.appName("addenda").config("spark.ui.enabled", "false")
            builder = builder.config("spark.ui.showConsoleProgress", "false")
            with _asking(engine):
                session = builder.getOrCreate()
                session.sparkContext.setLogLevel("ERROR")
                return session
        _check_address(engine)
        from pyspark.sql.connect.session import SparkSession as RemoteSession

        with _asking(engine):
            return RemoteSession.builder.remote(engine).create()
    except ImportError as error:
        raise ImpactError("Spark cannot be used", f"its Python package is missing ({error.name})", _EXTRA) from error


def _check_address(engine: str) -> None:
    # What stands after the port may be a token, so no message repeats it.
    try:
        parts = urlsplit(engine)
        host, port = parts.hostname, parts.port or _SPARK_PORT
    except ValueError:
        host, port = None, 0
    if not host:
        remedy = "write it as sc://host:15002"
        raise ImpactError("address of the Spark server cannot be read", "it names no host", remedy)
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as error:
        why = f"{host}:{port}: {error.strerror or error}"
        raise ImpactError("Spark server does not answer", why, "check ADDENDA_ENGINE and the server") from error


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """What the engine raises in one line. Its message may show values of claims, so it is left out."""
    try:
        with warnings.catch_warnings():
            # Ibis and Spark's client use each other and pandas in ways that warn; nobody here can change it.
            warnings.simplefilter("ignore")
            yield
    except _failures() as error:
        if type(error).__name__ == "OutOfMemoryException":
            why = f"{MEMORY_LIMIT} of memory do not do for the lines of one code"
            remedy = "ask for fewer months, or Spark (ADDENDA_ENGINE)"
            raise MemoryExceededError("claims cannot be added up", why, remedy) from error
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Exception")).lower()
        remedy = "check that it can read the claims and has memory enough"
        raise ImpactError(f"engine {name.partition(';')[0]} cannot answer", kind, remedy) from error


def _failures() -> tuple[type[Exception], ...]:
    """What the libraries below can raise; those that were never imported raised nothing."""
    roots = {
        "duckdb": "Error",
        "grpc": "RpcError",
        "ibis.common.exceptions": "IbisError",
        "py4j.protocol": "Py4JError",
        "pyarrow": "ArrowException",
        "pyspark.errors": "PySparkException",
    }
    loaded = [getattr(sys.modules[module], name) for module, name in roots.items() if module in sys.modules]
    return (OSError, *loaded)
