"""What work logs tell: progress, questions that come again, the two tests, the gain, and the page on a class."""

import csv
import io
import itertools
import json
import random
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter

import pytest
from robots import ABOVE_CHANCE, ROBOTS, chance, choices, percent

import hhlab as hh
from hhlab import questions
from hhlab.claims import MISCONCEPTIONS
from hhlab.claims.claim import EXPERIMENTS
from hhlab.lab import log_file
from hhlab.lab.log_file import open_log
from hhlab.learning import beliefs, course, gain
from hhlab.learning.class_page import class_page
from hhlab.learning.places import place_of
from hhlab.questions import Choice, Number

TODAY = "2026-03-05"
CORES = [name for name in course.NOTEBOOKS if questions.core(name)]
AGAIN = [question for question in questions.every().values() if question.again]
TESTS = {test: gain.questions_of(test) for test in gain.TESTS}
STUDENTS = 60


@pytest.fixture(autouse=True)
def notebook(thrown_away, monkeypatch):
    """Notebook 05 in a folder of its own."""
    monkeypatch.setenv("JPY_SESSION_NAME", "05_refractory_period.ipynb")
    return thrown_away


def entry(name, answer="", kind="answer", day="2026-01-01", **what):
    return {"time": f"{day}T10:00:00+01:00", "kind": kind, "name": name, "answer": answer} | what


def log(*entries):
    lines = [{"hhlab work log": 1}, *entries]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def again(*kept, own=(), notebook="refractory_period", today=TODAY):
    """The questions that come again: `kept` are what the log of notebook 03 holds."""
    return course.to_ask_again(notebook, {"action_potential": kept}, own, today)


# Progress


@pytest.mark.parametrize("name", CORES)
def test_every_step_of_a_core_stands_in_the_core_of_its_notebook(root, name):
    (path,) = (root / "notebooks").glob(f"0?_{name}.ipynb")
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]
    cut = next((n for n, cell in enumerate(cells) if cell.startswith("## Go further")), len(cells))
    code, own = "\n".join(cells[:cut]), questions.question_set(name)
    claims = {int(number) for found in re.findall(r"hh\.claim\(([\d, ]+)\)", code) for number in found.split(",")}
    whole_set = f'hh.ask("{name}")' in code
    for item in questions.core(name):
        bare = item.removeprefix(course.OBSERVE)
        if item.startswith("claim "):
            assert int(item.split()[1]) in claims & EXPERIMENTS.keys(), item
        else:
            assert f'"{bare}"' in code or (whole_set and bare in {each.name for each in own.check}), item
    assert sum(questions.core(name).values()) <= 45


def test_steps_are_done_when_the_log_says_so():
    names = [step.name for step in course.steps("refractory_period", [])]
    assert {"Prediction 1", "Claim 41", "Question 1", "Your turn 1", "Observation 1"} <= {*names}
    assert len({*names}) == len(names)
    for item in questions.core("refractory_period"):
        kind, name = course._kind("refractory_period", item)
        for each in course._ENTRIES[kind]:
            done = course.steps("refractory_period", [entry(name, kind=each)])
            assert sum(step.done for step in done) == 1
            assert course.minutes_left(done) == round(
                sum(questions.core("refractory_period").values()) - questions.core("refractory_period")[item]
            )


def test_progress_is_kept_up_to_date():
    card = hh.begin("refractory_period")
    assert card.progress.value.startswith('<div class="hhlab-heading" role="status">You have done 0 of the ')
    assert "&lt;" not in card.progress.value
    before = card.progress.value.count("✓")
    open_log().add("claim", "claim 41", predicted="holds", verdict="holds")
    assert card.progress.value.count("✓") == before + 1
    for item in questions.core("refractory_period"):
        kind, name = course._kind("refractory_period", item)
        open_log().add(course._ENTRIES[kind][0], name, answer="x")
    assert "You have done all" in card.progress.value
    assert "○" not in card.progress.value


def test_progress_over_the_course(notebook):
    (notebook / "05_refractory_period.worklog.jsonl").write_bytes(log(entry("claim 41", kind="claim")))
    (notebook / "03_action_potential.worklog.jsonl").write_bytes(b"\xff{[")
    (notebook / "02_the_pump.worklog.jsonl").mkdir()
    said = hh.begin("start_here").progress.value
    number = len(questions.core("refractory_period"))
    assert re.search(rf"05 The refractory period</th><td[^>]*><div.*?</div></div>1 of {number}</td>", said)
    assert hh.begin("start_here").asked == []


