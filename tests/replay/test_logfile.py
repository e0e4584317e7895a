"""What the reader of event logs makes of good and of broken files."""

from __future__ import annotations

import csv
import io
import pickle
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from supportcore.errors import SupportError
from supportcore.replay.logfile import (
    MESSAGES,
    MOST_BYTES,
    MOST_LINES,
    Columns,
    LogError,
    Row,
    RowFault,
    read,
)

COLUMNS = Columns(case="case", activity=("activity",), at="at", resource="who")
HEADER = "case,activity,at,who,note\n"
NINE = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)

shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def written(path: Path, text: str | bytes, header: str = HEADER) -> Path:
    path.write_bytes(header.encode() + (text.encode() if isinstance(text, str) else text))
    return path


def good(line: int, case: str = "c1") -> Row:
    return Row(line=line, case=case, activity="Open", at=NINE, resource="Ana")


GOOD = "c1,Open,2024-03-04T09:00:00Z,Ana,\n"


def outline(path: Path, columns: Columns = COLUMNS, **options: str) -> list[tuple[int, str]]:
    """Each record as its line and its case, or the code of its fault."""
    return [
        (record.line, record.case if isinstance(record, Row) else record.code)
        for record in read(path, columns, **options)
    ]


# -- rows ----------------------------------------------------------------------------------------------------


def test_a_row_holds_the_named_columns(log: Path) -> None:
    """A row is the text of the named columns, its instant in UTC and the line it stands on."""
    written(log, "c1,Open,2024-03-04T10:00:00+01:00,Ana,x\n")
    assert [good(2)] == list(read(log, COLUMNS))


def test_several_activity_columns_are_joined(log: Path) -> None:
    """Several activity columns make one activity, joined with a plus, in the order asked for."""
    written(log, "c1,Queued,2024-03-04T09:00:00Z,Waiting,\n")
    columns = Columns(case="case", activity=("who", "activity"), at="at")
    expected = ["Waiting+Queued"]
    assert expected == [row.activity for row in read(log, columns) if isinstance(row, Row)]


def test_an_empty_resource_is_none(log: Path) -> None:
    """A resource that is empty, or a column that was not named, is no resource."""
    written(log, "c1,Open,2024-03-04T09:00:00Z,,\n")
    without = Columns(case="case", activity=("activity",), at="at")
    for columns in (COLUMNS, without):
        expected = [None]
        assert expected == [row.resource for row in read(log, columns) if isinstance(row, Row)]


def test_an_unused_column_may_occur_twice(log: Path) -> None:
    """A name that stands twice in the header does no harm while nobody uses it."""
    written(log, GOOD.replace(",\n", ",,\n"), header="case,activity,at,who,note,note\n")
    assert [good(2)] == list(read(log, COLUMNS))


def test_a_byte_order_mark_is_dropped(log: Path) -> None:
    """A byte order mark is no part of the first column's name."""
    written(log, GOOD, header="\ufeff" + HEADER)
    assert [good(2)] == list(read(log, COLUMNS))


def test_a_quoted_line_end_is_counted(log: Path) -> None:
    """A record over several lines has the line it starts on, and the one behind it the right one too."""
    written(log, GOOD.replace(",\n", ',"a\n""b"",\r\n\nc"\n') + GOOD)
    assert [good(2), good(6)] == list(read(log, COLUMNS))


def test_the_header_may_take_several_lines(log: Path) -> None:
    """A quoted column name with a line end is a column name, and lines are counted from it."""
    written(log, GOOD, header='case,activity,at,"who\nhelped",note\n')
    columns = Columns(case="case", activity=("activity",), at="at", resource="who\nhelped")
    assert [good(3)] == list(read(log, columns))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
