"""Upkeep while the form is served: weeks close on their own, and no failure of it stops intake."""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta

from served import free_port, start, stop

from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.instance import Instance, today


def receive(instance, week):
    sealed = instance.seal(Complaint("they asked"), week=week, source="form", once=os.urandom(32))
    instance.vault.receive([sealed], week)


def answers(port):
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: intake.localhost\r\nConnection: close\r\n\r\n")
        return line.recv(12) == b"HTTP/1.1 200"


def until(true):
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_weeks_close_while_the_form_is_served(instance):
    weeks = [periods.week_of(today() - timedelta(weeks=back)) for back in (2, 1)]
    receive(instance, weeks[0])
    number = free_port()
    server = start(instance, number, role="intake")
    until(lambda: [one.week for one in Instance.open(instance.folder).vault.sets()] == weeks)
    assert answers(number)
    assert stop(server) == (0, "")


def test_upkeep_that_fails_is_said_once_and_stops_nothing(instance):
    receive(instance, "2020-W01")  # no week closes over so long a time: the clock would be wrong
    number = free_port()
    server = start(instance, number, role="intake")
    assert "clock of this machine is wrong" in server.stderr.readline()
    assert answers(number)
    assert stop(server) == (0, "")