def test_notebooks_are_those_of_the_course(root):
    names = [path.stem.partition("_")[2] for path in sorted((root / "notebooks").glob("0*.ipynb"))]
    assert names == [course.START, *course.NOTEBOOKS]
    for number, (name, builds_on) in enumerate(course.NOTEBOOKS.items(), 1):
        assert course.WORDING["notebooks"][name]["title"].startswith(f"{number:02} ")
        assert {*builds_on} <= {*names[1:number]}, name
    with pytest.raises(ValueError, match="the course has no notebook refractory; did you mean refractory_period"):
        hh.begin("refractory")


# Questions that come again


def test_questions_of_earlier_notebooks_come_again():
    assert again(notebook="ions_and_potentials") == [] == again(notebook=course.START)
    for name in list(course.NOTEBOOKS)[1:]:
        asked = again(notebook=name)
        earlier = itertools.takewhile(name.__ne__, course.NOTEBOOKS)
        homes = {q.name: each for each in earlier for part in questions.question_set(each)[:2] for q in part}
        assert len({each.name for each in asked}) == 3
        assert {homes[each.name] for each in asked} <= {*course.NOTEBOOKS[name]}
        assert all(each.name in questions.core(homes[each.name]) for each in asked)
        assert asked == again(notebook=name)


def test_wrong_and_unsure_answers_come_first_and_the_oldest_of_them():
    wrong = entry("slow_rise", "leak", day="2026-02-02", right=False)
    guess = entry("longer_pulse", kind="prediction", day="2026-02-01", right=True, sure="a guess")
    right = entry("half_open", day="2025-01-01", right=True)
    others = [entry(name, day="2026-02-03", right=True) for name in ("sodium_current", "slow_inactivation")]
    asked = [each.name for each in again(*others, right, wrong, guess)]
    assert asked == ["longer_pulse", "slow_rise", "half_open"]
    assert again(wrong | {"right": True, "time": "2026-03-01"}, right, guess, *others, wrong)[1].name == "half_open"


@pytest.mark.parametrize("question", AGAIN, ids=[question.name for question in AGAIN])
def test_another_wording_asks_the_same(question):
    other = question.again
    assert other.text != question.text
    assert other.name == question.name
    assert other.again is None
    if isinstance(question, Choice):
        assert [*other.options] == [*question.options]
        assert other.right == question.right
        assert len({*map(other.wording, other.options)}) == len(other.options)
    else:
        assert abs(other.truth() - question.truth()) > question.tolerance
        assert other.judge(other.truth()).right


def test_every_question_that_comes_again_has_other_words():
    """Those of the last notebook come in no other."""
    for name in list(course.NOTEBOOKS)[:-1]:
        assert [q.name for part in questions.question_set(name)[:2] for q in part if not q.again] == []


def test_other_words_than_last_time():
    question = next(each for each in AGAIN if each in questions.check("action_potential"))
    first, second = entry(question.name, question=question.text), entry(question.name, question=question.again.text)
    assert again(first)[0] == question.again
    assert again(second)[0] == question
    here = entry(question.name, day=TODAY, question=question.again.text)
    assert again(first, own=[here])[0] == question.again, "the same card shows the same words"
    assert again(first, own=[here], today="2026-03-06")[0] == question


def test_the_card_keeps_the_answers_of_today(notebook):
    card = hh.begin("refractory_period")
    first = card.asked[0]
    answer = first.question.truth() if isinstance(first.question, Number) else first.question.right[0]
    first.controls.put(str(answer) if isinstance(first.question, Number) else [answer])
    first.submit()
    assert first.reply.value
    same = hh.begin("refractory_period")
    assert same.asked[0].question.text == first.question.text
    assert same.asked[0].reply.value == first.reply.value
    assert not same.asked[1].reply.value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[core]\n"claim 3" = 0', "x.toml: the file has core = .*; give minutes above 0 for each item"),
        ("[core]\nq = true", "give minutes above 0 for each item"),
        (
            '[check.q.again]\ntext = "?"\n[check.q.again.options]\nc = "C"',
            "another wording of .* has no option c; it has a",
        ),
        ('[check.q.again]\ntxt = "?"', "another wording of x.toml: question q has no key txt; did you mean text"),
    ],
)
def test_mistakes_in_a_file_are_told(notebook, text, sentence):
    question = (
        '[check.q]\ntext = "?"\nreply = "!"\n[check.q.options]\na = { text = "A", right = true }\nb = { text = "B" }\n'
    )
    (notebook / "x.toml").write_text(f"{text}\n{question}")
    with pytest.raises(ValueError, match=sentence):
        questions.Texts(notebook / "x.py").arranged()


