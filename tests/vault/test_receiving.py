"""Group commit: everyone is answered for their own rows, whoever wrote them."""

import threading
import time

import pytest
from vault_envelopes import WEEK, envelope

from observatory.vault.receiving import GroupCommit


def in_threads(work, count):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_rows_that_come_together_share_a_commit_and_each_is_stored_once():
    commits = []

    def store(rows):
        time.sleep(0.01)
        commits.append([row["n"] for row in rows])

    group = GroupCommit(store)
    in_threads(lambda n: group.add([{"n": n}]), 40)
    assert sorted(n for commit in commits for n in commit) == list(range(40))
    assert len(commits) < 40


def test_everyone_whose_rows_were_not_stored_is_told():
    def store(_rows):
        time.sleep(0.01)
        raise OSError("full")

    group, told = GroupCommit(store), []

    def work(n):
        with pytest.raises(OSError, match="full"):
            group.add([{"n": n}])
        told.append(n)

    in_threads(work, 20)
    assert sorted(told) == list(range(20))


def test_a_failure_is_not_passed_on_to_those_who_come_later():
    failing = [True]

    def store(_rows):
        if failing.pop() if failing else False:
            raise OSError("full")

    group = GroupCommit(store)
    with pytest.raises(OSError, match="full"):
        group.add([{"n": 1}])
    group.add([{"n": 2}])


def test_reports_from_many_threads_are_all_in_the_vault(vault, private):
    sealed = [envelope(private.public) for _ in range(40)]
    in_threads(lambda n: vault.receive([sealed[n]], WEEK), 40)
    assert len(vault) == 40
