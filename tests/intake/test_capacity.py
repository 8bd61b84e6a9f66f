"""How much is taken in: so much a second and at once, from everybody; room is kept for weeks."""

import io
import sys
import threading
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporter import HOST

from observatory import config
from observatory.config import Config
from observatory.errors import BadInputError
from observatory.intake import body
from observatory.intake.capacity import (
    AT_ONCE_SECONDS,
    COUNT_SECONDS,
    Capacity,
    Lane,
    TurnedAwayError,
    Why,
)
from observatory.vault import room

PLENTY = 1 << 40


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def disk(monkeypatch):
    """A disk of which the test says how much is free."""
    state = {"free": PLENTY}
    monkeypatch.setattr(room, "free", lambda _: state["free"])
    return state


def why(capacity, size_bucket=1, **given):
    """Return why a report is turned away, or None if it is not."""
    try:
        capacity.admit(size_bucket, **given)
    except TurnedAwayError as error:
        return error.why
    return None


def taken(capacity, most=100_000, **given):
    """Return how many small reports are taken before one is turned away."""
    return next(n for n in range(most) if why(capacity, **given))


def test_so_many_at_once_and_then_so_many_a_second(clock, tmp_path):
    capacity = Capacity(Config(reports_a_second=2, kilobytes_a_second=999), tmp_path, int, clock)
    assert taken(capacity) == 2 * AT_ONCE_SECONDS
    assert why(capacity) is Why.BUSY
    clock.now += 0.4
    assert why(capacity) is Why.BUSY
    clock.now += 10
    assert taken(capacity) == 20
    clock.now += 10**6
    assert taken(capacity) == 2 * AT_ONCE_SECONDS


def test_bytes_run_out_before_reports_where_these_are_long(clock, tmp_path):
    capacity = Capacity(Config(reports_a_second=10, kilobytes_a_second=1), tmp_path, int, clock)
    fit = AT_ONCE_SECONDS * 1024 // room.size_of(3)
    assert [why(capacity, 3) for _ in range(fit + 1)] == [None] * fit + [Why.BUSY]
    assert why(capacity, 1) is None  # a short one still fits


@pytest.mark.parametrize("bits", [0, config.MOST_WORK])
def test_the_least_that_may_be_set_takes_the_longest_report(clock, tmp_path, bits):
    least = Config(reports_a_second=1, kilobytes_a_second=1, work_bits=bits)
    for worked in (True, False):
        assert why(Capacity(least, tmp_path, int, clock), 3, worked=worked) is None


def test_where_work_is_asked_for_a_flood_without_it_leaves_room_for_those_who_did_it(
    clock, tmp_path
):
    asked = Config(reports_a_second=4, kilobytes_a_second=999, work_bits=10)
    capacity = Capacity(asked, tmp_path, int, clock)
    assert taken(capacity) == AT_ONCE_SECONDS
    assert taken(capacity, worked=True) == 3 * AT_ONCE_SECONDS
    unasked = Capacity(replace(asked, work_bits=0), tmp_path, int, clock)
    assert taken(unasked) == 4 * AT_ONCE_SECONDS
    assert why(unasked, worked=True) is Why.BUSY


@given(
    st.lists(st.tuples(st.floats(0, 400), st.sampled_from([1, 2, 3])), min_size=1, max_size=60),
    st.integers(1, 5),
    st.integers(1, 20_000),
)
def test_never_more_than_what_ran_in_is_taken(steps, reports, size):
    clock = Clock()
    lane = Lane(reports, size, clock)
    began, count, total = clock.now, 0, 0
    for wait, size_bucket in steps:
        clock.now += wait
        if lane.take(room.size_of(size_bucket)):
            count += 1
            total += room.size_of(size_bucket)
        since = clock.now - began + AT_ONCE_SECONDS
        assert count <= reports * since + 1e-6
        assert total <= size * since + 1e-3


def test_many_threads_take_no_more_than_there_is(clock, tmp_path):
    capacity = Capacity(Config(reports_a_second=1, kilobytes_a_second=99), tmp_path, int, clock)
    counts = []

    def send():
        counts.append(sum(why(capacity) is None for _ in range(100)))

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(counts) == AT_ONCE_SECONDS


