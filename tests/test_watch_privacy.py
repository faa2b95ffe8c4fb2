"""Nothing of a patient stands in what the watch keeps, prints, tells or refuses: planted, looked for everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest

from flows.sample.writer import write_sample
from tests.acknowledgment_files import AcknowledgedClaim, write_277ca
from tests.command_line import Answer, CommandLine
from tests.planted_patients import (
    CLAIM_IDS,
    FIRST,
    LAST,
    PATIENT,
    SECRETS,
    Codes,
    build_837,
    build_csv,
    find_traces,
    list_contents,
)
from tests.remit_files import Adjust, RemitClaim, RemitLine, Remittance, reverse, write_835
from tests.test_notifications import Webhook

SITE_KEY = "a key of this site, 7c1e"
FORMATS = ("table", "json", "csv")
PAYER = "SAMPLE PAYER"
EFFECTIVE = date(2024, 10, 1)
BILLED, ANSWERED, AS_OF = (EFFECTIVE + timedelta(days=days) for days in (20, 34, 60))
CODES = Codes("E668", "J3490", BILLED)
_BORN, _SSN = PATIENT["birth_date"].replace("-", ""), PATIENT["social_security_number"].replace("-", "")
_NAMED = f"{LAST}*{FIRST}*Q***MI*{PATIENT['member_id']}"
# Every place of an 835 that can speak of a person.
PERSON = (
    f"NM1*IL*1*{_NAMED}",
    f"NM1*74*1*{LAST}*{FIRST}***C*{PATIENT['member_id']}",
    f"NM1*GB*1*{_NAMED}",
    f"REF*1L*{PATIENT['group_number']}",
    f"REF*SY*{_SSN}",
    f"REF*EA*{PATIENT['medical_record_number']}",
    f"REF*F8*{PATIENT['account_number']}",
    f"PER*CX*{FIRST} {LAST}*TE*5095550173*EM*{PATIENT['email']}",
)


@dataclass
class Site:
    """An organisation that watches; `answers` is all that its commands have printed, `told` what it sent."""

    command: CommandLine
    folder: Path
    site_key: str
    webhook: Webhook
    answers: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, *arguments: object) -> Answer:
        """The call, its traceback too where it is refused."""
        answer = self.command("--debug", *arguments)
        self.answers[" ".join(str(argument) for argument in arguments)] = answer
        return answer

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path


def build_835(claim_ids: tuple[str, ...]) -> bytes:
    """Denials for an invalid diagnosis, one of them taken back and paid, with the patient in every place."""
    line = RemitLine(CODES.hcpcs, "120.50", (Adjust("CO", "146", "120.50"),), service_date=BILLED, line_number="1")
    denied = [
        RemitClaim(claim_id, (line,), status="4", patient=f"NM1*QC*1*{_NAMED}", more=PERSON) for claim_id in claim_ids
    ]
    paid = replace(denied[0], lines=(replace(line, adjustments=(Adjust("CO", "45", "40.25"),)),), status="1")
    claims = [*denied, reverse(denied[0]), paid]
    # The reference of a provider's adjustment is often the claim or account that it came from.
    withheld = ((f"WO:{PATIENT['account_number']} {_BORN}", "10.00"),)
    return write_835(Remittance(claims, PAYER, ANSWERED, ANSWERED, withheld)).encode()


def build_277(claim_ids: tuple[str, ...]) -> bytes:
    """Rejections of the diagnosis, with the patient's names, numbers and free text."""
    more = (f"REF*1K*{PATIENT['account_number']}", f"REF*D9*{PATIENT['medical_record_number']}")
    claims = [
        AcknowledgedClaim(
            claim_id,
            ("A7:255",),
            service_date=f"{BILLED:%Y%m%d}",
            patient=(f"NM1*QC*1*{_NAMED}",),
            references=more,
        )
        for claim_id in claim_ids
    ]
    text = write_277ca(claims, PAYER, f"{BILLED + timedelta(days=2):%Y%m%d}").decode()
    # Element 12 of STC is free text.
    return "~".join(
        segment + "*" * (12 - segment.count("*")) + PATIENT["notes"] if "STC*A7:255*" in segment else segment
        for segment in text.split("~")
    ).encode()


