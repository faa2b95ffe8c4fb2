"""What will move to each new code: the claims of the codes that it comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schema.changes import ChangeKind, UpdateResult
from schema.impact import Exposure, Move
from schema.uses import Form, InventoryUse

CHARGE_MASTER = "charge_master"
_ARRIVED = (ChangeKind.NEW, ChangeKind.REINSTATED)


def find_charge_masters(inventory: Sequence[InventoryUse], system: str) -> tuple[InventoryUse, ...]:
    """The charge masters that hold codes of the system."""
    return tuple(
        use for use in inventory if use.kind == CHARGE_MASTER and any(cell.system == system for cell in use.cells)
    )


def find_sources(result: UpdateResult) -> dict[str, tuple[str, ...]]:
    """By new code the codes that it may come from: those it names, and those that name it as a successor."""
    sources: dict[str, dict[str, None]] = {
        change.code: {} for change in result.change_set.changes if change.kind in _ARRIVED
    }
    for code, successors in result.successors.items():
        for successor in successors:
            if successor.is_guess:
                continue
            if code in sources:
                sources[code][successor.code] = None
            elif successor.code in sources:
                sources[successor.code][code] = None
    return {code: tuple(sorted(found)) for code, found in sources.items() if found}


def find_moves(
    sources: Mapping[str, Sequence[str]],
    exposures: Mapping[str, Exposure],
    charge_masters: Sequence[InventoryUse],
    system: str,
) -> tuple[Move, ...]:
    """The new codes that may take over claims or a line of a charge master, most lines first.

    A charge master holds a code that a cell names; a range takes none in, since every line has its price.
    """
    charged = {
        code
        for use in charge_masters
        for cell in use.cells
        if cell.system == system
        for element in cell.elements
        if element.form in (Form.CODE, Form.CODE_WITH_MODIFIERS)
        for code in element.codes
    }
    moves = []
    for code, origins in sources.items():
        measured = {origin: exposures[origin].total for origin in origins if origin in exposures}
        if measured or not charged.isdisjoint(origins):
            moves.append(Move(code, measured, code in charged if charge_masters else None))
    return tuple(sorted(moves, key=lambda move: (-sum(m.lines for m in move.sources.values()), move.code)))