def test_line_ends_of_every_kind(log: Path, end: str) -> None:
    """LF, CRLF and a CRLF converted twice end a line, and are no part of the last field."""
    written(log, GOOD.replace("\n", end) * 2, header=HEADER.replace("\n", end))
    assert [good(2), good(3)] == list(read(log, Columns(case="case", activity=("activity",), at="at", resource="who")))
    assert outline(log) == outline(log, Columns(case="case", activity=("activity",), at="at", resource="note"))


def test_blank_lines_are_passed_over(log: Path) -> None:
    """A blank line is no row and no fault, but is counted."""
    written(log, "\n" + GOOD + "\r\n\n" + GOOD + "\n")
    assert [good(3), good(6)] == list(read(log, COLUMNS))


def test_a_last_line_without_its_end_may_be_complete(log: Path) -> None:
    """A file need not end with a line end."""
    written(log, GOOD + GOOD.rstrip("\n"))
    assert [good(2), good(3)] == list(read(log, COLUMNS))


# -- instants ------------------------------------------------------------------------------------------------


def instants(path: Path, *stamps: str, at_format: str | None = None, timezone: str | None = None) -> list[object]:
    written(path, "".join(f'c1,Open,"{stamp}",Ana,\n' for stamp in stamps))
    records = read(path, COLUMNS, at_format=at_format, timezone=timezone)
    return [record.at if isinstance(record, Row) else record.code for record in records]