def test_what_closing_the_open_week_takes_stays_free(clock, disk, tmp_path):
    waiting = {"bytes": 0}
    settings = Config(reserve_megabytes=10)
    capacity = Capacity(settings, tmp_path, lambda: waiting["bytes"], clock)
    reserve = 10 * room.MEGABYTE
    disk["free"] = reserve
    assert capacity.full
    assert why(capacity) is Why.FULL
    disk["free"] = reserve + 70 * room.size_of(1)
    assert not capacity.full
    # The test's disk stays as it is, so that what fills it up is the week that must be closed.
    assert taken(capacity) == 69 // room.CLOSING_TIMES
    clock.now += COUNT_SECONDS + 1
    assert not capacity.full  # the week was closed meanwhile
    waiting["bytes"] = 12 * room.size_of(1)
    clock.now += COUNT_SECONDS + 1
    assert capacity.full


def test_a_disk_that_tells_nothing_turns_nobody_away(clock, monkeypatch, tmp_path):
    def unknown(_):
        raise OSError

    monkeypatch.setattr(room, "free", unknown)
    assert why(Capacity(Config(), tmp_path, int, clock)) is None


def test_the_open_week_is_counted_as_it_is_stored(place, intake):
    assert room.of_open_weeks(place.vault.engine) == 0
    for words in ("short", "longer " * 1500):
        assert intake.post(words, step="send").status_code == 200
    assert room.of_open_weeks(place.vault.engine) == room.size_of(1) + room.size_of(2)


def test_nothing_that_is_kept_could_be_of_a_sender(clock, tmp_path):
    """After any number of reports the buckets are as large as after none: numbers, no list."""
    settings = Config(work_bits=1)
    used, fresh = (Capacity(settings, tmp_path, int, clock) for _ in range(2))
    assert taken(used) > 100
    assert numbers_in(used) == numbers_in(fresh)


def numbers_in(thing):
    """Return the types of everything that an object holds, sized where it has a length."""
    if isinstance(thing, (int, float)):
        return "number"
    if type(thing).__module__ == Capacity.__module__:
        return {name: numbers_in(value) for name, value in vars(thing).items()}
    return (type(thing).__name__, sys.getsizeof(thing))


@pytest.mark.parametrize(
    "line",
    [
        "reports_a_second = 0",
        "kilobytes_a_second = 0",
        "reserve_megabytes = -1",
        "work_bits = 25",
        "work_bits = -1",
        "work_bits = true",
    ],
)
def test_settings_that_would_take_nothing_are_refused(tmp_path, line):
    path = tmp_path / config.FILE_NAME
    key = line.split()[0]
    path.write_text(line)
    with pytest.raises(BadInputError, match=key):
        config.read(path)


def test_every_setting_is_explained_and_as_by_default(tmp_path):
    path = tmp_path / config.FILE_NAME
    path.write_text(config.template())
    assert config.read(path) == Config()


class Trickle(io.BytesIO):
    """A body of which every part takes so many seconds of the test's clock to arrive."""

    def __init__(self, data, clock, seconds):
        super().__init__(data)
        self.clock, self.seconds = clock, seconds

    def read(self, size=-1):
        self.clock.now += self.seconds
        return super().read(size)

    def readinto(self, place):
        self.clock.now += self.seconds
        return super().readinto(place)


@pytest.mark.parametrize(("seconds", "status"), [(1, 200), (10, 408)])
def test_a_body_that_trickles_in_holds_a_thread_for_minutes_at_most(
    intake, clock, monkeypatch, seconds, status
):
    data = urlencode({"narrative": "a" * 60_000, "once": intake.once(), "step": "check"}).encode()
    monkeypatch.setattr(body.time, "monotonic", clock)
    answer = intake.client.post(
        "/",
        input_stream=Trickle(data, clock, seconds),
        content_length=len(data),
        content_type=body.FORM_TYPE,
        headers=HOST,
    )
    assert answer.status_code == status
    assert ("Nothing was received" in answer.text) == (status != 200)
    assert clock.now < 1000 + 2 * body.BODY_SECONDS