def build_refused() -> dict[str, bytes]:
    """Files that are refused whole, all with the patient in them."""
    remittance, acknowledgment = build_835(CLAIM_IDS[:4]), build_277(CLAIM_IDS[:4])
    names = f"{FIRST},{LAST},{PATIENT['member_id']},{PATIENT['notes']}"
    return {
        "cut.835": remittance[: len(remittance) // 2],
        "late.835": remittance[:-9],
        "count.835": remittance.replace(b"GE*1*", b"GE*2*"),
        "total.835": remittance.replace(b"BPR*I*", b"BPR*I*1"),
        "line.835": remittance.replace(b"CAS*CO*146*120.5", b"CAS*CO*146*12.5", 1),
        "amount.835": remittance.replace(b"CAS*CO*146*120.5", f"CAS*CO*146*{LAST}".encode(), 1),
        "charge.835": remittance.replace(b"SVC*HC:J3490*120.5", f"SVC*{FIRST} {LAST}*120.5".encode(), 1),
        # BPR16 would do in the place of DTM*405.
        "day.835": remittance.replace(f"*{ANSWERED:%Y%m%d}~".encode(), f"*{LAST}~".encode()),
        "more.835": remittance + names.encode(),
        "cut.277": acknowledgment[: len(acknowledgment) // 2],
        "late.277": acknowledgment[:-9],
        "level.277": acknowledgment.replace(b"HL*4*3*PT~", f"HL*4*3*{LAST}~".encode()),
        "totals.277": acknowledgment.replace(b"QTY*AA*", f"QTY*AA*{LAST}".encode()),
        "begin.277": acknowledgment.replace(b"BHT*0085*08*", f"BHT*0085*08*{LAST}*".encode()),
        "prose.txt": f"{FIRST} {LAST}, born {PATIENT['birth_date']}, {PATIENT['notes']}".encode(),
        "names.csv": f"{names}\r\n{names}\r\n".encode(),
        "claims.837": build_837(CLAIM_IDS[:2], CODES),
        "empty.835": b"",
    }


@pytest.fixture(scope="module", params=["", SITE_KEY], ids=["plain claim ids", "claim ids hidden"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, hook = tmp_path_factory.mktemp("site"), Webhook()
    thread = Thread(target=hook.server.serve_forever, args=(0.02,))
    thread.start()
    more = {
        "ADDENDA_NOTIFY_URLS": hook.url,
        "ADDENDA_TODAY": AS_OF.isoformat(),
        "ADDENDA_REMIT_FOLDER": str(folder / "drop"),
        # What people drop where releases are imported lies in a folder of theirs too.
        "ADDENDA_IMPORT_FOLDER": str(folder / "releases-drop"),
    }
    if request.param:
        more["ADDENDA_CLAIM_ID_KEY"] = request.param
    site = Site(CommandLine(folder / "home", more=more), folder, request.param, hook)
    for release in write_sample(folder / "releases"):
        if release.system == "icd10cm" and release.label in ("FY2024", "FY2025"):
            site.command.load(release.system, release.label, release.path)
    run_commands(site)
    yield site
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


def run_commands(site: Site) -> None:
    claims = site.write("claims.csv", build_csv(CLAIM_IDS[:16], CODES))
    more = site.write("claims.837", build_837(CLAIM_IDS[16:], CODES))
    site("import", "claims", claims, more)
    site("import", "remits", site.write("first.835", build_835(CLAIM_IDS[:6])), "--format", "table")
    site("import", "remits", site.write("first.277", build_277(CLAIM_IDS[6:10])), "--format", "json")
    for name, data in build_refused().items():
        site("import", "remits", site.write(name, data), "--format", "csv")
    site.write("drop/second.835", build_835(CLAIM_IDS[10:16]))
    site.write("drop/cut.835", build_835(CLAIM_IDS[10:16])[:-50])
    site.write("releases-drop/astray.835", build_835(CLAIM_IDS[10:16]))
    site("watch", "run")
    site("watch", "add", "icd10cm", "E10.9", "--reason", "asked by the clinic", "--by", "J. Doe")
    for form in FORMATS:
        site("watch", "report", "--all", "--close-outs", "--format", form)
        site("watch", "list", "--format", form)
    site("schedule", "--once")


def list_printed(site: Site) -> Iterator[tuple[str, bytes]]:
    yield from ((call, (answer.out + answer.err).encode()) for call, answer in site.answers.items())
    yield "notifications", str(site.webhook.messages).encode()


def search(contents: Iterator[tuple[str, bytes]], secrets: tuple[str, ...]) -> list[str]:
    return sorted({f"{name} holds {secret}" for name, data in contents for secret in find_traces(data, secrets)})


def test_search_finds_what_was_planted(site: Site) -> None:
    for name, least in (("first.835", 9), ("first.277", 4)):
        found = set(find_traces((site.folder / name).read_bytes()))
        assert len(found) >= least, (name, found)
    for name, data in build_refused().items():
        assert not data or find_traces(data), name


def test_planted_files_are_taken_in_counted_and_told(site: Site) -> None:
    items = site.answers["watch report --all --close-outs --format json"].json["items"]
    (item,) = [item for item in items if (item["code"], item["payer"]) == (CODES.diagnosis, PAYER)]
    assert (item["status"], item["category"], item["fault"]) == ("alarm", "invalid_code", "ours")
    # Of each remittance the first claim was paid in the end.
    assert (item["denied_claims"], item["rejected_claims"]) == (10, 4)
    assert item["recovered_amount"] > 0
    assert any(message["title"].startswith("addenda: invalid code") for message in site.webhook.messages)
    assert {path.name for path in site.command.home.glob("watch/*/*")} >= {"dashboard.html", "work.xlsx"}
    assert site.answers["watch run"].out.startswith("2 new files of remittances, 1 of them refused")


def test_nothing_of_the_patient_lies_below_the_home_folder(site: Site) -> None:
    assert search(list_contents(site.command.home), SECRETS) == []


def test_nothing_of_the_patient_is_printed_or_told(site: Site) -> None:
    assert search(list_printed(site), SECRETS) == []


def test_file_that_is_refused_leaves_its_name_digest_and_reason_alone(site: Site) -> None:
    for name in build_refused():
        answer = site.command("import", "remits", site.folder / name)
        assert answer.code == 2, name
        assert name in answer.err
        assert answer.err.count("\n") == 1, name
        assert find_traces((answer.out + answer.err).encode()) == []
    kept = [path for path in (site.command.home / "remits" / "refused").rglob("*") if path.is_file()]
    assert len(kept) == len(build_refused()) + 1
    assert all(len(path.read_bytes()) < 600 for path in kept)


def test_remittance_that_lies_where_releases_are_imported_is_not_archived(site: Site) -> None:
    answer = site.answers["schedule --once"]
    assert "astray.835" in answer.out + answer.err
    assert not any(find_traces(data) for _, data in list_contents(site.command.home / "archive"))


def test_claim_ids_stand_in_the_work_list_alone_and_are_printed_nowhere(site: Site) -> None:
    assert search(list_printed(site), CLAIM_IDS) == []
    holders = {
        name.rsplit("/", 1)[-1] if name.startswith("watch/") else name.split("/")[0]
        for name, data in list_contents(site.command.home)
        if find_traces(data, CLAIM_IDS)
    }
    names = {name for name in holders if not name.startswith("closeout-")}
    # A workbook is found by the name of the sheet in it.
    expected = {"claims", "remits", "work.csv", "watch.json", "sheet1.xml", "sharedStrings.xml"}
    assert names <= (set() if site.site_key else expected)
    assert bool(names) is not bool(site.site_key)


def test_site_key_is_kept_and_printed_nowhere(site: Site) -> None:
    assert search(list_contents(site.command.home), (SITE_KEY,)) == []
    assert search(list_printed(site), (SITE_KEY,)) == []