def test_naive_stamps_are_wall_time_of_the_zone(log: Path) -> None:
    """A stamp without an offset is wall time of the zone, UTC when none is given; an offset wins."""
    stamps = ("2024-03-04 10:00:00", "2024-07-01 10:00:00", "2024-03-04 10:00:00+02:00")
    summer = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
    earlier = datetime(2024, 3, 4, 8, 0, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert [NINE, summer, earlier] == instants(log, *stamps, timezone="Europe/Rome")
    assert [NINE + hour, summer + 2 * hour, earlier] == instants(log, *stamps)


def test_missing_and_repeated_hours(log: Path) -> None:
    """An hour left out is counted on from before it; of a repeated hour it is the first pass."""
    expected = [datetime(2024, 3, 31, 1, 30, tzinfo=UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)]
    assert expected == instants(log, "2024-03-31 02:30", "2024-10-27 02:30", timezone="Europe/Rome")


def test_instants_are_cut_to_the_millisecond(log: Path) -> None:
    """Microseconds are cut, not rounded, in every way of writing instants."""
    expected = [NINE + timedelta(milliseconds=1)]
    assert expected == instants(log, "2024-03-04T09:00:00.001999Z")
    assert expected == instants(log, "2024/03/04 09:00:00.001999", at_format="%Y/%m/%d %H:%M:%S.%f")


@pytest.mark.parametrize(
    ("at_format", "stamp"),
    [
        ("%Y/%m/%d %H:%M:%S.%f", "2024/03/04 09:00:00.0"),
        ("%Y/%m/%d %H:%M:%S.%f", "2024/3/4 9:0:0.000000"),
        ("%d.%m.%Y %H:%M", "04.03.2024 09:00"),
        ("%Y%m%dT%H%M%S", "20240304T090000"),
        ("%H%% %Y-%m-%d", "09% 2024-03-04"),
        ("%Y-%m-%d %H:%M UTC", "2024-03-04 09:00 UTC"),
        ("%Y-%m-%d %H:%M:%S%z", "2024-03-04 10:00:00+0100"),
        ("%d %b %Y %I:%M %p", "04 Mar 2024 09:00 AM"),
        ("%y-%j %H", "24-064 09"),
        ("%Y-%m-%d %S %H", "2024-03-04 0 9"),
    ],
)
def test_formats(log: Path, at_format: str, stamp: str) -> None:
    """Directives of strptime are understood, with separators, without, and in any order."""
    expected = [NINE]
    assert expected == instants(log, stamp, at_format=at_format)


FORMATS = [
    "%Y/%m/%d %H:%M:%S.%f",
    "%d.%m.%Y %H:%M",
    "%Y%m%d%H%M%S%f",
    "%H%d%m%Y",
    "%S%M%H %f %d%Y%m",
    "%Y-%m-%d",
]


@given(
    at_format=st.sampled_from(FORMATS),
    stamp=st.text("0123456789/.: -", max_size=20) | st.integers(0, 10**15).map(str),
    at=st.datetimes(datetime(1971, 1, 1), datetime(2198, 12, 31)),
)
@example(at_format="%Y%m%d%H%M%S%f", stamp="2024130212304512", at=datetime(2024, 2, 29))
@example(at_format="%Y/%m/%d %H:%M:%S.%f", stamp="2024/03/04 09:00:00.5", at=datetime(2024, 2, 29))
@example(at_format="%d.%m.%Y %H:%M", stamp="04-03-2024 09:00", at=datetime(2024, 2, 29))
@shared_folder
def test_the_fast_way_reads_what_strptime_reads(at_format: str, stamp: str, at: datetime, tmp_path: Path) -> None:
    """Numbers of full width are read by a short cut, which agrees with strptime on every text."""
    for text in (stamp, at.strftime(at_format).zfill(8)):
        try:
            expected: object = datetime.strptime(text, at_format).replace(tzinfo=UTC)
        except ValueError:
            expected = "unreadable_instant"
        else:
            assert isinstance(expected, datetime)
            expected = expected.replace(microsecond=expected.microsecond // 1000 * 1000)
            expected = expected if 1970 <= expected.year <= 2199 else "instant_out_of_range"
        assert [expected] == instants(tmp_path / "log.csv", text, at_format=at_format)


def test_instants_out_of_range(log: Path) -> None:
    """The range is that of UTC, and no year a calendar knows breaks the reader."""
    stamps = (
        "1970-01-01 00:30",
        "1970-01-01 01:00",
        "2200-01-01 00:59",
        "2200-01-01 01:00",
        "0001-01-01",
        "9999-12-31",
    )
    out = "instant_out_of_range"
    expected = [
        out,
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2199, 12, 31, 23, 59, tzinfo=UTC),
        out,
        out,
        out,
    ]
    assert expected == instants(log, *stamps, timezone="Europe/Rome")
    assert [out, out] == instants(log, "0001-01-01", "9999-12-31", timezone="America/Bogota")


# -- faults --------------------------------------------------------------------------------------------------

CUT = "c1,Open,2024-03-04T09:00:00Z"

FAULTY = [
    ("unreadable_instant", b"c2,Open,yesterday,Ana,\n"),
    ("unreadable_instant", b"c2,Open,,Ana,\n"),
    ("unreadable_instant", b"c2,Open,2024-02-30T09:00:00Z,Ana,\n"),
    ("unreadable_instant", b"c2,Open,2024-03-04T09:00:00Z\x00,Ana,\n"),
    ("unreadable_instant", b"c2,Open,2024-03-04T09:00:000Z,Ana,\n"),
    ("unreadable_instant", "c2,Open,２024-03-04T09:00:00Z,Ana,\n".encode()),
    ("instant_out_of_range", b"c2,Open,1969-12-31T23:59:59Z,Ana,\n"),
    ("not_utf8", b"c2,Open,2024-03-04T09:00:00Z,An\xe1,\n"),
    ("not_utf8", b'c2,Open,2024-03-04T09:00:00Z,"\xff,\n'),
    ("too_few_columns", b"c2,Open,2024-03-04T09:00:00Z,Ana\n"),
    ("too_few_columns", b" \n"),
    ("too_many_columns", b"c2,Open,2024-03-04T09:00:00Z,Ana,,\n"),
    ("empty_case", b" ,Open,2024-03-04T09:00:00Z,Ana,\n"),
    ("empty_activity", b"c2,,2024-03-04T09:00:00Z,Ana,\n"),
    ("value_too_long", b"c2,Open,2024-03-04T09:00:00Z," + b"a" * 256 + b",\n"),
    ("value_too_long", b"c" * 256 + b",Open,2024-03-04T09:00:00Z,Ana,\n"),
    ("bad_text", b"c2,Op\x00en,2024-03-04T09:00:00Z,Ana,\n"),
    ("unclosed_quote", b'c2,Open,2024-03-04T09:00:00Z,"Ana,\n'),
    ("unclosed_quote", b'"c2,Open,2024-03-04T09:00:00Z,Ana,\n'),
    ("record_too_long", b"c2,Open,2024-03-04T09:00:00Z,Ana," + b"x" * MOST_BYTES + b"\n"),
    ("record_too_long", b"x" * MOST_BYTES + b"\n"),
    ("record_too_long", b'c2,Open,2024-03-04T09:00:00Z,Ana,"' + b"x" * 2 * MOST_BYTES + b"\n"),
]


@pytest.mark.parametrize(("code", "line"), FAULTY)
@pytest.mark.parametrize("behind", [GOOD, GOOD.replace("Ana", '"Ana"'), GOOD.rstrip("\n")])
def test_a_fault_is_told_by_its_line_and_reading_goes_on(log: Path, code: str, line: bytes, behind: str) -> None:
    """A record that cannot be read is one fault with its line, and the rows around it are read."""
    written(log, GOOD.encode() + line + GOOD.encode() * 2 + behind.encode())
    assert [(2, "c1"), (3, code), (4, "c1"), (5, "c1"), (6, "c1")] == outline(log)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("truncated", CUT),
        ("truncated", CUT + ',"An'),
        ("truncated", CUT + ',"Ana""'),
        ("too_few_columns", CUT + "\n"),
        ("unclosed_quote", CUT + ',"An\n'),
    ],
)
def test_a_cut_file(log: Path, code: str, text: str) -> None:
    """A last line that stops short without a line end is truncated; with one it is merely wrong."""
    written(log, GOOD + text)
    assert [(2, "c1"), (3, code)] == outline(log)


