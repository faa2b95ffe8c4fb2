"""A patient who does not exist, planted wherever files of claims name one, and the search for what is left of it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from tests.x12_files import Claim, Line, write_837

FIRST, LAST = "Zyxwick", "Quorbeth"
PATIENT = {
    "patient_first_name": FIRST,
    "patient_last_name": LAST,
    "person_id": "PRS90417735",
    "member_id": "W7731042288",
    "birth_date": "1947-03-29",
    "account_number": "AC-5567190-33",
    "medical_record_number": "MRN0093317",
    "social_security_number": "517-90-4431",
    "address": "88 Plumtree Hollow",
    "phone": "(509) 555-0173",
    "email": "zyx@quorbeth.example",
    "group_number": "GRPX4471",
    "notes": "sees purple herons at dusk",
}
SECRETS = (*PATIENT.values(), "19470329", "03/29/1947", "3/29/1947", "517904431", "5095550173", "purple herons")
"""What may be found nowhere, in the forms in which files and programs write it."""

CLAIM_IDS = tuple(f"PCN-66{n:02}-XQ" for n in range(24))
"""Ids of the planted claims: kept, or hidden by the site key, and told by no command either way."""


@dataclass(frozen=True)
class Codes:
    """Codes that the planted claims hold, and the day of their service."""

    diagnosis: str
    hcpcs: str
    day: date


COLUMNS = (
    "claim_id",
    "claim_line_number",
    "claim_type",
    "payer",
    "claim_start_date",
    "claim_line_start_date",
    "charge_amount",
    "paid_amount",
    "hcpcs_code",
    "diagnosis_code_type",
    "diagnosis_code_1",
)


def build_row(claim_id: str, codes: Codes) -> dict[str, str]:
    """A whole claim line, and the patient beside it."""
    day = codes.day.isoformat()
    kept = (claim_id, "1", "professional", "SAMPLE PAYER", day, day, "120.50", "80.25", codes.hcpcs, "icd-10-cm")
    return {**dict(zip(COLUMNS, (*kept, codes.diagnosis), strict=True)), **PATIENT}


def build_csv(claim_ids: Sequence[str], codes: Codes) -> bytes:
    """Whole rows, and rows that are refused each for another reason, in which the patient stands too."""
    whole = [build_row(claim_id, codes) for claim_id in claim_ids]
    first = whole[0]
    broken = [
        {**first, "claim_line_start_date": f"born {PATIENT['birth_date']}"},
        {**first, "charge_amount": f"{FIRST} {LAST}"},
        {**first, "paid_amount": PATIENT["social_security_number"]},
        {**first, "claim_id": ""},
        {**first, "claim_start_date": "", "claim_line_start_date": ""},
    ]
    rows = [list(row.values()) for row in (*whole, *broken)]
    # A comma in a name that nobody quoted shifts all cells; a line break in a note cuts the row.
    rows += [[claim_ids[0], f"{LAST}", *rows[0][1:]], rows[0][:7], [*rows[0], PATIENT["notes"]]]
    text = io.StringIO()
    csv.writer(text).writerows([list(first), *rows])
    return text.getvalue().encode()


BROKEN_ROWS = 8
"""How many rows of `build_csv` are refused."""


def build_parquet(claim_ids: Sequence[str], codes: Codes) -> bytes:
    """Rows with the patient in columns, in statistics and in the metadata of file and field."""
    rows = [build_row(claim_id, codes) for claim_id in claim_ids]
    broken = {**rows[0], "charge_amount": f"{FIRST} {LAST}"}
    metadata = {"patient": f"{FIRST} {LAST}", "note": PATIENT["notes"]}
    fields = [pa.field(name, pa.string(), metadata=metadata) for name in rows[0]]
    written = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([*rows, broken], pa.schema(fields, metadata)), written)
    return written.getvalue()


def build_837(claim_ids: Sequence[str], codes: Codes) -> bytes:
    """Claims of a subscriber and of a dependent, with notes, references and another payer."""
    day = f"{codes.day:%Y%m%d}"
    born = PATIENT["birth_date"].replace("-", "")
    person = (
        f"N3*{PATIENT['address']}",
        "N4*SAMPLETOWN*WA*98101",
        f"DMG*D8*{born}*F",
        f"REF*SY*{PATIENT['social_security_number'].replace('-', '')}",
        f"PER*IC*{FIRST} {LAST}*TE*5095550173*EM*{PATIENT['email']}",
    )
    named = f"{LAST}*{FIRST}*Q***MI*{PATIENT['member_id']}"
    subscriber = (f"SBR*P*18*{PATIENT['group_number']}******CI", f"NM1*IL*1*{named}", *person)
    dependent = (*subscriber, "NM1*PR*2*SAMPLE PAYER*****PI*1", "HL*99*2*23*0", "PAT*19", f"NM1*QC*1*{named}", *person)
    other = (
        f"NTE*ADD*{PATIENT['notes']}",
        f"REF*EA*{PATIENT['medical_record_number']}",
        f"REF*D9*{PATIENT['account_number']}",
        f"K3*{PATIENT['person_id']}",
        f"SBR*S*18*{PATIENT['group_number']}*{LAST}*****CI",
        f"NM1*IL*1*{named}",
        *person[:2],
        "NM1*PR*2*OTHER PAYER*****PI*2",
        f"NM1*PR*1*{named}",
    )
    text = ("", "", "", "", PATIENT["notes"])
    noted = Line(codes.hcpcs, text, "75", day, more=(f"NTE*ADD*{FIRST} {LAST}", f"REF*6R*{PATIENT['account_number']}"))
    claim = Claim(diagnoses=(f"ABK:{codes.diagnosis}",), lines=(noted, noted), more=other, payer="SAMPLE PAYER")
    claims = [
        replace(claim, number=claim_id, patient=patient, payer="" if patient is dependent else claim.payer)
        for claim_id, patient in zip(claim_ids, [subscriber, dependent] * len(claim_ids), strict=False)
    ]
    unreadable = replace(noted, service_date=f"{FIRST}{LAST}", charge="10")
    claims.append(replace(claims[0], lines=(unreadable, replace(noted, charge=LAST))))
    return write_837(claims)


def build_refused(codes: Codes) -> dict[str, bytes]:
    """Files that are refused whole, all with the patient in them."""
    claims, table, columns = (build(CLAIM_IDS[:4], codes) for build in (build_837, build_csv, build_parquet))
    header, _, rows = table.partition(b"\r\n")
    names = f"{FIRST},{LAST},{PATIENT['member_id']},{PATIENT['notes']}"
    return {
        "names.csv": f"{names}\r\n{names}\r\n".encode(),
        "twice.csv": header + b",claim_id\r\n" + rows,
        "quote.csv": table + f'"{names}\r\n{names}'.encode(),
        "wide.csv": table.decode().encode("utf-16"),
        "letters.csv": header + b"\r\n" + f"\xff\xfe{names}".encode("latin-1") + b"\xff\r\n",
        "prose.txt": f"{FIRST} {LAST}, born {PATIENT['birth_date']}, {PATIENT['notes']}".encode(),
        "cut.parquet": columns[: len(columns) // 2],
        "torn.parquet": columns[:-600] + columns[-590:],
        "false.parquet": b"PAR1" + names.encode() * 9 + b"PAR1",
        "cut.837": claims[: len(claims) // 2],
        "late.837": claims[:-9],
        "count.837": claims.replace(b"GE*1*", b"GE*2*"),
        "more.837": claims + names.encode(),
        "group.837": claims.replace(b"GE*1*1~", f"NM1*QC*1*{LAST}*{FIRST}~GE*1*1~".encode()),
        "sender.837": claims.replace(b"SENDER         *", f"{LAST}*".encode(), 1),
        "remittance.835": claims.replace(b"ST*837*", b"ST*835*"),
        "transaction.x12": claims.replace(b"ST*837*", f"ST*{LAST}*".encode()),
        "parted.837": claims.replace(b"HI*ABK:", f"HI*{FIRST}>".encode()),
    }


def find_traces(data: bytes, secrets: Sequence[str] = SECRETS) -> list[str]:
    """The secrets that the bytes hold: plain, without case, as UTF-16, base64 or a bare digest of them."""
    lower = data.lower()
    return [secret for secret in secrets if any(form in lower for form in _list_forms(secret))]


def _list_forms(secret: str) -> Iterator[bytes]:
    plain = secret.lower().encode()
    yield plain
    yield secret.lower().encode("utf-16-le")
    for written in {secret, secret.lower(), secret.upper()}:
        # The last characters depend on what follows.
        yield base64.b64encode(written.encode())[:-4].lower()
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, written.encode(), usedforsecurity=False)
            yield digest.hexdigest()[:24].encode()
            yield digest.digest().lower()


def list_contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder: its name, its bytes, and what is packed in it (Parquet, zip) unpacked."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield name, name.encode()
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield name, data
        if data.startswith(b"PAR1"):
            yield name, _unpack_parquet(path)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{name}/{member}", archive.read(member)) for member in archive.namelist())


def _unpack_parquet(path: Path) -> bytes:
    with parquet.ParquetFile(path) as file:
        groups = [file.metadata.row_group(n).to_dict() for n in range(file.metadata.num_row_groups)]
        table = file.read()
        return repr((file.metadata.metadata, file.schema_arrow, groups, table.to_pydict(), table.to_pylist())).encode()