def test_other_numbers_need_a_text_and_a_truth(notebook):
    number = '[check.n]\ntext = "?"\nlow = "l"\nhigh = "h"\nreply = "r"\n'
    (notebook / "x.toml").write_text(number)
    with pytest.raises(ValueError, match="other numbers need a text and a truth in Python; give both or neither"):
        questions.Texts(notebook / "x.py").number("n", "mV", 1, 1, again=2)
    (notebook / "x.toml").write_text(f'{number}[check.n.again]\ntext = "??"\nhigh = "H"\n')
    other = questions.Texts(notebook / "x.py").number("n", "mV", 1, 0.1, again=2).again
    assert (other.text, other.hints, other.reply, other.truth()) == ("??", ("l", "H"), "r", 2)


# The two tests


def test_the_tests_are_parallel():
    before, after = TESTS.values()
    assert [*before] == [*after] == [*course.WORDING["ideas"]]
    assert len(before) == 16
    for idea, question in before.items():
        other = after[idea]
        assert [*question.options] == [*other.options]
        assert question.right == other.right
        assert question.text != other.text
        for option in question.options:
            pair = question.options[option], other.options[option]
            assert pair[0].misconception == pair[1].misconception
            assert pair[0].right or pair[0].misconception in MISCONCEPTIONS
            assert pair[0].wording != pair[1].wording


@pytest.mark.parametrize("test", TESTS)
def test_no_robot_passes_a_test(test):
    asked = choices(test)
    assert {label: round(score) for label, robot in ROBOTS.items()
            if (score := percent(robot, asked)) > chance(asked) + ABOVE_CHANCE} == {}  # fmt: skip


def taken(card, options=lambda question: question.right[0], sure="certain"):
    for item in card.items:
        item.controls.choice.value, item.sure.value = options(item.question), sure


def wrong(question):
    return next(option for option in question.options if option not in question.right)


def test_the_first_test_tells_nothing():
    card = hh.ask("before_the_course")
    card.finish()
    assert "1, 2, 3" in card.state.value
    taken(card, wrong)
    assert "16 of 16" in card.state.value
    card.finish()
    assert not any(item.reply.value for item in card.items)
    assert all(item.controls.choice.disabled for item in card.items)
    assert not any(each.keys() & {"right", "misconception"} for each in open_log().entries())
    assert "model shows" not in hh.worklog().content.value
    assert "is finished" in hh.ask("before_the_course").state.value


def test_the_second_test_tells_at_its_end():
    card = hh.ask("after_the_course")
    taken(card, wrong)
    card.items[0].controls.choice.value = card.items[0].question.right[0]
    assert not any(item.reply.value for item in card.items)
    assert "finished the test" in hh.gain().content.value
    card.finish()
    assert card.items[0].reply.value.startswith('<div class="hhlab-right">Right. ')
    assert all(item.question.wording(item.question.right[0]).rstrip(".") in item.reply.value for item in card.items[1:])
    log_file._log_at.cache_clear()
    assert [item.reply.value for item in hh.ask("after_the_course").items] == [each.reply.value for each in card.items]


def test_the_gain():
    first, shown = hh.ask("before_the_course"), hh.gain()
    taken(first, wrong, "a guess")
    first.finish()
    assert "16" not in shown.content.value
    second = hh.ask("after_the_course")
    taken(second)
    second.items[5].controls.choice.value = wrong(second.items[5].question)
    second.items[6].sure.value = "a guess"
    second.finish()
    said = shown.content.value
    assert "Before the course you had 0 of 16 questions right. Now you have 15 right." in said
    assert "Of the 15 answers that you were certain of, 14 are right." in said
    assert "1 of your answers" in said
    assert "about these ideas: current, conductance and driving force." in said
    assert said.count("✓") == 15
    assert said.count("✗") == 17
    assert '<div style="width: 94%"></div></div>15 of 16' in said