def test_a_cut_file_ends_in_a_long_text(log: Path) -> None:
    """Of a text of several lines that is cut, the first line is unclosed and the last one truncated."""
    written(log, GOOD + CUT + ',Ana,"Dear\nall')
    expected = [(2, "c1"), (3, "unclosed_quote"), (4, "truncated")]
    assert expected == outline(log)


def test_an_activity_of_several_columns_is_empty_when_all_are(log: Path) -> None:
    """Of several activity columns one may be empty, not all."""
    written(log, "c1,,2024-03-04T09:00:00Z,Ana,\nc1,,2024-03-04T09:00:00Z,,\nc1,+,2024-03-04T09:00:00Z,,\n")
    columns = Columns(case="case", activity=("activity", "who"), at="at")
    expected = [(2, "c1"), (3, "empty_activity"), (4, "c1")]
    assert expected == outline(log, columns)


def test_an_unused_column_may_hold_anything(log: Path) -> None:
    """Columns nobody asked for are not judged, beyond being text."""
    written(log, GOOD.replace(",\n", ",\0" + "x" * 200_000 + "\n"))
    assert [good(2)] == list(read(log, COLUMNS))


def test_a_bad_byte_inside_a_long_text_spoils_that_record_only(log: Path) -> None:
    """A byte that is not UTF-8 in a later line of a record is told with that line, at the record's first."""
    written(log, GOOD.encode() + CUT.encode() + b',Ana,"Dear\n""Jos\xe9""\n"\n' + GOOD.encode())
    [first, fault, last] = read(log, COLUMNS)
    assert [good(2), good(6)] == [first, last]
    expected = RowFault(
        line=3,
        code="not_utf8",
        params=(("at_line", "4"), ("byte", "0xe9")),
        message="byte 0xe9 in line 4 is not UTF-8",
    )
    assert expected == fault


