"""Registers as people have them: good rows sealed, bad ones listed, no words anywhere."""

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_contents import sealed_sets

from observatory.analysis.opening import open_reports
from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError
from observatory.instance import Instance
from observatory.intake.imports import mapping, register
from observatory.intake.imports.register import ImportedRow, Refusal
from observatory.intake.imports.sealing import seal_register

CANARY = "zanzibarquokka"


def rows(path, rules=None, today=date(2026, 11, 24)):
    return list(register.read(path, rules, today))


def save(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "register.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_good_rows_are_sealed_and_open_again(founded, quorum, tmp_path):
    path = save(
        tmp_path,
        "narrative,reported_on,stage,month\n"
        f"I was asked for {CANARY} money,2025-03-03,release,2025-02\n"
        '"They said:\n""pay, or wait""",2025-03-04,,\n',
    )
    done = seal_register(founded.instance, path, None)
    assert (done.sealed, done.refusals) == (2, ())
    private = open_key(founded.instance, quorum)
    opened = open_reports(sealed_sets(founded.instance.vault), private, date(2026, 11, 24))
    by_words = {r.narrative: r for r in opened.reports}
    assert by_words['They said:\n"pay, or wait"'].week == "2025-W10"
    assert by_words[f"I was asked for {CANARY} money"].facets == {
        "stage": "release",
        "month": "2025-02",
    }
    assert {r.source for r in opened.reports} == {"import:register"}


def test_the_same_file_twice_counts_once_but_two_equal_rows_count_twice(founded, quorum, tmp_path):
    path = save(tmp_path, "narrative\nthey asked for money\nthey asked for money\n")
    for _ in range(2):
        assert seal_register(founded.instance, path, None).sealed == 2
    private = open_key(founded.instance, quorum)
    opened = open_reports(sealed_sets(founded.instance.vault), private, date(2099, 1, 1))
    assert len(opened.reports) == 2
    assert sum(opened.repeats.values()) == 2


def test_reports_of_the_open_week_wait(founded, quorum, tmp_path):
    path = save(tmp_path, "narrative,reported_on\nold,2025-03-03\nnew,2025-03-12\n")
    seal_register(founded.instance, path, None)
    private = open_key(founded.instance, quorum)
    opened = open_reports(sealed_sets(founded.instance.vault), private, date(2025, 3, 14))
    assert [r.narrative for r in opened.reports] == ["old"]
    assert opened.waiting == 1


def test_bad_rows_are_listed_by_row_column_and_reason_never_by_words(instance, tmp_path):
    path = save(
        tmp_path,
        "narrative,reported_on,stage\n"
        f"{CANARY},2025-13-03,release\n"
        f"{CANARY},2025-03-03,{CANARY}\n"
        ",2025-03-03,release\n"
        f"{CANARY}\x01,2025-03-03,release\n"
        f"{CANARY * 5000},2025-03-03,release\n"
        f"{CANARY},2025-03-03\n"
        "\n"
        f"{CANARY},2025-03-03,release\n",
    )
    done = seal_register(instance, path, None)
    assert done.sealed == 1
    assert [(r.place.row, r.column) for r in done.refusals] == [
        (2, "reported_on"),
        (3, "stage"),
        (4, "narrative"),
        (5, "narrative"),
        (6, "narrative"),
        (7, ""),
    ]
    assert CANARY not in repr(done.refusals)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"text,reported_on\na,2025-03-03\n", "no column 'narrative'"),
        (b"narrative,narrative\na,b\n", "twice"),
        ("narrative\n" + "a\n" * 400 + "é\n", "not UTF-8"),
        (b'narrative\n"never closed\n', "not well-formed"),
    ],
)
def test_a_fault_of_the_whole_file_seals_nothing(instance, tmp_path, content, said):
    path = tmp_path / "register.csv"
    path.write_bytes(content.encode("latin-1") if isinstance(content, str) else content)
    with pytest.raises(BadInputError, match=r"[a-z]") as error:
        seal_register(instance, path, None)
    assert said in str(error.value)
    assert len(instance.vault) == 0


def test_a_missing_file_and_a_missing_column(tmp_path):
    with pytest.raises(BadInputError, match="cannot be opened"):
        rows(tmp_path / "none.csv")
    rules = tmp_path / "map.yaml"
    rules.write_text("source: a\nnarrative: [title]\n")
    with pytest.raises(BadInputError, match=r"lacks the column .title.\. Of the columns"):
        rows(save(tmp_path, "text\na\n"), mapping.read(rules))


def test_other_encodings_and_delimiters_read_by_mapping(tmp_path):
    rules = tmp_path / "map.yaml"
    rules.write_text("source: a\nnarrative: [texte]\nencoding: latin-1\ndelimiter: ';'\n")
    path = save(tmp_path, "texte;autre\nréclamé;1\n", "latin-1")
    assert rows(path, mapping.read(rules))[0].complaint.narrative == "réclamé"


def test_invisible_characters_can_be_dropped_by_mapping(tmp_path):
    rules = tmp_path / "map.yaml"
    rules.write_text("source: a\nnarrative: [text]\ncontrol_characters: drop\n")
    path = save(tmp_path, "text\nthey\x92re \x85 asking\n")
    assert rows(path, mapping.read(rules))[0].complaint.narrative == "theyre  asking"


def test_offices_of_a_mapping_join_the_register(founded, tmp_path):
    rules = tmp_path / "map.yaml"
    rules.write_text(
        "source: a\nnarrative: [text]\noffices: [{code: NORTH, name: North gate}]\n"
        "facets: {office: {column: place, values: {N: NORTH}, otherwise: skip}}\n"
    )
    path = save(tmp_path, "text,place\nthey asked,N\nthey asked again,Z\n")
    found = mapping.read(rules)
    assert seal_register(founded.instance, path, found).offices_added == 1
    assert seal_register(founded.instance, path, found).offices_added == 0
    assert [o.code for o in Instance.open(founded.instance.folder).offices] == ["NORTH"]


@given(st.lists(st.lists(st.text(max_size=30), min_size=2, max_size=2), max_size=12))
def test_any_well_formed_csv_reads_to_rows_or_refusals(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("csv") / "register.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["narrative", "stage"])
        writer.writerows(cells)
    try:
        found = rows(path)
    except BadInputError:
        return
    assert all(isinstance(row, ImportedRow | Refusal) for row in found)
    kept = [row for row in found if isinstance(row, ImportedRow)]
    assert len({row.once for row in kept}) == len(kept)
