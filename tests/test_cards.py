"""The cards, driven by their traits: predict, claim, ask and the work log. The same in a browser is in test_browser."""

import errno
import html
import itertools
import json
import re

import anywidget
import numpy as np
import pytest

import hhlab as hh
from hhlab import questions
from hhlab.claims import MISCONCEPTIONS, Verdict, find
from hhlab.claims.claim import EXPERIMENTS
from hhlab.lab import log_card, log_file
from hhlab.lab.claim_card import SURE, thick_and_thin
from hhlab.lab.log_card import ON_BINDER
from hhlab.lab.log_file import open_log, worklog_path
from hhlab.lab.words import sentence
from hhlab.plots import plot
from hhlab.questions import Choice, Mistake, Number, Reply

AS_THE_MODEL, NOT_AS_THE_MODEL = sentence("log.as_the_model"), sentence("log.not_as_the_model")
HOLDS, PARTLY, FAILS = Verdict
LOG = "03_here.worklog.jsonl"
PREDICTED = ("what_ends_the_spike", "longer_pulse", "sodium_current", "stronger_shock", "peak_without_n")
CHOICE = Choice(
    "colour",
    "Which colour?",
    {"Red.": Reply("Red it is.", right=True), "Blue.": Reply("Not blue.", "M8"), "Grey.": Reply("Not grey.", "M99")},
)
SEVERAL = Choice(
    "colours",
    "Which colours?",
    {
        "Red.": Reply("Red: yes.", right=True),
        "Blue.": Reply("Blue: yes.", right=True),
        "Grey.": Reply("Not grey.", "M14"),
    },
    several=True,
)
NUMBER = Number(
    "height", "How high?", "mV", lambda: 41.37, 0.5, ("Higher, say the ions.", "Lower, say the ions."), "So it is.",
    (Mistake(lambda: -41.37, "The sign.", "M15"),),
)  # fmt: skip
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def notebook(thrown_away, monkeypatch):
    """A notebook of its own for every test, in a folder that is thrown away; no Binder."""
    monkeypatch.setenv("JPY_SESSION_NAME", "03_here.ipynb")
    for name in ON_BINDER:
        monkeypatch.delenv(name, raising=False)
    return thrown_away