def test_an_unclosed_quote_with_quoted_lines_behind_it(log: Path) -> None:
    """A quote that is closed only by another record's quote is unclosed, and no record is swallowed."""
    quoted = GOOD.replace("Ana", '"Ana"')
    comma = 'c3,Open,2024-03-04T09:00:00Z,",x",\n'
    written(log, quoted + CUT + ',"Ana,\n' + quoted + comma + quoted)
    expected = [(2, "c1"), (3, "unclosed_quote"), (4, "c1"), (5, "c3"), (6, "c1")]
    assert expected == outline(log)


def test_a_quote_that_another_record_seems_to_close(log: Path) -> None:
    """A quote closed by chance leaves a quote in the wrong place behind it, so it is unclosed."""
    written(log, 'c1,Open,"2024-03-04T09:00:00Z,Ana,\nc3,Open,2024-03-04T09:00:00Z,",x",\n')
    expected = [(2, "unclosed_quote"), (3, "c3")]
    assert expected == outline(log)


def test_a_record_over_several_lines_has_the_columns_of_the_header(log: Path) -> None:
    """A quote closed by chance behind another record leaves too few columns, so it is unclosed."""
    written(log, 'c1,"Open,2024-03-04T09:00:00Z,Ana,\n' + GOOD.replace(",\n", ',"\n') + GOOD)
    expected = [(2, "unclosed_quote"), (3, "unclosed_quote"), (4, "c1")]
    assert expected == outline(log)


def test_a_record_has_limits(log: Path) -> None:
    """A record of the most lines is read; one line more is an unclosed quote and not kept in memory."""
    for extra, expected in ((0, [(2, "c1")]), (1, [(2, "unclosed_quote")])):
        text = "\n" * (MOST_LINES - 1 + extra)
        written(log, GOOD.replace(",\n", f',"{text}"\n') + GOOD)
        assert expected == outline(log)[:1]
        assert (2 + MOST_LINES + extra, "c1") == outline(log)[-1]


def test_messages_say_what_and_where(log: Path) -> None:
    """A message names the column and the value, cut when it is long, and what would be right."""
    written(log, f"c1,Open,{'9' * 80},Ana,\n")
    [fault] = read(log, COLUMNS)
    assert isinstance(fault, RowFault)
    assert f"the column 'at' holds '{'9' * 59}…', no instant in ISO 8601" == fault.message
    expected = (("column", "at"), ("form", "ISO 8601"), ("value", "9" * 59 + "…"))
    assert expected == fault.params


# -- logs that cannot be read at all -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "header", "told"),
    [
        (
            "missing_column",
            "case,activity,at,note\n",
            "no column 'who'; its columns are 'case', 'activity', 'at', 'note'",
        ),
        (
            "missing_column",
            "case;activity;at;who\n",
            "no column 'case', 'activity', 'at', 'who'; its columns are 'case;ac",
        ),
        ("duplicate_column", "case,at,activity,at,who\n", "2 columns 'at'"),
        ("empty_log", "", "no header line"),
        ("empty_log", "\ufeff", "no header line"),
        ("empty_log", "\n", "no header line"),
        ("bad_header", 'case,activity,at,"who\n', "a quoted field starts here"),
        ("bad_header", "x" * (MOST_BYTES + 1), "more than 1048576 bytes"),
    ],
)
def test_a_header_that_cannot_be_used(log: Path, code: str, header: str, told: str) -> None:
    """A header without a needed column, with it twice, or unreadable is an error that names what is there."""
    written(log, "", header=header)
    with pytest.raises(LogError, match=re.escape(told)) as caught:
        next(read(log, COLUMNS))
    assert code == caught.value.code
    assert str(log) in str(caught.value)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_header_in_another_encoding(log: Path, encoding: str) -> None:
    """A header that is not UTF-8 says so."""
    log.write_bytes("case,activity,at,quién\n".encode(encoding))
    with pytest.raises(LogError, match="is not UTF-8"):
        next(read(log, COLUMNS))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "", "../etc/passwd", "/etc/localtime", "a\0b", "ñ"])