# Misconceptions


def student(belief, seed, at_random=0.2):
    """The answers of somebody who holds a belief wherever it is offered, knows all else, and guesses now and then."""
    draw = random.Random(f"{belief} {seed}")

    def choose(question):
        held = [option for option, reply in question.options.items() if belief and reply.misconception == belief]
        return draw.choice([*question.options] if draw.random() < at_random else held or [question.right[0]])

    asked = [q for q in questions.every().values() if isinstance(q, Choice) and not q.several]
    return [entry(q.name, choose(q)) | ({"reason": choose(q.reason)} if q.reason else {}) for q in asked]


@pytest.mark.parametrize("belief", MISCONCEPTIONS)
def test_a_misconception_is_named(belief):
    found = [beliefs.named(student(belief, seed)) for seed in range(STUDENTS)]
    assert sum(belief in each for each in found) >= 0.8 * STUDENTS
    assert sum(each != [belief] for each in found if belief in each) <= 0.05 * STUDENTS


def test_who_has_none_is_not_named():
    assert sum(bool(beliefs.named(student("", seed))) for seed in range(4 * STUDENTS)) <= 0.05 * 4 * STUDENTS


def test_who_only_guesses_is_seldom_named():
    found = Counter(len(beliefs.named(student("", seed, 1.0))) for seed in range(2 * STUDENTS))
    assert sum(number for named, number in found.items() if named) <= 0.3 * 2 * STUDENTS


def test_the_rule():
    assert beliefs.by_guessing(2, [0.25, 0.25]) == pytest.approx(1 / 16)
    assert beliefs.by_guessing(3, [0.25] * 3) == pytest.approx(1 / 64)
    assert beliefs.by_guessing(0, []) == 1
    once = [entry("before_undershoot", "pump")]
    assert beliefs.evidence(once)["M15"] == (1, [0.25])
    assert beliefs.named(once) == []
    assert beliefs.evidence([*once, entry("before_undershoot", "still_open")])["M15"] == (0, [0.25])


@pytest.mark.parametrize("name", MISCONCEPTIONS)
def test_what_to_do_tomorrow(root, name):
    found = re.search(r"notebook (\d\d), “(.+)”", place_of(name))
    (path,) = (root / "notebooks").glob(f"{found[1]}_*.ipynb")
    text = "".join("".join(cell["source"]) + "\n" for cell in json.loads(path.read_text())["cells"])
    assert re.search(rf"^##+ {re.escape(found[2])}$", text, re.M)
    claims = MISCONCEPTIONS[name].claims
    assert not claims or any(f"claim {number} " in place_of(name) for number in claims)


# The page on a class


def hand_in(folder, who, *entries, name="00_start_here.worklog.jsonl"):
    (folder / who).mkdir(parents=True, exist_ok=True)
    (folder / who / name).write_bytes(log(*entries))


def rows(table):
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def test_a_class(notebook):
    hand_in(notebook / "logs", "Ann Lee_12_assignsubmission_file_", *student("M15", 1, 0), *certainly_wrong())
    hand_in(notebook / "logs", "ben", *student("", 1, 0))
    hand_in(notebook / "logs", "ben", entry("claim 5", kind="claim"), name="02_the_pump.worklog.jsonl")
    page, table, troubles = class_page([notebook / "logs"], notebook / "out")
    ann, ben = rows(table)
    assert (ann["student"], ann["misconceptions"], ann["certain and wrong"]) == ("Ann Lee (12)", "M15", "1")
    assert (ben["student"], ben["right before"], ben["right after"], ben["misconceptions"]) == ("ben", "16", "16", "")
    assert "had 15.5 of 16 questions right before the course, and have 15.5 of 16 right" in page
    assert "The undershoot after the spike is made by the pump" in page
    assert place_of("M15") in page.replace("&#39;", "'")
    assert troubles == []


def certainly_wrong():
    return [entry("after_undershoot", "pump", day="2026-02-01", sure="certain")]


