"""What the work logs of a class say: before and after the course, which misconceptions, and what to do tomorrow."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..assignments.opened import File, TooMuchError, files_of
from ..assignments.page import bar, page
from ..assignments.submissions import by_owner
from ..claims import MISCONCEPTIONS
from ..tables import as_csv
from .beliefs import named
from .course import WORDING, sentence
from .entries import SURE, Entry, good_entries
from .gain import AFTER, BEFORE, Answers, answers, questions_of, right
from .places import place_of

LOG = ".jsonl"
Rows = list[tuple[object, ...]]


class Member(NamedTuple):
    """A student of a class: the answers to both tests, and the misconceptions that all answers show."""

    before: Answers
    after: Answers
    named: Sequence[str]

    @property
    def certainly_wrong(self) -> list[str]:
        """The ideas of which the student was certain in the last test that was taken, and wrong."""
        last = self.after or self.before
        return [idea for idea, each in last.items() if each.sure == SURE[-1] and not each.right]


def class_page(places: Iterable[Path], out: Path) -> tuple[str, bytes, list[tuple[str, str]]]:
    """The page of a class as HTML, its table as CSV, and what could not be read: whose, and why.

    Parameters
    ----------
    places : folders, zips and logs, of one of the layouts that `hhlab.assignments.submissions` knows.
    out : the folder that is written to, which is not read.

    Raises
    ------
    ValueError
        If a place is not there, or there is no work log in any of them.
    """
    members, troubles = {}, []
    for who, files in sorted(by_owner(places, out).items()):
        entries, trouble = _entries(files)
        troubles += [(who, each) for each in trouble]
        if entries:
            members[who] = Member(answers(BEFORE, entries), answers(AFTER, entries), named(entries))
    if not members:
        raise ValueError("there is no work log here: give a folder with the logs (.worklog.jsonl) of a class")
    return _page(members, troubles), _table(members), troubles


def _entries(files: Sequence[File]) -> tuple[list[Entry], list[str]]:
    """The entries of all logs of one person in the order of their times, and what could not be read."""
    entries: list[Entry] = []
    troubles: list[str] = []
    try:
        for file, data in files_of(files, LOG):
            found = [kept.entry for kept in good_entries(data)[0]]
            entries += found
            if file.suffix in (LOG, ".zip") and (file.trouble or not found):
                troubles.append(
                    sentence("class.unread", file=file.name, because=file.trouble or sentence("class.no_entries"))
                )
    except TooMuchError as error:
        troubles.append(str(error))
    return sorted(entries, key=lambda entry: str(entry["time"])), troubles


def _page(members: Mapping[str, Member], troubles: list[tuple[str, str]]) -> str:
    both = [each for each in members.values() if each.before and each.after]
    said = [sentence("class.number", number=len(members), both=len(both))]
    if both:
        before, after = (
            np.mean([right(part) for part in parts]) for parts in zip(*(each[:2] for each in both), strict=True)
        )
        said.append(sentence("class.gain", before=before, after=after, all=len(WORDING["ideas"])))
    texts = WORDING["class"]
    return page(
        "class.html", title=texts["title"], texts=texts, said=said, troubles=troubles, ideas=_ideas(members.values()),
        beliefs=_beliefs(members.values()), certain=_certain(members.values()), students=_students(members),
    )  # fmt: skip


def _ideas(members: Iterable[Member]) -> Rows:
    """Of each idea: how many have it right before and after, of those who answered."""
    some = list(members)
    tests = [[each.before for each in some], [each.after for each in some]]
    return [
        (sentence(f"ideas.{idea}"), *(cell for test in tests for cell in _share(test, idea)))
        for idea in questions_of(AFTER)
    ]


def _share(tests: Iterable[Answers], idea: str) -> tuple[object, str]:
    """A bar and a count of those who have an idea right, among those who answered."""
    found = [test[idea].right for test in tests if idea in test]
    told = sentence("class.of", right=sum(found), all=len(found))
    return (bar(sum(found) / len(found)), told) if found else ("", "–")


def _beliefs(members: Iterable[Member]) -> Rows:
    """Of each misconception: how many show it, how many chose it before and after, and what to do tomorrow."""
    some = list(members)
    shown = Counter(name for each in some for name in each.named)
    before, after = (
        Counter(name for test in tests for name in {given.misconception for given in test.values()})
        for tests in ([each.before for each in some], [each.after for each in some])
    )
    return [
        (name, MISCONCEPTIONS[name].text, number, before[name], after[name], place_of(name))
        for name, number in sorted(shown.items(), key=lambda each: (-each[1], int(each[0][1:])))
    ]


def _certain(members: Iterable[Member]) -> Rows:
    """The ideas of which students were certain and wrong, the most frequent first."""
    counted = Counter(idea for each in members for idea in each.certainly_wrong)
    return [(sentence(f"ideas.{idea}"), number) for idea, number in counted.most_common()]


def _students(members: Mapping[str, Member]) -> Rows:
    return [
        (who, *(right(test) if test else "–" for test in each[:2]), len(each.certainly_wrong), ", ".join(each.named))
        for who, each in members.items()
    ]


def _table(members: Mapping[str, Member]) -> bytes:
    """A row for each student."""
    heads = [sentence(f"class.{key}") for key in ("student", "before", "after", "certain_wrong", "named")]
    return as_csv(heads, _students(members))