def test_an_unknown_zone(log: Path, zone: str) -> None:
    """What is no name of a zone is refused before the log is opened."""
    with pytest.raises(LogError, match="there is no time zone") as caught:
        next(read(log, COLUMNS, timezone=zone))
    expected = "unknown_zone"
    assert expected == caught.value.code
    assert zone == caught.value.params["zone"]


@pytest.mark.parametrize(
    ("at_format", "told"),
    [
        ("%Y-%q", "%q is no directive"),
        ("%Y-%", "% is no directive"),
        ("%Y-%-m-%d", "%- is no directive"),
        ("%H:%M", "it has no year"),
        ("%d/%m", "it has no year"),
        ("", "it has no year"),
        ("%Y %H:%M", "it has no whole date"),
        ("%Y-%m-%d %Y", "redefinition"),
        ("%G-%m-%d", "ISO year"),
        ("%Y-%m-%d %H:%M %Z", "ambiguous"),
    ],
)
def test_a_bad_format(log: Path, at_format: str, told: str) -> None:
    """A format that strptime does not know, or that gives no whole date, is refused and says why."""
    with pytest.raises(LogError, match=re.escape(told)) as caught:
        next(read(log, COLUMNS, at_format=at_format))
    expected = "bad_format"
    assert expected == caught.value.code


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A log that is not there, or is a folder, is a LogError with the system's reason."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(LogError, match="cannot be read") as caught:
            next(read(path, COLUMNS))
        expected = "log_unreadable"
        assert expected == caught.value.code
        assert isinstance(caught.value.__cause__, OSError)


def test_a_log_error_is_one_of_ours(log: Path) -> None:
    """A LogError is a SupportError and a ValueError, and survives pickling."""
    with pytest.raises(LogError) as caught:
        next(read(log, COLUMNS))
    assert isinstance(caught.value, SupportError)
    assert isinstance(caught.value, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(caught.value), caught.value.code) == (str(again), again.code)


def test_columns_need_an_activity() -> None:
    """Activity columns are a tuple of at least one name, not a bare string."""
    with pytest.raises(ValueError, match="activity"):
        Columns(case="case", activity=(), at="at")
    with pytest.raises(TypeError, match="activity"):
        Columns(case="case", activity="activity", at="at")  # type: ignore[arg-type]