@pytest.fixture
def displayed(monkeypatch):
    """What goes to the page."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **how: shown.append(data))
    return shown


@pytest.fixture
def full(monkeypatch):
    """A disk that takes nothing more."""

    def refuse(*_):
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(log_file, "_append", refuse)


def restart():
    """Forget what the kernel knew; only the file remains."""
    log_file._log_at.cache_clear()


def written(*entries, kind="prediction", name="colour"):
    """A log that an earlier session left."""
    lines = [{"hhlab work log": 1}, *({"time": "2025-03-01T10:00:00", "kind": kind, "name": name} | e for e in entries)]
    worklog_path().write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def descendants(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from descendants(child)


def texts(card):
    """Every text in the state of a card and of what is in it, as the browser gets it."""
    own = (w for w in descendants(card) if not isinstance(w, anywidget.AnyWidget))
    return html.unescape(" ".join(str(value) for widget in own for value in widget.get_state().values()))


def said(widget):
    """What a reader sees of some HTML."""
    return html.unescape(re.sub("<[^>]*>", " ", widget.value))


def entries(**which):
    return open_log().entries(**which)


def answer(controls, given):
    """Choose, tick or type an answer."""
    if controls.field:
        controls.field.value = given
    elif controls.choice:
        controls.choice.value = given
    for text, box in controls.ticks.items():
        box.value = text in given


def committed(question, given, sure="certain"):
    """A prediction that has been made."""
    card = hh.predict(question)
    answer(card.controls, given)
    card.sure.value = sure
    card.button.click()
    return card


def observed(question, *given, **how):
    """What was seen, one try after the other."""
    card = hh.observe(question, **how)
    for each in given:
        answer(card.controls, each)
        card.button.click()
    return card


def some_answer(question, right=False):
    """An answer to a question of the course, right or wrong."""
    if isinstance(question, Number):
        return f"{question.truth() if right else question.mistakes[0].value():.6f} {question.unit}"
    found = question.right[0] if right else next(text for text in question.options if text not in question.right)
    return [*(question.right if right else [found])] if question.several else found


def secrets(question):
    """What would give the answer to a question away."""
    if isinstance(question, Number):
        truth = question.truth()
        replies = [question.reply, *question.hints, *(mistake.reply for mistake in question.mistakes)]
        return [question.in_words(float(f"{truth:.3g}")), f"{truth:.4g}", repr(truth), *replies]
    return [reply.text for reply in question.options.values()]


def test_no_log_is_written_into_the_checkout(notebook, root):
    committed(CHOICE, "Red.")
    assert worklog_path().parent == notebook
    assert (notebook / LOG).exists()
    assert not list(root.rglob(LOG))


@pytest.mark.parametrize("name", PREDICTED)
@pytest.mark.parametrize("right", [False, True])
def test_a_prediction_never_tells_what_is_right(name, right):
    question, given = questions.find(name), some_answer(questions.find(name), right)
    card = hh.predict(name)
    answer(card.controls, given)
    card.submit()
    assert (card.committed, worklog_path().exists()) == (False, False)
    card.sure.value = "a guess"
    card.submit()
    shown = " ".join(map(texts, (card, hh.predict(name), hh.observe(name), hh.worklog())))
    assert card.committed
    assert [secret for secret in secrets(question) if secret in shown and secret not in str(given)] == []
    assert not re.search("That is|Not so|The model shows", shown)
    assert sentence("prediction.stands") in said(card.reply)


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("name", PREDICTED)
def test_a_prediction_is_kept(name, right):
    question = questions.find(name)
    given = some_answer(question, right)
    judged = question.judge(question.read(given) if isinstance(question, Number) else given)
    card = committed(name, given, "a guess")
    parts = [given] if isinstance(question, Number) else judged.understood.split("; ")
    assert all(part.rstrip(".") in said(card.reply) for part in parts)
    assert "(a guess)." in said(card.reply)
    (entry,) = entries(kind="prediction", name=name)
    assert (entry["answer"], entry["sure"], entry["right"]) == (given, "a guess", right)
    assert (entry["misconception"], entry["question"]) == (judged.misconception, question.text)
    assert entry["models"] == questions.MODELS_VERSION


def words(card):
    """What a card says, with single spaces."""
    return " ".join(said(card.reply).split())


@pytest.mark.parametrize(
    ("question", "before", "seen", "told"),
    [
        (CHOICE, "Red.", ["Red."], "You predicted: “Red” (certain). You saw: “Red”. That is what the model shows."),
        (CHOICE, None, ["Red."], "You made no prediction. You saw: “Red”. That is what the model shows. Red it is."),
        (CHOICE, "Blue.", ["Red."], "You saw: “Red”. That is what the model shows. Red it is. About your pred"),
        (CHOICE, "Blue.", ["Grey.", "Red."], "You predicted: “Blue” (certain). You saw: “Red”. That is what the"),
        (CHOICE, "Blue.", ["Blue.", "Blue."], "You saw: “Blue”. Not so. The model shows: “Red”. Not blue. Red it is."),
        (CHOICE, "Red.", ["Blue.", "Grey."], "You saw: “Grey”. Not so. The model shows: “Red”. Not grey. Red it is."),
        (SEVERAL, None, [["Red.", "Blue."]], "You saw: “Red”, “Blue”. That is what the model shows. Red: yes. Blue"),
        (SEVERAL, None, [["Red."], ["Red.", "Grey."]], "Not so. The model shows: “Red”, “Blue”. Not grey. Red: yes. B"),
        (NUMBER, "40 mV", ["41,5"], "That is what the model shows. So it is. About your prediction: Higher, s"),
        (NUMBER, "41 mV", ["-41", "50"], "Not so. The model shows: “41.37 mV”. Lower, say the ions. So it is."),
    ],
)  # fmt: skip
def test_what_was_seen_is_explained_beside_what_was_predicted(question, before, seen, told):
    if before:
        committed(question, before)
    card = observed(question, *seen)
    assert told in words(card)
    assert card.explained
    assert "About your prediction" not in words(card) or "About your prediction" in told or before == "Blue."
    assert [entry["answer"] for entry in entries(kind="observation")] == seen


@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
def test_a_wrong_observation_sends_back_to_the_experiment_once(question):
    committed(question, some_answer(question))
    card = observed(question, some_answer(question))
    assert words(card).endswith(sentence("observation.look_again"))
    assert not card.explained
    given = str(some_answer(question))
    assert [secret for secret in secrets(question) if secret in texts(card) and secret not in given] == []
    assert not card.controls.answer()
    before = card.reply.value
    card.button.click()
    assert (card.reply.value, len(entries(kind="observation"))) == (before, 1)
    assert "<td>prediction</td>" in (log := hh.worklog().content.value)
    assert log.count(AS_THE_MODEL) + log.count(NOT_AS_THE_MODEL) == 1
    restart()
    card = hh.observe(question)
    assert (card.reply.value, card.explained) == (before, False)
    answer(card.controls, some_answer(question))
    card.button.click()
    assert card.explained
    assert "Not so. The model shows:" in words(card)
    assert hh.worklog().content.value.count(NOT_AS_THE_MODEL) == 3


@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
@pytest.mark.parametrize("right", [False, True])
def test_an_observation_is_found_again_after_a_restart(question, right):
    committed(question, some_answer(question), "fairly sure")
    seen = some_answer(question, right)
    card = observed(question, *[seen] * (1 if right else 2))
    restart()
    found = hh.observe(question)
    assert found.explained
    assert found.controls.answer() == seen
    assert found.reply.value == card.reply.value
    answer(found.controls, some_answer(question, not right))
    found.button.click()
    assert found.reply.value == card.reply.value
    assert len(entries(kind="observation")) == 2 - right


def test_the_picture_comes_with_the_explanation():
    drawn = []
    show = lambda: drawn.append(1) or plot(hh.simulate(hh.Squid(), hh.Step()))  # noqa: E731
    card = observed(CHOICE, "Blue.", show=show)
    assert (drawn, card.picture.value) == ([], "")
    answer(card.controls, "Red.")
    card.button.click()
    picture = r'<img class="hhlab-picture" alt="There is 1 spike at .*?" src="data:image/png;base64,iVBOR'
    assert re.search(picture, card.picture.value)


def test_what_was_seen_may_be_asked_in_other_words():
    for question in (
        Choice("colour", "Which colour will it be?", CHOICE.options, seen="Which colour was it?"),
        Number("n", "How high will it be?", "mV", lambda: 5, 1, ("low", "high"), "yes", seen="How high was it?"),
    ):
        assert "will it be?" in texts(hh.predict(question))
        assert "was it?" not in texts(hh.predict(question))
        card = observed(question, "Red." if question.name == "colour" else "5")
        assert ("was it?" in texts(card), "will it be?" in texts(card)) == (True, False)
        assert entries()[-1]["question"] == question.seen
        assert "was it?" in card.still()[0]


@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
def test_what_stands_can_no_longer_be_changed(question):
    card = committed(question, some_answer(question))
    controls = [*card.controls.ticks.values(), card.controls.choice, card.controls.field, card.sure, card.button]
    assert all(control.disabled for control in controls if control is not None)
    told = card.reply.value
    answer(card.controls, some_answer(question, right=True))
    card.button.click()
    assert card.reply.value == told
    assert len(entries()) == 1


@pytest.mark.parametrize(
    ("question", "given", "sure", "sentence"),
    [
        (CHOICE, None, "certain", "Choose or type an answer first."),
        (SEVERAL, [], "certain", "Choose or type an answer first."),
        (NUMBER, "", "certain", "Choose or type an answer first."),
        (NUMBER, "   ", "certain", "Choose or type an answer first."),
        (CHOICE, "Red.", None, "Say how sure you are first."),
        (NUMBER, "41 mV", None, "Say how sure you are first."),
        (NUMBER, "about 40", "certain", "'about 40' is not a number with a unit: give a voltage in mV, such as 5 mV."),
        (NUMBER, "3 ms", "certain", "3 ms is a time: give a voltage in mV."),
        (NUMBER, "1,000 mV", "certain", "'1,000 mV' can mean 1.000 or 1000: write the one that you mean."),
        (NUMBER, "1e999", "certain", "'1e999' is too large: give a voltage in mV."),
        (NUMBER, SCRIPT, "certain", f"{SCRIPT!r} is not a number with a unit: give a voltage in mV, such as 5 mV."),
    ],
)
def test_an_incomplete_prediction_gets_a_sentence(question, given, sure, sentence):
    card = committed(question, given, sure)
    notice = f'<div class="hhlab-notice" role="alert">{html.escape(sentence)}</div>'
    assert card.reply.value == notice
    assert (card.committed, entries()) == (False, [])
    assert sure is None or observed(question, given).reply.value == notice
    answer(card.controls, some_answer(question))
    card.sure.value = "a guess"
    card.button.click()
    assert card.committed


@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
def test_a_prediction_is_found_again_after_a_restart(question):
    card = committed(question, some_answer(question), "fairly sure")
    restart()
    found = hh.predict(question)
    assert found.committed
    assert found.controls.answer() == card.controls.answer() == some_answer(question)
    assert found.sure.value == "fairly sure"
    assert found.reply.value == card.reply.value
    assert len(entries()) == 1


def test_each_student_sees_the_options_in_an_order_of_their_own(notebook, monkeypatch):
    options = {name: Reply(name, right=name == "a", last=name in "xy") for name in "axbcdy"}
    mixed, ordered = Choice("mixed", "?", options), Choice("ordered", "?", options, ordered=True)
    orders = set()
    for number in range(20):
        monkeypatch.setenv("JPY_SESSION_NAME", f"{number}.ipynb")
        committed(mixed, "a")
        shown = [value for _, value in hh.ask(mixed).asked["mixed"].controls.choice.options]
        assert sorted(shown) == sorted(options)
        assert {*shown[-2:]} == {*"xy"}
        for make in (hh.predict, hh.observe):
            restart()
            assert [value for _, value in make(mixed).controls.choice.options] == shown
            assert [value for _, value in make(ordered).controls.choice.options] == [*options]
        orders.add(tuple(shown))
    assert len(orders) > 10


WHY = Choice("why", "Why?", {"Ions.": Reply("Ions do.", right=True), "Pump.": Reply("No pump.", "M1")})
TIERS = Choice("tiers", "Up?", {"Up.": Reply("Up.", right=True), "Down.": Reply("Not down.", "M8")}, reason=WHY)


@pytest.mark.parametrize(
    ("given", "reason", "told", "misconception"),
    [
        ("Up.", "Ions.", "Right. Up. Ions do.", ""),
        ("Up.", "Pump.", "Not yet. The answer is right, but the reason is not. No pump.", "M1"),
        ("Down.", "Ions.", "Not yet. The reason is right, but the answer does not follow from it. Not down.", "M8"),
        ("Down.", "Pump.", "Not yet. Not down. No pump.", "M8"),
    ],
)
def test_an_answer_and_its_reason_are_judged_together(given, reason, told, misconception):
    found = hh.ask(TIERS).asked["tiers"]
    why = found.controls.reason
    assert why.layout.display == "none"
    answer(found.controls, given)
    assert why.layout.display is None
    found.button.click()
    assert words(found) == "Choose a reason for your answer as well."
    assert entries() == []
    answer(why, reason)
    found.button.click()
    assert words(found) == told
    (entry,) = entries()
    assert [entry[key] for key in ("answer", "reason", "right", "misconception")] == [
        given, reason, told.startswith("Right"), misconception,
    ]  # fmt: skip
    assert f"{given[:-1]}; {reason}" in said(hh.worklog().content)
    restart()
    again = hh.ask(TIERS).asked["tiers"]
    assert (again.controls.given(), words(again)) == ({"answer": given, "reason": reason}, told)
    assert again.controls.reason.layout.display is None


def colour(red, blue="Blue.", **how):
    """A question whose options have ids and are worded in some way."""
    options = {"red": Reply("Red it is.", right=True, wording=red), "blue": Reply("Not blue.", "M8", wording=blue)}
    return Choice("colour", "Which colour?", options, **how)


@pytest.mark.parametrize("several", [False, True])
def test_a_prediction_survives_that_its_options_are_worded_anew(several):
    given = ["red"] if several else "red"
    committed(colour("Red.", several=several), given)
    restart()
    card = hh.predict(colour("Scarlet.", several=several))
    assert card.committed
    assert card.controls.answer() == given
    assert "You predicted: “Scarlet” (certain)." in said(card.reply)
    assert [entry["answer"] for entry in entries()] == [given]
    assert "You predicted: “Crimson” (certain)." in words(observed(colour("Crimson.", several=several), given))


def test_an_answer_survives_that_its_options_are_worded_anew():
    asked(colour("Red."), "blue")
    restart()
    (found,) = hh.ask(colour("Scarlet.", "Azure.")).asked.values()
    assert found.controls.choice.label == "Azure."
    assert "Not blue." in said(found.reply)
    assert len(entries()) == 1


LEAK = questions.find("slow_rise").options["leak"]
OF_THEN = (
    '{"hhlab work log": 1, "about": "Kept beside the notebook, sent nowhere."}\n'
    '{"time": "2025-03-01T10:00:00+01:00", "kind": "prediction", "name": "longer_pulse", "question": "A pulse ...", '
    '"answer": "There are more spikes.", "sure": "certain", "right": true, "misconception": ""}\n'
    '{"time": "2025-03-01T10:01:00+01:00", "kind": "prediction", "name": "what_ends_the_spike", "question": "The ...", '
    '"answer": ["Sodium channels inactivate.", "The pump moves sodium out."], "sure": "a guess", "right": false, '
    '"misconception": "M1"}\n'
    '{"time": "2025-03-01T10:02:00+01:00", "kind": "prediction", "name": "stronger_shock", "question": "A shock ...", '
    '"answer": "1,125 mV", "sure": "a guess", "right": true, "misconception": ""}\n'
    '{"time": "2025-03-01T10:03:00+01:00", "kind": "answer", "name": "slow_rise", "question": "At 6.3 ...", '
    f'"answer": "{LEAK.wording}", "right": false, "misconception": ""}}\n'
    '{"time": "2025-03-01T10:04:00+01:00", "kind": "answer", "name": "current_at_a_moment", "question": "At one ...", '
    '"answer": "-250,125", "right": true, "misconception": ""}\n'
)
"""A log from before options had ids: it holds their wording, and no version of the models."""


def test_a_log_from_before_options_had_ids_is_understood():
    worklog_path().write_text(OF_THEN, encoding="utf-8")
    for name, given, words in (
        ("longer_pulse", "more_spikes", "“There are more spikes” (certain)."),
        (
            "what_ends_the_spike",
            ["inactivation", "pump"],
            "“Sodium channels inactivate”, “The pump moves sodium out”",
        ),
        ("stronger_shock", "1.125 mV", "“1.125 mV” (a guess)."),
    ):
        card = hh.predict(name)
        assert (card.committed, card.controls.answer()) == (True, given)
        assert words in " ".join(said(card.reply).split())
    card = hh.ask("action_potential").asked
    assert card["slow_rise"].controls.answer() == "leak"
    assert LEAK.text in said(card["slow_rise"].reply)
    assert said(card["current_at_a_moment"].reply).strip().startswith("Right (−250.125 µA/cm²).")
    assert "Sodium channels inactivate; The pump moves sodium out." in said(hh.worklog().content)
    assert worklog_path().read_text(encoding="utf-8") == OF_THEN


NONSENSE = [
    None, True, 5, -1.5, "", "Green.", "nonsense mV", [], ["Green."], [["Red."]], [None], {}, {"Red.": 1}, {"a": []},
    ["Red."], ["Red.", "Blue."], "Red.", "41 mV", SCRIPT, "x" * 5000, "\ud800",
]  # fmt: skip


ANSWERED = (["Red."], ["Red.", "Blue."], "Red.", "41 mV")
UNSURE = (None, 5, ["certain"], SCRIPT, "\ud800")
ENTRIES = [*((given, "certain") for given in NONSENSE), *itertools.product(ANSWERED, UNSURE), (SCRIPT, SCRIPT)]


@pytest.mark.parametrize(("given", "sure"), ENTRIES, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
def test_a_log_with_nonsense_is_borne(question, given, sure):
    entry = {"answer": given, "sure": sure, "right": given, "question": given, "misconception": given}
    for kind, name, makes in (
        ("prediction", question.name, (hh.predict, hh.observe, hh.ask)),
        ("observation", question.name, (hh.predict, hh.observe)),
        ("answer", question.name, (hh.predict, hh.ask)),
        ("prediction", f"{question.name}, again", (hh.predict, hh.observe)),
    ):
        written(entry, kind=kind, name=name)
        restart()
        for make in makes:
            widgets = descendants(make(question))
            shown = "".join(text for each in widgets if isinstance(text := getattr(each, "value", 0), str))
            assert SCRIPT not in shown or question is NUMBER
            shown.encode("utf-8")
        assert hh.worklog().content.value.encode("utf-8")


def test_an_option_that_no_longer_exists_is_asked_again():
    written({"answer": "Green.", "sure": "certain", "right": True})
    card = hh.predict(CHOICE)
    assert (card.committed, card.reply.value, card.controls.choice.value) == (False, "", None)
    written({"answer": "Green."}, kind="answer")
    restart()
    (asked,) = hh.ask(CHOICE).asked.values()
    assert (asked.reply.value, asked.controls.choice.value) == ("", None)


def test_questions_that_are_not_there():
    for make in (hh.predict, hh.observe, hh.ask):
        with pytest.raises(
            ValueError, match=r"5 is not a question: give a name such as 'longer_pulse', a Choice or a Number"
        ):
            make(5)
    with pytest.raises(ValueError, match="the course has no question longer_puls; did you mean longer_pulse"):
        hh.predict("longer_puls")
    with pytest.raises(ValueError, match="the course has no question or set of questions slow_ris; did you mean slow"):
        hh.ask("slow_ris")
    with pytest.raises(ValueError, match="there is nothing to ask: give a set of questions such as 'action_potential'"):
        hh.ask()


def predicted(number, verdict=HOLDS, sure="certain"):
    """A claim card with a prediction, and its experiment run."""
    card = hh.claim(number)
    card.verdict.value, card.sure.value = verdict, sure
    card.run_button.click()
    return card


@pytest.mark.parametrize(("verdict", "sure"), [(None, None), (HOLDS, None), (None, "certain")])
def test_a_claim_waits_for_a_prediction(verdict, sure):
    card = predicted(22, verdict, sure)
    assert card.outcome.value == (
        '<div class="hhlab-notice" role="alert">Predict first, and say how sure you are.</div>'
    )
    assert (card.finding, entries()) == (None, [])


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_a_claim_card_gives_nothing_away(number):
    card, claim = hh.claim(number), find(number)
    finding = claim.run()
    told = [claim.why, *(row[1] for row in finding.rows), f"The claim {finding.verdict.words}"]
    assert [text for text in told if text in texts(card)] == []
    for stated in (claim.statement, *itertools.chain(*(part.stated for part in claim.parts.values()))):
        assert stated in texts(card)


@pytest.mark.parametrize(("number", "told"), [(23, "Measured: absolute refractory period"), (22, "No measurement")])
def test_a_measurement_stands_on_the_card_once_it_has_run(number, told):
    assert told not in texts(hh.claim(number))
    assert told in said(predicted(number, HOLDS, "certain").outcome)


@pytest.mark.parametrize("guess", [HOLDS, PARTLY, FAILS])
def test_the_outcome_of_a_claim(guess):
    card = predicted(22, guess, "fairly sure")
    claim, finding, words = find(22), card.finding, said(card.outcome)
    assert isinstance(finding.number, float)
    verdict = f"The claim {finding.verdict.words}."
    for part in (*itertools.chain(*finding.rows), claim.why, verdict):
        assert part.replace("uA/cm2", "µA/cm²").replace("cm2", "cm²") in words.replace("cm2", "cm²")
    compared = "the same." if guess == finding.verdict else "something else."
    assert f"You predicted “{guess.words}” (fairly sure). The model shows {compared}" in words
    (alt,) = re.findall(r'<img class="hhlab-picture" alt="(.*?)" src="data:image/png;base64,iVBOR', card.outcome.value)
    assert alt == " | ".join(map(hh.measure and plot_words, finding.recordings.values()))


def plot_words(rec):
    return html.escape(repr(plot(rec)))


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_every_claim_card_runs(number):
    card = predicted(number)
    words = said(card.outcome)
    assert all(text in words for text in itertools.chain(*card.finding.rows))
    belief = find(number).misconception
    assert not belief or MISCONCEPTIONS[belief].text in words
    assert re.search(r' alt="[^"]+" ', card.outcome.value)
    (entry,) = entries(kind="claim", name=f"claim {number}")
    assert (entry["predicted"], entry["sure"], entry["claim"]) == (HOLDS, "certain", find(number).statement)
    assert (float(entry["number"]), entry["verdict"]) == (card.finding.number, card.finding.verdict)


def test_a_claim_whose_number_is_infinite_is_kept(monkeypatch):
    _, recordings, views = find(22).experiment()
    numbers = dict.fromkeys(find(22).parts, np.inf)
    monkeypatch.setattr(
        "hhlab.claims.claim.Claim.run", lambda claim: hh.claims.Finding(claim, numbers, recordings, views)
    )
    card = predicted(22)
    assert "more than was tried" in said(card.outcome)
    assert [entry["number"] for entry in entries()] == ["inf"]


def test_a_claim_is_found_again_after_a_restart():
    card = predicted(22, FAILS, "a guess")
    restart()
    found = hh.claim(22)
    assert (found.verdict.value, found.sure.value, found.finding) == (FAILS, "a guess", None)
    told = f"You ran this before. You predicted “does not hold”, and the verdict was “{card.finding.verdict.words}”."
    assert told in said(found.outcome)
    found.run()
    assert found.outcome.value == card.outcome.value


@pytest.mark.parametrize("given", [*NONSENSE, HOLDS], ids=lambda value: ascii(value)[:20])
def test_a_claim_bears_a_log_with_nonsense(given):
    written({"predicted": given, "sure": given, "verdict": given, "number": given}, kind="claim", name="claim 22")
    card = hh.claim(22)
    assert card.verdict.value == (HOLDS if given == HOLDS else None)
    assert card.sure.value is None
    assert ("You ran this before" in said(card.outcome)) == (given == HOLDS)
    card.outcome.value.encode("utf-8")
    assert SCRIPT not in hh.worklog().content.value


@pytest.mark.parametrize(("old", "verdict"), [("holds", HOLDS), ("holds partly", PARTLY), ("does not hold", FAILS)])
def test_a_claim_in_a_log_that_kept_wording_in_place_of_ids(old, verdict):
    written({"predicted": old, "sure": "certain", "verdict": old}, kind="claim", name="claim 22")
    card = hh.claim(22)
    assert (card.verdict.value, card.sure.value) == (verdict, "certain")
    assert f"You predicted “{old}”, and the verdict was “{old}”." in said(card.outcome)
    assert f"<td>{old}</td><td>{AS_THE_MODEL}</td>" in hh.worklog().content.value
    card.run()
    assert entries()[-1]["predicted"] == verdict.value


def test_the_code_of_a_claim_comes_and_goes():
    card = hh.claim(22)
    card.code_button.click()
    shown = re.fullmatch(r'<pre tabindex="0" aria-label="code of the experiment">(.*)</pre>', card.listing.value, re.S)
    assert html.unescape(shown[1]) == find(22).code
    card.code_button.click()
    assert card.listing.value == ""


def test_several_claims_are_cards_of_their_own():
    cards = hh.claim(22, 11)
    assert [card.claim.number for card in cards.cards] == [22, 11]
    cards.cards[1].verdict.value, cards.cards[1].sure.value = PARTLY, "certain"
    cards.cards[1].run()
    assert "The claim" in said(cards.cards[1].outcome)
    assert cards.cards[0].outcome.value == ""
    assert all(each.statement in cards.still()[0] for each in (find(22), find(11)))


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((), r"which claim\? Give its number, such as claim\(22\)"),
        ((0,), "claim = 0 is outside 1 to 46"),
        ((22, 47), "claim = 47 is outside 1 to 46"),
        ((2.5,), "claim = 2.5 is not a whole number"),
        (("22",), "claim = '22' is not a whole number"),
        (([22],), r"claim = \[22\] is not a whole number"),
        ((None,), "claim = None is not a whole number"),
    ],
)
def test_claims_that_are_not_there(numbers, sentence):
    with pytest.raises(ValueError, match=sentence):
        hh.claim(*numbers)


def test_a_number_without_a_claim_is_said_to_be_outside():
    missing = next(number for number in range(1, 60) if number not in EXPERIMENTS)
    with pytest.raises(ValueError, match=f"claim = {missing} is outside 1 to 46"):
        hh.claim(missing)


def asked(question, given):
    """A question of `ask` with an answer, checked."""
    (found,) = hh.ask(question).asked.values()
    answer(found.controls, given)
    found.button.click()
    return found


def offers(question):
    return question.refute.layout.display is None


CHOICES = [question for question in questions.check("action_potential") if isinstance(question, Choice)]
NUMBERS = [question for question in questions.check("action_potential") if isinstance(question, Number)]


@pytest.mark.parametrize("question", [*CHOICES, CHOICE, SEVERAL], ids=lambda question: question.name)
def test_every_option_gets_its_own_reply(question):
    replies = set()
    for option, reply in question.options.items():
        found = asked(question, [option] if question.several else option)
        words = said(found.reply)
        assert reply.text in words
        right = reply.right and len(question.right) <= 1
        assert words.split()[0] == ("Right." if reply.right and (right or not question.several) else "Not")
        replies.add(words)
    assert len(replies) == len(question.options)
    assert not any(reply.text in texts(hh.predict(question)) for reply in question.options.values())


@pytest.mark.parametrize("question", [*NUMBERS, NUMBER], ids=lambda question: question.name)
def test_every_number_gets_its_reply(question):
    found = asked(question, f"{question.truth():.9f} {question.unit}")
    assert said(found.reply).strip().startswith("Right (")
    assert question.reply in said(found.reply)
    for mistake in question.mistakes:
        answer(found.controls, f"{mistake.value():.9f}")
        assert mistake.reply in said(found.reply)
    for hint, off in zip(question.hints, (-1.5, 1.5), strict=True):
        answer(found.controls, f"{question.truth() + off * question.tolerance:.9f}".replace(".", ","))
        assert said(found.reply).split("(")[0].strip() == "Not yet"
        assert hint in said(found.reply)


@pytest.mark.parametrize("typed", ["41.37", "0.04137 V", "41370 uV", "41,4 mV", " 41.4mV "])
def test_numbers_may_have_any_fitting_unit(typed):
    found = asked(NUMBER, typed)
    assert re.match(r"\s*Right \(41\.(37|4) mV\)\. So it is\.", said(found.reply))
    assert found.reply.value.startswith('<div class="hhlab-right" role="status">')


@pytest.mark.parametrize(
    ("question", "given", "sentence"),
    [
        (CHOICE, None, "Choose or type an answer first."),
        (SEVERAL, [], "Choose or type an answer first."),
        (NUMBER, "", "Choose or type an answer first."),
        (NUMBER, "forty", "'forty' is not a number with a unit: give a voltage in mV, such as 5 mV."),
        (NUMBER, "4 uA", "4 uA is a current: give a voltage in mV."),
        (NUMBER, SCRIPT, f"{SCRIPT!r} is not a number with a unit: give a voltage in mV, such as 5 mV."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(question, given, sentence):
    found = asked(question, given)
    assert found.reply.value == f'<div class="hhlab-notice" role="alert">{html.escape(sentence)}</div>'
    assert (entries(), offers(found)) == ([], False)


WRONG = [
    (question, reply.misconception, [option] if question.several else option)
    for question in (*CHOICES, CHOICE, SEVERAL)
    for option, reply in question.options.items()
    if not reply.right
] + [
    (question, each.misconception, f"{each.value():.6f}")
    for question in (*NUMBERS, NUMBER)
    for each in question.mistakes
]


@pytest.mark.parametrize(
    ("question", "misconception", "given"), WRONG, ids=lambda value: getattr(value, "name", str(value)[:20])
)
def test_misconceptions_lead_to_the_experiment(question, misconception, given):
    found, known = asked(question, given), MISCONCEPTIONS.get(misconception)
    claims = [number for number in known.claims if number in EXPERIMENTS] if known else []
    assert offers(found) == bool(known and (claims or known.views))
    if not offers(found):
        return
    assert found.refute.description == f"See: {known.shown_by}"
    assert found.place.children == ()
    found.refute.click()
    (shown,) = found.place.children
    if claims:
        assert shown.claim.number == claims[0]
    else:
        assert shown.fixed["views"] == [*sorted(known.views, key="steady states".__eq__)]


def test_a_right_answer_takes_the_offer_back():
    found = asked(CHOICE, "Blue.")
    found.refute.click()
    answer(found.controls, "Red.")
    found.button.click()
    assert (offers(found), found.place.children) == (False, ())


@pytest.mark.parametrize("question", [CHOICE, SEVERAL, NUMBER], ids=lambda question: question.name)
def test_answers_are_kept_and_found_again(question):
    for right in (False, True, False):
        found = asked(question, some_answer(question, right))
    told = found.reply.value
    assert [(entry["answer"], entry["right"]) for entry in entries(kind="answer", name=question.name)] == [
        (some_answer(question, right), right) for right in (False, True, False)
    ]
    for _ in range(2):
        restart()
        (found,) = hh.ask(question).asked.values()
        assert found.controls.answer() == some_answer(question)
        assert found.reply.value == told
        assert offers(found)
    assert len(entries()) == 3


@pytest.mark.parametrize("question", [CHOICE, NUMBER], ids=lambda question: question.name)
def test_the_same_answer_checked_again_is_kept_once(question):
    found = asked(question, some_answer(question))
    found.button.click()
    assert len(entries()) == 1
    answer(found.controls, some_answer(question, right=True))
    found.button.click()
    answer(found.controls, some_answer(question))
    found.button.click()
    assert [entry["right"] for entry in entries()] == [False, True, False]


def test_a_set_of_questions_is_one_card():
    card = hh.ask("action_potential", CHOICE)
    assert list(card.asked) == [*(question.name for question in questions.check("action_potential")), "colour"]
    assert card.still()[0].startswith("1. ")
    assert "Which colour?" in card.still()[0]


def test_single_questions_are_asked_by_name():
    assert list(hh.ask("slow_rise", CHOICE, "half_open").asked) == ["slow_rise", "colour", "half_open"]


def test_an_empty_work_log():
    card = hh.worklog()
    assert "Nothing has been predicted, run or answered yet." in said(card.content)
    assert "Kept in 03_here.worklog.jsonl, beside this notebook; it is sent nowhere." in said(card.content)
    assert "notice" not in card.content.value
    assert not worklog_path().exists()
    committed(CHOICE, "Red.")
    assert CHOICE.text in said(card.content)


def test_the_work_log_shows_what_was_done():
    committed("longer_pulse", "more_spikes")
    committed(SEVERAL, ["Red.", "Grey."])
    predicted(22, FAILS)
    asked(NUMBER, "41.4 mV")
    observed(SEVERAL, ["Red.", "Blue."])
    card = hh.worklog()
    rows = re.findall(r"<tr><td>(.*?)</td></tr>", card.content.value)
    assert [row.split("</td><td>")[1:] for row in rows] == [
        ["prediction", questions.find("longer_pulse").text, "There are more spikes.", ""],
        ["prediction", "Which colours?", "Red; Grey.", NOT_AS_THE_MODEL],
        ["claim", html.escape(find(22).statement), "does not hold", NOT_AS_THE_MODEL],
        ["answer", "How high?", "41.4 mV", AS_THE_MODEL],
        ["observation", "Which colours?", "Red; Blue.", AS_THE_MODEL],
    ]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d<", row) for row in rows)
    assert card.still()[0] == "Entries in the work log: 5."


def test_an_older_log_that_asked_twice_tells_both():
    written({"answer": "Blue.", "question": "Which?", "right": False})
    assert NOT_AS_THE_MODEL not in hh.worklog().content.value
    with worklog_path().open("a") as file:
        line = {"time": "2025", "kind": "prediction", "name": "colour, again", "answer": "Red.", "right": True}
        file.write(json.dumps(line) + "\n")
    restart()
    told = hh.worklog().content.value
    assert (told.count(NOT_AS_THE_MODEL), told.count(AS_THE_MODEL)) == (1, 1)
    assert not hh.observe(CHOICE).explained


def test_the_work_log_is_downloaded(monkeypatch):
    sent = []
    monkeypatch.setattr("hhlab.lab.frame._Hands.send", lambda self, *message: sent.append(message))
    committed(CHOICE, "Red.")
    card = hh.worklog()
    asked(CHOICE, "Blue.")
    card.download.click()
    ((what, [data]),) = sent
    assert what == {"save": LOG, "type": "application/jsonl"}
    assert data == worklog_path().read_bytes()
    assert b"Blue." in data


def test_a_folder_that_cannot_be_written_to_is_said_to_be_so(full, notebook):
    trouble = (
        "The work log cannot be written here: the folder is read-only. It is kept while the kernel runs; download it"
    )
    for told in (committed(CHOICE, "Red.").reply, predicted(22).outcome, observed(CHOICE, "Red.").reply):
        assert trouble in said(told)
    asked(NUMBER, "41.4 mV")
    words = said(hh.worklog().content)
    assert trouble in words
    assert "Which colour?" in words
    assert "How high?" in words
    assert list(notebook.iterdir()) == []


def test_a_damaged_log_is_said_to_be_set_aside(notebook):
    worklog_path().write_bytes(b"\x00nonsense")
    card = hh.worklog()
    assert "03_here.worklog.jsonl was damaged or was not a work log: it is kept as" in said(card.content)
    assert (notebook / "03_here.worklog.damaged-1.jsonl").read_bytes() == b"\x00nonsense"
    assert committed(CHOICE, "Red.").committed


@pytest.mark.parametrize("name", ON_BINDER)
def test_binder_forgets_and_the_cards_remind(name, monkeypatch):
    assert sentence("log.on_binder") not in said(hh.worklog().content)
    monkeypatch.setenv(name, "hub.mybinder.org")
    for shown in (hh.worklog().content, committed(CHOICE, "Red.").reply, predicted(22).outcome):
        assert sentence("log.on_binder") in said(shown)


@pytest.mark.parametrize("there", [True, False])
def test_in_the_browser_the_card_says_where_the_log_is_kept(there, monkeypatch, tmp_path):
    monkeypatch.setattr(log_card, "in_the_browser", lambda: True)
    monkeypatch.setattr(log_card, "DRIVE", tmp_path / ("" if there else "nowhere"))
    told = said(hh.worklog().content)
    assert "in the storage of this browser" in told
    assert (sentence("log.not_kept") in told) is not there


HOSTILE = [
    {"kind": SCRIPT, "answer": SCRIPT, "question": SCRIPT, "right": True},
    {"time": SCRIPT, "predicted": SCRIPT, "claim": SCRIPT, "verdict": SCRIPT},
    {"name": SCRIPT}, {"name": "", "kind": "", "time": ""},
    {"answer": [SCRIPT, None, {"a": [SCRIPT]}], "question": [SCRIPT]},
    {"answer": {"<b>": SCRIPT}, "right": SCRIPT}, {"answer": None, "question": None, "right": None},
    {"answer": 1e308, "right": -1}, {"answer": "x" * 50_000}, {"answer": "\ud800 \x00 \u202e", "name": "\udfff"},
    {"answer": "'\" onload=x &lt; &amp;", "claim": "<img src=x onerror=alert(1)>"},
]  # fmt: skip


@pytest.mark.parametrize("entry", HOSTILE, ids=lambda entry: ascii(entry)[:40])
def test_a_hostile_log_is_shown_as_text(entry):
    written(entry, {"answer": "fine", "question": "What else?"})
    content = hh.worklog().content.value
    content.encode("utf-8")
    assert set(re.findall(r"</?([a-z]+)", content)) <= {"div", "table", "thead", "tbody", "tr", "th", "td"}
    assert content.count("<tr>") == 3
    assert "What else?" in content


def test_what_is_typed_is_never_html():
    written({"answer": SCRIPT, "sure": SCRIPT, "question": SCRIPT})
    card = observed(CHOICE, "Red.")
    assert "<script" not in card.reply.value
    assert SCRIPT in said_text(hh.worklog().content.value)
    assert "<script" not in asked(NUMBER, SCRIPT).reply.value
    own = Choice("own", SCRIPT, {SCRIPT: Reply(SCRIPT, right=True), "b": Reply(SCRIPT)})
    for made in (committed(own, SCRIPT), observed(own, "b", "b"), hh.ask(own)):
        shown = [widget.value for widget in descendants(made) if type(widget).__name__ == "HTML"]
        assert not any("<script" in each for each in shown)


def said_text(shown):
    return html.unescape(re.sub("<(?!script)[^>]*>", "", shown))


CARDS = {
    "predict": (lambda: hh.predict(CHOICE), "Which colour?"),
    "observe": (lambda: hh.observe(CHOICE), "Which colour?"),
    "claim": (lambda: hh.claim(22), f"Claim 22: {find(22).statement}"),
    "claims": (lambda: hh.claim(22, 11), find(11).statement),
    "ask": (lambda: hh.ask(CHOICE, NUMBER), "1. Which colour?\n2. How high?"),
    "worklog": (hh.worklog, "Entries in the work log: 0."),
    "hostile": (lambda: hh.predict(Choice("x", SCRIPT, {"a": Reply("b", right=True), "c": Reply("d")})), SCRIPT),
}


@pytest.mark.parametrize(("make", "text"), CARDS.values(), ids=CARDS)
def test_a_page_without_a_kernel_shows_the_text(make, text, displayed):
    card = make()
    card._ipython_display_()
    widget, still = displayed
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == card.model_id
    assert text in still["text/plain"]
    assert "This card is a still picture. To use it, click on the first code cell" in still["text/html"]
    figure = re.search(r"</p><figcaption>(.*)</figcaption></figure>$", still["text/html"], re.DOTALL)
    assert html.unescape(figure[1]) == still["text/plain"]
    assert "<" not in figure[1]


def test_how_sure_one_can_be_is_asked_everywhere():
    asked = hh.predict(CHOICE).sure.options
    assert asked == hh.claim(22).sure.options == tuple(zip(SURE, SURE, strict=True))
    assert (hh.predict(CHOICE).sure.value, hh.claim(22).verdict.value) == (None, None)


@pytest.mark.parametrize(
    ("number", "said"),
    [(19, "belong to “usual”"), (11, "belong to “1.01 times the threshold”"), (39, ""), (38, "")],
)
def test_a_card_says_whose_lines_are_thick(number, said):
    told = thick_and_thin(find(number).run())
    assert said in told
    assert bool(told) is bool(said)
