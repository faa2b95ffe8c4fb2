"""Remittances that are refused whole: cut, miscounted, out of balance, or something else altogether."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from loaders.remits.dataset import RemitsDataset
from schema.remits import RemitImport
from tests.remit_files import Adjust, RemitClaim, RemitLine, Remittance, sample_remittance, write_835

LINE = RemitLine("99213", "100", [Adjust("CO", "45", "20")])
SOUND = write_835(
    Remittance(
        [
            RemitClaim("A1", [LINE, RemitLine("J1100", "21.40")], adjustments=[Adjust("OA", "23", "5")]),
            RemitClaim("A2", [LINE]),
        ],
        provider_adjustments=[("WO", "12.50")],
    ),
    sample_remittance(3),
)  # fmt: skip


def try_text(folder: Path, text: str | bytes) -> tuple[RemitImport, RemitsDataset]:
    path = folder / "remit.835"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    dataset = RemitsDataset(folder / "remits")
    return dataset.import_file(path), dataset


def swap(before: str, after: str) -> Callable[[str], str]:
    """The change of one place, which has to be there."""

    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after, 1)

    return change


def drop(name: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"(?m)^{name}\*[^~]*~\n", "", text, count=1)


def test_the_file_that_the_others_are_made_of_is_taken_in(tmp_path: Path) -> None:
    found, _ = try_text(tmp_path, SOUND)
    assert (found.refusal, found.claims) == (None, 5)


def test_file_that_is_cut_at_any_byte_is_refused_and_nothing_of_it_is_counted(tmp_path: Path) -> None:
    data = SOUND.rstrip().encode()
    chance = random.Random(5)
    places = sorted({0, 1, 2, 3, 105, 106, *range(len(data) - 120, len(data)), *chance.sample(range(len(data)), 120)})
    dataset = RemitsDataset(tmp_path / "remits")
    for place in places:
        path = tmp_path / "cut.835"
        path.write_bytes(data[:place])
        found = dataset.import_file(path)
        assert found.refusal, f"taken in when cut at byte {place}"
        assert re.search("cut off|does not end|lacks|empty|ISA|neither|SE0|GE0|IEA0", found.refusal), found.refusal
    assert (dataset.summary().files, dataset.line_parts()) == (0, ())
    assert not list(dataset.folder.rglob("*.parquet"))
    assert dataset.summary().refused == len(places)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (swap("SE*25*", "SE*26*"), "SE01 does not tell the number of segments"),
        (swap("SE*25*0001", "SE*25*0002"), "SE02 is not the control number"),
        (swap("GE*2*1", "GE*1*1"), "GE01 does not tell the number of transactions"),
        (swap("GE*2*1", "GE*2*2"), "GE02 is not the control number"),
        (swap("IEA*1*", "IEA*2*"), "IEA01 does not tell the number of groups"),
        (swap("IEA*1*000000001", "IEA*1*000000002"), "IEA02 is not the control number"),
        (swap("IEA*1*000000001", "IEA*1"), "lacks its count or its control number"),
        (drop("SE"), "does not end"),
        (drop("GE"), "does not end"),
        (drop("IEA"), "cut off"),
        (drop("ST"), "begins without ST"),
        (drop("GS"), "begins without GS"),
        (swap("LX*1~", "LX*1~\nZZ*9~"), "stands where a remittance has none"),
        (lambda text: text + "hello", "cut off: its last segment does not end"),
        (lambda text: text + "hello~", "stands where a remittance has none"),
        (lambda text: text + text[106:], "a group stands without an interchange"),
        (swap("ST*835*0002", "ST*837*0002"), "segment 28: it holds another transaction"),
        (swap("005010X221A1", "005010X222A1"), "neither of 005010X221"),
        (lambda text: text[text.index("ST*835") :], "no interchange around its transaction"),
        (lambda text: text[:106] + "\nTA1*000000001*251103*0800*A*000~\nIEA*0*000000001~", "it holds no remittance"),
    ],
)
def test_envelope_that_is_wrong_is_told(change: Callable[[str], str], reason: str, tmp_path: Path) -> None:
    found, dataset = try_text(tmp_path, change(SOUND))
    assert found.refusal
    assert re.search(reason, found.refusal), found.refusal
    assert dataset.line_parts() == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (swap("SVC*HC:99213*100*80", "SVC*HC:99213*100*81"), "segment 16: the adjustments of the line"),
        (swap("CAS*CO*45*20", "CAS*CO*45*19.9999"), "segment 16: the adjustments of the line"),
        (swap("CAS*CO*45*20", "CAS*CO*45*20**16*0.01"), "segment 16: the adjustments of the line"),
        (swap("CAS*OA*23*5", "CAS*OA*23*6"), "segment 13: the adjustments of the claim and its lines"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*121.4*96.5"), "segment 13: the adjustments of the claim and its lines"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*122.4*97.4"), "segment 13: the charges of the lines"),
        (swap("BPR*I*163.9", "BPR*I*163.91"), "segment 3: BPR02 is not what was paid"),
        (swap("*WO*12.5", "*WO*-12.5"), "segment 3: BPR02 is not what was paid"),
    ],
)
def test_amounts_that_do_not_add_up_are_told(change: Callable[[str], str], reason: str, tmp_path: Path) -> None:
    found, dataset = try_text(tmp_path, change(SOUND))
    assert found.refusal
    assert found.refusal.startswith(reason), found.refusal
    assert dataset.line_parts() == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (swap("SVC*HC:99213*100*80", "SVC*HC>99213*100*80"), "SVC01 holds no code after its qualifier"),
        (swap("SVC*HC:99213*100*80", "SVC*HC>99213:25*100*80"), "SVC01 is not a qualifier and a code"),
        (swap("SVC*HC:99213*100*80", "SVC*HC*99213*100*80"), "SVC01 holds no code after its qualifier"),
        (swap("SVC*HC:99213*100*80**1", "SVC*HC:99213*100*80**1*HC>99214"), "SVC06 is not a qualifier and a code"),
        (swap("SVC*HC:99213*100*80", "SVC*HC:99213**80"), "SVC02 is no amount"),
        (swap("SVC*HC:99213*100*80", "SVC*HC:99213*1E2*80"), "SVC02 is no amount"),
        (swap("SVC*HC:99213*100*80", "SVC*HC:99213*100*eighty"), "SVC03 is no amount"),
        (swap("CLP*A1*1*121.4*96.4", "CLP**1*121.4*96.4"), "CLP01 holds no claim id"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1**121.4*96.4"), "CLP02 holds no status"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*121.40000*96.4"), "CLP03 is no amount|the adjustments"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*121.4*"), "CLP04 is no amount"),
        (swap("CAS*CO*45*20", "CAS**45*20"), "has no group"),
        (swap("CAS*CO*45*20", "CAS*CO*45*20**16"), r"the amount of an adjustment \(CAS\)"),
        (swap("CAS*CO*45*20", "CAS*CO*45*19***1"), "adjustments of the line"),
        (swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*999999999999999*96.4"), "more than 11 digits"),
        (swap("BPR*I*163.9", "BPR*I*"), "BPR02 is no amount"),
        (swap("*WO*12.5", "*WO*"), "provider's adjustment"),
        (swap("PER*BL*DESK", "MOA***MA01~\nPER*BL*DESK"), "stands where|SE01"),
    ],
)
def test_value_that_cannot_be_read_is_told_and_never_quoted(
    change: Callable[[str], str], reason: str, tmp_path: Path
) -> None:
    found, dataset = try_text(tmp_path, change(SOUND))
    assert found.refusal
    assert re.search(reason, found.refusal), found.refusal
    assert "99213" not in found.refusal
    assert dataset.line_parts() == ()


def test_remittance_without_any_date_is_refused(tmp_path: Path) -> None:
    found, _ = try_text(
        tmp_path, write_835(Remittance([RemitClaim("A", [LINE])], payment_date=None, produced_date=None))
    )
    assert found.refusal == "segment 3: neither DTM*405 nor BPR16 holds a date"


def test_one_wrong_transaction_refuses_the_file_with_all_the_others(tmp_path: Path) -> None:
    wrong = Remittance([RemitClaim("B", [LINE], paid="81")])
    found, dataset = try_text(tmp_path, write_835(*(sample_remittance(4) for _ in range(5)), wrong, envelopes=2))
    assert found.refusal
    assert (dataset.line_parts(), dataset.summary().files) == ((), 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("claim_id,claim_start_date\nA,2025-01-01\n", "neither a remittance"),
        ("ISA", "cut off|ISA"),
        ("ISA*00*hello", "cut off in the interchange header"),
        ("PAR1", "neither a remittance"),
    ],
)
def test_file_of_another_sort_is_refused(content: str, reason: str, tmp_path: Path) -> None:
    found, _ = try_text(tmp_path, content)
    assert found.refusal
    assert re.search(reason, found.refusal), found.refusal


def test_what_is_refused_is_remembered_by_name_digest_and_reason_alone(tmp_path: Path) -> None:
    text = swap("CLP*A1*1*121.4*96.4", "CLP*A1*1*121.4*96.5")(SOUND)
    found, dataset = try_text(tmp_path, text)
    [kept] = (dataset.folder / "refused").glob("*.json")
    assert kept.stem == found.sha256
    assert json.loads(kept.read_text()) == {
        "format": 1,
        "file": "remit.835",
        "sha256": found.sha256,
        "kind": "835",
        "reason": found.refusal,
    }
    again = dataset.import_file(tmp_path / "remit.835")
    assert (again.is_known, again.refusal) == (True, found.refusal)
    assert dataset.summary().refused == 1


def test_bytes_that_were_refused_and_can_be_read_now_are_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loaders.remits import importing

    with monkeypatch.context() as patch:
        patch.setattr(importing, "find_fault", lambda _: ("an older version could not read this", 1))
        assert try_text(tmp_path, SOUND)[0].refusal
    found, dataset = try_text(tmp_path, SOUND)
    assert (found.refusal, found.is_known) == (None, False)
    assert (dataset.summary().files, dataset.summary().refused) == (1, 0)


def test_bytes_changed_at_random_never_break_the_reading(tmp_path: Path) -> None:
    chance = random.Random(11)
    data = SOUND.encode()
    dataset = RemitsDataset(tmp_path / "remits")
    for number in range(150):
        spoilt = bytearray(data)
        for _ in range(chance.choice([1, 1, 3, 20])):
            place = chance.randrange(len(spoilt))
            match chance.randrange(3):
                case 0:
                    spoilt[place] = chance.choice(b"*:~^AZ09.- \n\x00\xff")
                case 1:
                    del spoilt[place : place + chance.randrange(1, 60)]
                case _:
                    spoilt[place:place] = spoilt[place : place + chance.randrange(1, 60)]
        path = tmp_path / "spoilt.835"
        path.write_bytes(bytes(spoilt))
        found = dataset.import_file(path)
        assert found.refusal is None or found.rows == 0, number


def test_day_of_the_payment_alone_is_enough(tmp_path: Path) -> None:
    text = write_835(Remittance([RemitClaim("A", [LINE])], payment_date=date(2025, 12, 1), produced_date=None))
    assert try_text(tmp_path, text)[0].refusal is None