# -- properties ----------------------------------------------------------------------------------------------

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
values = st.text(CHARACTERS, min_size=1, max_size=20).filter(str.strip) | st.sampled_from(
    ['"', '""', "a\r\nb", "x,", '"a"', "ñandú", "\n,\n", " a "]
).filter(str.strip)
at_instants = st.datetimes(
    datetime(1970, 1, 2), datetime(2199, 12, 30), timezones=st.sampled_from([UTC, ZoneInfo("Asia/Kolkata")])
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
rows = st.tuples(values, values, at_instants, st.just("") | values, st.text(CHARACTERS, max_size=20))


@given(
    written_rows=st.lists(rows, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    lf=st.booleans(),
)
@shared_folder
def test_what_csv_writes_is_read_back(
    written_rows: list[tuple[str, str, datetime, str, str]], quoting: int, lf: bool, tmp_path: Path
) -> None:
    """Every row that the csv module writes comes back equal, on the line it was written on."""
    text = io.StringIO()
    if lf:
        quoting = csv.QUOTE_ALL  # or a lone CR would stay unquoted, which the csv module itself cannot read back
    writer = csv.writer(text, quoting=quoting, lineterminator="\n" if lf else "\r\n")  # type: ignore[arg-type]
    writer.writerow(HEADER.strip().split(","))
    expected = []
    for case, activity, at, who, note in written_rows:
        line = text.getvalue().count("\n") + 1
        expected.append(Row(line=line, case=case, activity=activity, at=at.astimezone(UTC), resource=who or None))
        writer.writerow([case, activity, at.isoformat(), who, note])
    path = written(tmp_path / "log.csv", text.getvalue(), header="")
    assert expected == list(read(path, COLUMNS))


# No comma before the first letter: behind a stray quote `",x"` would look like that quote's partner.
starts = st.tuples(st.text('"', max_size=2), st.sampled_from("abé")).map("".join)
plain = st.builds(str.__add__, starts, st.text('ab",é ', max_size=4))
spoilt = (
    st.binary(max_size=30)
    | st.text('c",2', max_size=20).map(str.encode)
    | st.sampled_from([line.rstrip(b"\n") for _, line in FAULTY[:-3]])
).map(lambda line: line.replace(b"\n", b""))


@given(texts=st.lists(st.tuples(plain, plain, plain, plain), min_size=1, max_size=8), data=st.data())
@shared_folder
def test_one_spoilt_line_spoils_one_line(
    texts: list[tuple[str, str, str, str]], data: st.DataObject, tmp_path: Path
) -> None:
    """Whatever bytes replace one line, every other row is read as before and no other line has a fault."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(
        (case, activity, NINE.isoformat(), who, note) for case, activity, who, note in texts
    )
    lines = buffer.getvalue().encode().split(b"\n")[:-1]
    path = written(tmp_path / "log.csv", b"\n".join(lines))
    whole = list(read(path, COLUMNS))
    assert list(range(2, len(texts) + 2)) == [row.line for row in whole if isinstance(row, Row)]

    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(spoilt)
    written(path, b"\n".join(lines))
    others = [record for record in read(path, COLUMNS) if record.line != place + 2]
    assert [row for row in whole if row.line != place + 2] == others


@given(text=st.text('ab",', max_size=12))
@shared_folder
def test_fields_are_those_of_the_csv_module(text: str, tmp_path: Path) -> None:
    """A line with quotes in the strangest places has the fields the csv module finds in it."""
    try:
        fields = next(csv.reader([text], strict=True))
    except csv.Error:
        fields = next(csv.reader([text]), [])
        if next(csv.reader([text + "\n", 'END"\n']), [])[-1:] != fields[-1:]:
            fields = []  # its last field goes on in the next line
    header = ",".join(["case,activity,at"] + [f"f{n}" for n in range(len(fields))]) + "\n"
    columns = Columns(case="case", activity=tuple(f"f{n}" for n in range(len(fields))) or ("activity",), at="at")
    path = written(tmp_path / "log.csv", f"c1,Open,2024-03-04,{text}\n", header=header)
    [record] = read(path, columns)
    if isinstance(record, Row):
        assert "+".join(fields) == record.activity
    elif record.code == "empty_activity":
        assert not "".join(fields).strip()
    else:
        expected = []
        assert expected == fields


# -- memory --------------------------------------------------------------------------------------------------


def peak(records: Iterator[Row | RowFault]) -> int:
    """The most memory taken while the records are read and dropped, in bytes."""
    tracemalloc.start()
    try:
        for _ in records:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_log(log: Path, tmp_path: Path) -> None:
    """Ten times the log needs no more memory."""
    short = written(tmp_path / "short.csv", GOOD * 500)
    long = written(log, GOOD * 5_000)
    peak(read(short, COLUMNS))
    assert abs(peak(read(long, COLUMNS)) - peak(read(short, COLUMNS))) < 10_000


def test_a_quote_without_a_partner_does_not_fill_memory(log: Path) -> None:
    """An opening quote in the first row keeps no more than one record's worth of the lines behind it."""
    wide = GOOD.replace(",\n", "," + "x" * 20_000 + "\n")
    written(log, '"' + wide + wide * 500)
    assert peak(read(log, COLUMNS)) < 5 * MOST_BYTES
    assert [(2, "unclosed_quote"), *((line, "c1") for line in range(3, 503))] == outline(log)


def test_every_code_has_a_message() -> None:
    """Each code that a fault of this file carries has its message."""
    assert {code for code, _ in FAULTY} <= MESSAGES.keys()
