"""Looking codes up: by code, by words, on any day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schema.access import Role
from schema.store.code_search import read_conversions, search_codes
from schema.store.database import reading
from tests.web_site import WebSite, sample_site


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    with sample_site(tmp_path / "home", database_url if database_url.startswith("postgresql") else "") as made:
        yield made


def look(site: WebSite, path: str) -> str:
    answer = site.client(Role.READER).get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_codes_are_found_by_words_in_any_order_and_case(site: WebSite) -> None:
    with reading(site.engine) as connection:
        found, has_more = search_codes(connection, "icd10cm", "CALORIES obesity", date(2024, 11, 1))
        first, is_cut = search_codes(connection, "icd10cm", "obesity", date(2024, 11, 1), limit=2)
    assert [record.code for record in found] == ["E660", "E6601", "E6609"]
    assert not has_more
    assert ([record.code for record in first], is_cut) == (["E66", "E660"], True)


def test_only_codes_of_the_release_of_the_day_are_found(site: WebSite) -> None:
    assert "E66.811" not in look(site, "/codes?q=e66.81&on=2024-09-30")
    assert "E66.811" in look(site, "/codes?q=e66.81&on=2024-10-01")
    with reading(site.engine) as connection:
        assert search_codes(connection, "icd10cm", "obesity", date(1999, 1, 1)) == ([], False)


def test_signs_of_a_pattern_are_no_pattern(site: WebSite) -> None:
    with reading(site.engine) as connection:
        for text in ("%", "_", "%%%", "\\"):
            found, _ = search_codes(connection, "icd10cm", text, date(2024, 11, 1))
            assert all(text in record.long_descriptor + record.short_descriptor for record in found)


def test_code_of_another_year_is_answered_too(site: WebSite) -> None:
    text = look(site, "/codes?q=E66.8&on=2024-11-01")
    assert "Not valid" in text
    assert "a header in FY2025" in text


def test_page_of_a_code_tells_answer_history_crosswalk_notes_and_neighbours(site: WebSite) -> None:
    text = look(site, "/codes/icd10cm/E66811?on=2024-11-01")
    for part in ("Valid", "billable in FY2025", "Obesity, class 1", "Came from", ">E66.8<", "Code first", ">E66.812<"):
        assert part in text
    before = look(site, "/codes/icd10cm/E66811?on=2024-09-01")
    assert "Not valid" in before


def test_crosswalk_leads_on_from_a_code_that_was_billable_and_not_from_its_children(site: WebSite) -> None:
    with reading(site.engine) as connection:
        into, away = read_conversions(connection, "icd10cm", "E668", lambda day: True)
        assert (into, [entry.code for entry in away]) == ([], ["E66811", "E66812", "E66813", "E6689"])
        into, away = read_conversions(connection, "icd10cm", "E66811", lambda day: False)
        assert ([entry.fields["previous"] for entry in into], away) == ([["E668"]], [])


def test_codes_of_hcpcs_are_answered_by_their_own_dates(site: WebSite) -> None:
    with reading(site.engine) as connection:
        found, _ = search_codes(connection, "hcpcs", "a", date(2020, 2, 1), limit=1)
    code = found[0].code
    text = look(site, f"/codes/hcpcs/{code}?on=2020-02-01")
    assert "added" in text


@pytest.mark.parametrize(
    "path",
    [
        "/codes?q=a%00b",
        f"/codes?q={'x' * 201}",
        "/codes?q=a&on=tomorrow",
        "/codes?q=a&system=snomed",
        "/codes/snomed/E66",
        "/codes/icd10cm/E66%3Cscript",
        "/codes/icd10cm/TOOLONGCODE",
        "/codes/icd10cm/E66?on=2024-02-30",
    ],
)
def test_question_that_cannot_be_answered_is_refused(site: WebSite, path: str) -> None:
    assert site.client(Role.READER).get(path).status_code == 422


def test_hostile_words_stay_words(site: WebSite) -> None:
    text = look(site, "/codes?q=%3Cscript%3Ealert(1)%3C/script%3E%22")
    assert "<script>alert" not in text
    assert "No code begins so" in text
