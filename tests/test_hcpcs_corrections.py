"""The corrections that CMS posts after a HCPCS release, as workbook and in print."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.hcpcs import corrections
from schema.errors import LayoutError
from tests.hcpcs_lists import make_text, make_workbook, open_member, read_list


def test_corrections_of_2019_are_read_as_written(releases: Path) -> None:
    path = "2019-01/2019-HCPCS-Alpha-Numeric-Corrections.zip"
    first = read_list(open_member(releases, path, "HCPC2019_Corrections_ALPHA.xlsx"))
    second = read_list(open_member(releases, path, "HCPC2019_Corrections_ALPHA_v2.xlsx"))
    assert first.kind == "corrections"
    assert (len(first.entries), len(second.entries)) == (11, 3)
    by_code = {entry.code: entry.fields for entry in first.entries}
    assert by_code["C1890"] == {
        "action": "ADD CODE",
        "effective_date": "2019-01-01",
        "effective_date_text": None,
        "short_descriptor": "No device w/dev-intensive px",
        "long_descriptor": "No implantable/insertable device used with device-intensive procedures",
        "types_of_service": ["9", "F"],
        "betos": "D1E",
        "coverage": "D",
        "price": "53",
        "cross_reference": "",
        "asc_indicator": "",
        "asc_date": "",
        "comments": "Statute 1833(t)",
    }
    assert (by_code["Q5111"]["effective_date"], by_code["Q5111"]["effective_date_text"]) == (None, "01/0/12019")
    assert (by_code["J1095"]["asc_indicator"], by_code["J1095"]["asc_date"]) == ("YY", "2019-01-01")
    assert by_code["C9034"]["cross_reference"] == "J1095"
    assert by_code["J2787"]["long_descriptor"] == "Riboflavin 5\u2019-phosphate, ophthalmic solution, up to 3 ml"
    assert second.entries[0].code == "DA"
    assert second.entries[0].fields["action"] == "Removed in error - add back to file"


@pytest.mark.parametrize("name", ["HCPC2019_Corrections_ALPHA", "HCPC2019_Corrections_ALPHA_v2"])
def test_printed_corrections_are_the_beginning_of_the_whole_ones(releases: Path, name: str) -> None:
    path = "2019-01/2019-HCPCS-Alpha-Numeric-Corrections.zip"
    whole = read_list(open_member(releases, path, f"{name}.xlsx"))
    printed = read_list(open_member(releases, path, f"{name}.prn"))
    assert printed.facts["is_abridged"] is True
    for one, other in zip(whole.entries, printed.entries, strict=True):
        assert one.code == other.code
        for field in ("action", "short_descriptor", "long_descriptor", "comments"):
            assert one.fields[field].startswith(other.fields[field])
        for field in ("betos", "coverage", "price", "cross_reference", "asc_indicator", "asc_date"):
            assert one.fields[field] == other.fields[field]
        assert set(other.fields["types_of_service"]) <= set(one.fields["types_of_service"])
        assert other.fields["effective_date"] in (None, one.fields["effective_date"])
        # A date is cut to nine characters where the next column is filled.
        assert (other.fields["effective_date"] is None) == bool(other.fields["short_descriptor"])


def test_corrections_with_the_headers_of_later_years_are_read() -> None:
    header = ["HCPCS/MOD Code", "Action", "Effective Date", "Short Description", "Long Description", "TOS", "BETOS"]
    found = read_list(
        make_workbook(
            corrections=[
                [*header, "Coverage", "Pricing", "Posted"],
                ["X0001", "Revise long description", "4/1/2026", "", "Thing, each", "1,P", "", "C", 57],
                ["X0002, X0003", "Remove", 20260401],
                ["all codes", "Remove", None],
            ]
        )
    )
    assert [entry.code for entry in found.entries] == ["X0001", "X0002", "X0003", ""]
    assert found.entries[0].fields["effective_date"] == "2026-04-01"
    assert (found.entries[0].fields["price"], found.entries[0].fields["coverage"]) == ("57", "C")
    assert found.entries[1].fields["effective_date"] == "2026-04-01"
    assert found.facts["unknown_columns"] == ["Posted"]
    assert found.facts["unreadable"] == ["row 4: all codes"]


def test_printed_corrections_with_other_columns_are_refused() -> None:
    document = make_text(
        "  CODE   ACTION  EFF DATE     SHORT DESC       LONG DESC   TOBETOCOPRICXREF CODASC IASC DATCOMMENTS",
        " X0001  ADD CODE 01/01/201Thing",
    )
    assert corrections.recognise_print(document)
    with pytest.raises(LayoutError, match="other columns"):
        corrections.read_print(document)
