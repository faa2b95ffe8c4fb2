"""`addenda --help` answers at once, and the package installs as an ordinary one."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Measured 4.4 with click alone; each of the heavy libraries would cost ten times that.
MOST_TIMES_A_BARE_PYTHON = 6
HEAVY = {"alembic", "deepdiff", "duckdb", "fastapi", "ibis", "openpyxl", "prefect", "scipy", "sqlalchemy", "sqlmodel"}

LIST_MODULES = """
import json, sys
from flows.cli import main
try:
    main(["--help"])
except SystemExit as end:
    sys.stderr.write(json.dumps([end.code, sorted(sys.modules)]))
"""


def measure_cpu(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of CPU, in user and system mode, of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare_cpu(command: list[str], bare: list[str], environment: dict[str, str], rounds: int = 15) -> float:
    """How many times the CPU of `bare` the command takes: the median over alternating runs."""
    measure_cpu(command, environment)
    return statistics.median(measure_cpu(command, environment) / measure_cpu(bare, environment) for _ in range(rounds))


def clean_environment(cache: Path) -> dict[str, str]:
    """Ours, with compiled modules kept in `cache`, as an installed package has them."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    return {k: v for k, v in os.environ.items() if k not in dropped} | {"PYTHONPYCACHEPREFIX": str(cache)}


def list_files() -> list[str]:
    """What the project consists of, as it lies here: committed or not, but not what is ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def test_help_loads_no_heavy_library() -> None:
    run = subprocess.run([sys.executable, "-c", LIST_MODULES], capture_output=True, text=True, check=True, cwd=ROOT)
    code, modules = json.loads(run.stderr)
    assert code == 0
    assert HEAVY & set(modules) == set()
    assert "Usage: " in run.stdout


def test_help_costs_a_few_times_a_bare_python(tmp_path: Path) -> None:
    help_ = [sys.executable, "-c", "from flows.cli import main; main(['--help'])"]
    times = compare_cpu(help_, [sys.executable, "-c", "pass"], clean_environment(tmp_path))
    assert times <= MOST_TIMES_A_BARE_PYTHON


@pytest.mark.slow
def test_ordinary_installation_in_an_empty_environment_works(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    tree = tmp_path / "tree"
    for name in list_files():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    python = str(venv / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(tree)], check=True)

    site = next((venv / "lib").glob("python*/site-packages"))
    packaged = [name for name in list_files() if name.startswith(("flows/", "loaders/", "schema/"))]
    assert [name for name in packaged if not (site / name).is_file()] == []
    assert not (site / "tests").exists()

    program = str(venv / "bin" / "addenda")
    environment = clean_environment(tmp_path / "cache")
    shown = subprocess.run(
        [program, "--help"], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert "Usage: " in shown.stdout
    times = compare_cpu([program, "--help"], [python, "-c", "pass"], environment)
    assert times <= MOST_TIMES_A_BARE_PYTHON