def test_layouts(notebook):
    """Folders, files named by Canvas or by the student, zips of a platform, and zips of students."""
    one = log(*student("", 1, 0))
    with zipfile.ZipFile(notebook / "moodle.zip", "w") as packed:
        packed.writestr("Ann Lee_12_assignsubmission_file_/00_start_here.worklog.jsonl", one)
        packed.writestr("Ann Lee_13_assignsubmission_file_/05_refractory_period.worklog.jsonl", one)
    folder = notebook / "mixed"
    hand_in(folder, "ab1", *student("", 1, 0))
    (folder / "ab2.worklog.jsonl").write_bytes(one)
    (folder / "leejon_77_1234_00_start_here.worklog.jsonl").write_bytes(one)
    (folder / "ab1" / "essay.pdf").write_bytes(b"%PDF")
    with zipfile.ZipFile(folder / "ab3.zip", "w") as packed:
        packed.writestr("hhlab-course/00_start_here.worklog.jsonl", one)
    (notebook / "own").mkdir()
    (notebook / "own" / "00_start_here.worklog.jsonl").write_bytes(one)
    _, table, troubles = class_page([notebook / "moodle.zip", folder, notebook / "own"], notebook / "out")
    assert [row["student"] for row in rows(table)] == [
        "Ann Lee (12)", "Ann Lee (13)", "ab1", "ab2", "ab3", "leejon (77)", "own",
    ]  # fmt: skip
    assert troubles == []


HOSTILE = [
    entry("before_undershoot", ["pump", {"x": []}]), entry("before_height", {"a": 1}), entry("before_rest", None),
    entry("before_speed", 1e308, sure=["certain"]), entry("after_rest", "x" * 99_000), entry("no_such", "<script>"),
    entry("before_travels", "<script>", sure="<script>"), entry("charge_for_a_change", "1e999"),
    {"time": "<script>", "kind": "answer", "name": "before_one_impulse", "answer": True, "reason": 7},
]  # fmt: skip


def test_hostile_logs_are_survived(notebook):
    folder = notebook / "logs"
    hand_in(folder, '=cmd("x")<script>', *HOSTILE)
    for who, data in {"a": b"\xff\x00", "b": b"", "c": b"[" * 50_000, "d": b'{"hhlab work log": 99}\n'}.items():
        (folder / who).mkdir()
        (folder / who / "x.worklog.jsonl").write_bytes(data)
    (folder / "e").mkdir()
    (folder / "e" / "x.worklog.jsonl").symlink_to("/etc/passwd")
    (folder / "f.zip").write_bytes(b"PK\3\4 no zip")
    with zipfile.ZipFile(folder / "g.zip", "w") as packed:
        for number in range(300):
            packed.writestr(f"{number}.jsonl", b"")
    page, table, troubles = class_page([folder], notebook / "out")
    assert "<script>" not in page
    assert [row["student"][0] for row in rows(table)] == ["'"]
    assert [who for who, _ in troubles] == [*"abcdefg"]
    with pytest.raises(ValueError, match="there is no work log here"):
        class_page([folder / "a"], notebook / "out")


def test_two_hundred_logs_take_seconds(notebook):
    """A log of each of 200 students with all answers of the course: the time grows with their number, and is short."""
    answered = log(*student("M8", 1))
    for number in range(200):
        (notebook / "logs" / f"s{number}").mkdir(parents=True)
        (notebook / "logs" / f"s{number}" / "00_start_here.worklog.jsonl").write_bytes(answered)
    began = time.process_time()
    class_page([notebook / "logs" / "s0"], notebook / "out")
    first = time.process_time()
    _, table, _ = class_page([notebook / "logs"], notebook / "out")
    assert len(rows(table)) == 200
    json_alone = time.process_time()
    for _ in range(200):
        [json.loads(line) for line in answered.splitlines()]
    parsed = time.process_time() - json_alone
    assert json_alone - first < 60 * parsed + 10 * (first - began)


def test_the_command(notebook):
    hand_in(notebook / "logs", "ben", *student("", 1, 0))
    run = [sys.executable, "-m", "hhlab", "class", "logs", "--out", "out"]
    ran = subprocess.run(run, cwd=notebook, capture_output=True, text=True, check=True)
    assert [line.rpartition("/")[2] for line in ran.stdout.splitlines()] == ["class.html", "class.csv"]
    assert (notebook / "out" / "class.html").read_text().startswith("<!DOCTYPE html>")
    ran = subprocess.run(
        [*run[:4], "nowhere", "--out", "out"], cwd=notebook, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "nowhere does not exist" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)
