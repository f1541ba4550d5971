"""Questions: typed quantities are understood, every answer gets its own reply, and numbers come from the model."""

import itertools
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from robots import ABOVE_CHANCE, ROBOTS, chance, choices, percent

import hhlab as hh
from hhlab import questions
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.quantities import AmbiguousError, read_number, read_quantity
from hhlab.questions import Choice, Mistake, Number, Reply, State, Texts

SETS = questions._sets()
PREDICTIONS, CHECK, SOLVED = ([q for each in SETS.values() for q in each[part]] for part in range(3))
EVERY = (*PREDICTIONS, *CHECK, *SOLVED)
TASKS = [task.question for each in ASSIGNMENTS.values() for task in each.tasks(each.variant("course", "ab1234"))]
CHOICES = [question for question in EVERY if isinstance(question, Choice)]
REASONS = [question.reason for question in CHOICES if question.reason]
NUMBERS = [question for question in EVERY if isinstance(question, Number)]


def named(some):
    return pytest.mark.parametrize("question", some, ids=[question.name for question in some])


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.005 V", "mV", 5),
        ("5", "mV", 5),
        ("5mV", "mV", 5),
        (" 5  m V ", "mV", 5),
        ("+5.", "mV", 5),
        ("0,5", "mV", 0.5),
        (",5 mV", "mV", 0.5),
        ("−0,5 µA/cm²", "uA/cm2", -0.5),
        ("–47 μA / cm^2", "uA/cm2", -47),
        ("4.7e-5 A/cm2", "uA/cm2", 47),
        ("47000 nA/cm2", "uA/cm2", 47),
        ("0.3 S/cm2", "mS/cm2", 300),
        ("1e-3", "mV", 1e-3),
        ("0.3 s", "ms", 300),
        ("300 µs", "ms", 0.3),
        ("0.3 S", "mS", 300),
        ("5 MΩ", "ohm", 5e6),
        ("1 kHz", "Hz", 1000),
        ("140 mM", "M", 0.14),
        ("476 um", "cm", 0.0476),
        ("14.5 pmol/cm2", "nmol/cm2", 0.0145),
        ("6.5 nC/cm2", "uC/cm2", 0.0065),
        ("2 mV/ms", "V/s", 2),
        ("6.3 °C", "degC", 6.3),
        ("6.25 percent", "%", 6.25),
        ("1 uF/cm²", "uF/cm2", 1),
        ("5 mV mV", "mV", 5),
        ("-88.9 m V  mV", "mV", -88.9),
        ("5 μA / cm^2 uA/cm2", "uA/cm2", 5),
        ("−  5 mV", "mV", -5),
        ("1.234", "mV", 1.234),
        ("0,005", "mV", 0.005),
        ("1,0000", "mV", 1),
        ("1,0", "mV", 1),
        ("1.000,5 mV", "mV", 1000.5),
        ("1,000.5 mV", "mV", 1000.5),
        ("1,000,000 mV", "mV", 1e6),
        ("1.000.000,25", "mV", 1e6 + 0.25),
        ("60\u202f000 ms", "ms", 60_000),
        ("1 000 mV", "V", 1),
        ("−1\u2009234\u2009567,5 ms", "ms", -1234567.5),
    ],
)
def test_a_typed_quantity_is_understood(text, unit, value):
    assert read_quantity(text, unit).value == pytest.approx(value, rel=1e-12)


MINUSES = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
SPACES = ("", " ", "\u00a0", "\u2007", "\u2009", "\u202f", "\u3000", "\u200b", "\t")


@pytest.mark.parametrize("minus", MINUSES, ids=ascii)
@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_every_minus_and_every_space(minus, space):
    assert read_quantity(f"{space}{minus}{space}88,9{space}mV{space}", "mV").value == -88.9
    assert read_quantity(f"4.7e{minus}5 A/cm2", "uA/cm2").value == pytest.approx(47)
    assert read_number(f"{minus}0.5") == -0.5


@pytest.mark.parametrize(
    ("text", "either"),
    [("1,000 Hz", "1.000 or 1000"), ("-12,345", "12.345 or 12345"), ("999,999 Hz Hz", "999.999 or 999999"),
     ("1,000e3", "1.000 or 1000")],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_asked_back(text, either):
    sentence = f"{text!r} can mean {either}: write the one that you mean"
    with pytest.raises(AmbiguousError, match=re.escape(sentence)):
        read_quantity(text, "Hz")
    with pytest.raises(ValueError, match=re.escape(f"g_K = {text!r} can mean") if "Hz" not in text else "g_K"):
        hh.Squid(g_K=text)


def test_the_digits_of_a_typed_quantity_count():
    found = read_quantity("-88.90 mV", "V")
    assert (found.step, found.digits, found.unit) == (pytest.approx(1e-5), 3, "mV")
    assert read_quantity("90", "mV").step == 1
    assert read_quantity("1,50e3", "mV").step == 10


def test_a_parameter_reads_text_as_answers_are_read():
    assert hh.Squid(g_K="0,036 S/cm2", T=" 18.5 °C").parameters()["g_K"].value == 36
    assert hh.Train(count="3").count == 3
    assert hh.Step("−5 µA/cm²").amplitude == -5
    with pytest.raises(ValueError, match=r"g_K = '36 mV' is not a number: give one from 0 to 1000 mS/cm2"):
        hh.Squid(g_K="36 mV")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: hh.Squid(g_Na="60"), r"g_Na = '60' is a text without a unit: give a number, or '60 mS/cm2'$"),
        (lambda: hh.Squid(g_Na=True), "g_Na = True is not a number: give one from 0 to 1000 mS/cm2"),
        (lambda: hh.Squid().replace(T=np.True_), "T = .*True.* is not a number"),
        (lambda: hh.simulate(hh.Squid(), t_stop="5"), r"t_stop = '5' is a text without a unit"),
        (lambda: hh.simulate(hh.Squid(), start={"V": "-65"}), r"V = '-65' is a text without a unit"),
        (lambda: hh.simulate(hh.Squid(), dt=True), "dt = True is not a number"),
        (lambda: hh.Train(count=True), "count = True is not a number"),
        (lambda: hh.nernst(1, "140", 5, 20), "nernst cannot use these"),
        (lambda: hh.nernst(True, 140, 5, 20), "nernst cannot use these"),
        (lambda: hh.measure.strength_duration(hh.Squid(), ["1", "2"]), "durations = .* are not numbers"),
    ],
)
def test_a_text_without_a_unit_or_a_truth_value_is_no_number(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_volts_for_millivolts_are_asked_back():
    with pytest.warns(UserWarning, match=r"^E_Na = 0\.05 mV is close to 0: did you mean 50 mV\?$"):
        assert hh.Squid(E_Na=0.05).E_Na == 0.05
    with pytest.warns(UserWarning, match=r"did you mean -77 mV\?$"):
        hh.Squid().replace(E_K=-0.077)
    hh.Squid(E_Na=0, E_K=-1)
    hh.Shock(0.05)


@pytest.mark.parametrize("text", ["", "-", "3 points", "100,", "1,5,5", "n/a"])
def test_what_is_no_bare_number(text):
    if text == "100,":
        assert read_number(text) == 100
    else:
        with pytest.raises(ValueError, match="is not a number"):
            read_number(text)


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("3 ms", "mV", "3 ms is a time: give a voltage in mV"),
        ("5 mS", "ms", "5 mS is a conductance: give a time in ms (capital and small letters differ)"),
        ("5 ms", "mS", "5 ms is a time: give a conductance in mS (capital and small letters differ)"),
        ("5 mm", "mM", "5 mm is a length: give a concentration in mM (capital and small letters differ)"),
        ("5 mv", "mV", "'5 mv' has a unit that hhlab does not know: give a voltage in mV (capital"),
        ("5 uA", "uA/cm2", "5 uA is a current: give a current per area in µA/cm²"),
        ("5 C", "degC", "5 C is a charge: give a temperature in °C"),
        ("5 furlongs", "mV", "'5 furlongs' has a unit that hhlab does not know: give a voltage in mV"),
        ("5 mV V", "mV", "unit that hhlab does not know"),
        ("5 mV mV mV", "mV", "unit that hhlab does not know"),
        ("5²", "mV", "unit that hhlab does not know"),
        ("1 00 mV", "mV", "unit that hhlab does not know"),
        ("1/2", "mV", "unit that hhlab does not know"),
        ("", "mV", "'' is not a number with a unit: give a voltage in mV, such as 5 mV"),
        ("mV", "mV", "is not a number with a unit"),
        ("about 5", "mV", "is not a number with a unit"),
        ("nan mV", "mV", "is not a number with a unit"),
        ("-inf", "mV", "is not a number with a unit"),
        ("1,00.5", "mV", "is not a number with a unit"),
        ("1.2.3", "mV", "is not a number with a unit"),
        ("1,000.000,5", "mV", "is not a number with a unit"),
        ("--5", "mV", "is not a number with a unit"),
        ("½", "mV", "is not a number with a unit"),
        ("1e999 mV", "mV", "'1e999 mV' is too large: give a voltage in mV"),
        ("1e300 GV", "fV", "is too large"),
        ("5" * 1000, "mV", "is not a number with a unit"),
        ("5", "furlong", "'furlong' is not a unit: give one such as mV, ms or uA/cm2"),
    ],
)
def test_what_is_not_a_quantity_gets_a_sentence(text, unit, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_quantity(text, unit)


def test_names_are_found():
    assert len({question.name for question in EVERY}) == len(EVERY)
    assert all(questions.find(question.name) is question and question.name.isidentifier() for question in EVERY)
    assert questions.check("action_potential") is SETS["action_potential"].check
    with pytest.raises(ValueError, match="the course has no question longer_puls; did you mean longer_pulse"):
        questions.find("longer_puls")
    assert questions.check("slow_rise") == (questions.find("slow_rise"),)
    assert not {*SETS} & {question.name for question in EVERY}
    with pytest.raises(
        ValueError, match="the course has no question or set of questions the_pum; did you mean the_pump"
    ):
        questions.check("the_pum")


def misconceptions(question):
    replies = question.options.values() if isinstance(question, Choice) else question.mistakes
    return {reply.misconception for reply in replies} - {""}


def test_misconceptions_are_those_of_the_list():
    found = set().union(*map(misconceptions, EVERY))
    assert found <= {f"M{number}" for number in range(1, 17)}
    assert {"M1", "M8", "M9", "M10", "M14", "M15", "M16"} <= found


@named([question for question in (*CHOICES, *REASONS) if not question.name.startswith("before_")])
def test_every_option_has_its_own_reply(question):
    """But for the test before the course, which tells nothing."""
    texts = [reply.text for reply in question.options.values()]
    assert len(set(texts)) == len(texts) >= 4
    assert all(len(text) > 60 for text in texts)
    assert 1 <= len(question.right) < len(texts)
    assert not any(question.options[option].misconception for option in question.right)


@named([question for question in CHOICES if not question.several])
def test_one_option_is_judged(question):
    why = question.reason.right[:1] if question.reason else ()
    for option, reply in question.options.items():
        judged = question.judge(option, *why)
        assert judged.right == reply.right
        assert judged.reply == reply.text or (why and reply.text in judged.reply)
        assert (judged.misconception, judged.understood) == (reply.misconception, reply.wording)
        assert question.judge(reply.wording, *why) == judged
    with pytest.raises(ValueError, match="choose one answer"):
        question.judge(list(question.options))


def test_several_options_are_judged_together():
    question = questions.find("what_ends_the_spike")
    inactivation, opening, pump, leak = question.options
    assert question.judge([opening, inactivation]).right
    assert question.judge([opening, inactivation]).understood == "Sodium channels inactivate.; Potassium channels open."
    half = question.judge(inactivation)
    assert not half.right
    assert half.reply.endswith("That is not all: more of the answers are right.")
    wrong = question.judge([inactivation, opening, leak, pump])
    assert (wrong.right, wrong.misconception) == (False, "M1")
    assert question.options[leak].text in wrong.reply
    with pytest.raises(ValueError, match="choose at least one answer"):
        question.judge([])
    with pytest.raises(ValueError, match=r"question what_ends_the_spike has no option The leak"):
        question.judge("The leak")


@pytest.mark.parametrize("question", [each for each in CHOICES if each.reason], ids=lambda question: question.name)
def test_an_answer_is_right_only_with_its_reason(question):
    for option, why in itertools.product(question.options, question.reason.options):
        first, second = question.options[option], question.reason.options[why]
        judged = question.judge(option, why)
        assert judged.right == (first.right and second.right)
        assert judged.misconception == (first.misconception or second.misconception)
        assert (first.text in judged.reply) == (first.right == second.right or not first.right)
        assert (second.text in judged.reply) == (first.right == second.right or not second.right)
    with pytest.raises(ValueError, match="choose one answer"):
        question.judge(option)


def test_an_explanation_says_what_is_wrong_and_then_what_is_right():
    question = questions.find("what_ends_the_spike")
    told = {option: reply.text for option, reply in question.options.items()}
    for chosen in ("leak", ["potassium", "leak"]):
        explained = question.judge(chosen).explained
        assert explained == " ".join(told[option] for option in ("leak", "inactivation", "potassium"))
    number = questions.find("half_open")
    assert [number.judge(value).explained for value in (6.25, 50, 90)] == [
        number.reply, f"{number.mistakes[0].reply} {number.reply}", f"{number.hints[1]} {number.reply}",
    ]  # fmt: skip


@named([*CHOICES, *REASONS])
def test_options_are_put_into_an_order_for_each_student(question):
    orders = {tuple(question.arranged(f"student {number}")) for number in range(40)}
    assert all({*order} == {*question.options} for order in orders)
    assert question.arranged("student 7") == question.arranged("student 7")
    free = [option for option, reply in question.options.items() if not reply.last]
    if question.ordered:
        assert orders == {tuple(question.options)}
    else:
        assert len(orders) > len(free)
        assert {order[len(free) :] for order in orders} <= {*itertools.permutations([*question.options.keys() - free])}
        assert {order[0] for order in orders} == {*free}


@pytest.mark.parametrize("robot", ROBOTS)
def test_nobody_scores_without_physiology(robot):
    asked = choices()
    score, guessed = percent(ROBOTS[robot], asked), chance(asked)
    print(f"{robot}: {score:.0f} %, by chance {guessed:.0f} %")
    assert score <= guessed + ABOVE_CHANCE


@pytest.mark.parametrize(
    ("robot", "right"),
    [
        ("the longest", "Higher, by rather more than ten millivolt."),
        ("the shortest", "Higher."),
        ("the most qualified", "Higher, since it may."),
        ("all, both or none", "Both are."),
        ("most words of the question", "The spike of a poisoned axon."),
    ],
)
def test_robots_find_what_stands_out(robot, right):
    wrong = ("Lower than it was.", "Wider than it was.", "As it was before.")
    options = {text: Reply(text, right=text == right) for text in (*wrong, right)}
    assert percent(ROBOTS[robot], [Choice("q", "How does the spike of the poisoned axon change?", options)]) == 100


def test_robots_find_what_stands_somewhere():
    options = {text: Reply(text, right=text == "Hm.") for text in ("Never a.", "Never b.", "Hm.", "Never.")}
    assert percent(ROBOTS["no absolute words"], [Choice("q", "?", options)]) == 100
    ordered = Choice("q", "?", options, ordered=True)
    assert [percent(ROBOTS[f"option {n}"], [ordered]) for n in (1, 2, 3, 4)] == [0, 0, 100, 0]
    assert (
        percent(ROBOTS["the last option"], [ordered]) == percent(ROBOTS["the longer of the middle two"], [ordered]) == 0
    )


@named(NUMBERS)
def test_numbers_are_judged_by_the_model(question):
    truth, off = question.truth(), question.tolerance
    assert math.isfinite(truth)
    for share in (0, -0.9, 0.9):
        judged = question.judge(question.read(f"{truth + share * off:.9f} {question.unit}"))
        assert (judged.right, judged.reply, judged.misconception) == (True, question.reply, "")
    for share, hint in ((-1.5, question.hints[0]), (1.5, question.hints[1])):
        judged = question.judge(truth + share * off)
        assert (judged.right, judged.reply, judged.misconception) == (False, hint, "")


@named(NUMBERS)
def test_mistakes_are_recognised(question):
    assert question.mistakes
    truth = question.truth()
    values = [truth, *(mistake.value() for mistake in question.mistakes)]
    for first, second in itertools.combinations(values, 2):
        larger = min(max(abs(first), abs(second)), abs(truth))
        assert abs(first - second) > 2.5 * question.tolerance * larger / abs(truth)
    for mistake in question.mistakes:
        judged = question.judge(mistake.value())
        assert (judged.right, judged.reply, judged.misconception) == (False, mistake.reply, mistake.misconception)


@pytest.mark.parametrize(
    ("name", "answer", "seen"),
    [
        ("charge_for_a_change", "0.5", "low"),
        ("charge_for_a_change", "0", "low"),
        ("charge_for_a_change", "0.05", 0.05),
        ("charge_for_a_change", "0.02", 0.02),
        ("permeability_from_V", "0.021", 0.0209),
        ("permeability_from_V", "0.1", "low"),
        ("tenth_of_potassium", "14", "high"),
    ],
)
def test_a_small_mistake_is_not_seen_everywhere(name, answer, seen):
    """What a mistake smaller than the truth catches is as much smaller; `seen` is its number, or a hint."""
    question = questions.find(name)
    judged = question.judge(question.read(answer))
    told = dict(zip(("low", "high"), question.hints, strict=True))
    assert not judged.right
    if seen in told:
        assert judged.reply == told[seen]
    else:
        (mistake,) = (each for each in question.mistakes if each.reply == judged.reply)
        assert mistake.value() == pytest.approx(seen, rel=1e-2)


@named(NUMBERS)
def test_replies_to_a_number_differ(question):
    texts = [question.reply, *question.hints, *(mistake.reply for mistake in question.mistakes)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("question", [*EVERY, *TASKS], ids=lambda question: question.name)
def test_no_reply_repeats_what_the_card_says_before_it(question):
    """Cards begin with "Right." or "Not yet."; a reply goes on from there."""
    if isinstance(question, Number):
        texts = [question.reply, *question.hints, *(mistake.reply for mistake in question.mistakes)]
    else:
        texts = [reply.text for reply in getattr(question, "options", {}).values()]
    assert not any(re.match(r"(?i)(yes|no|right|correct|wrong|false|not (yet|so))[.,:!]", text) for text in texts)


def test_how_a_number_was_understood():
    question = questions.find("current_at_a_moment")
    assert question.judge(question.read("−0,00025 A/cm2")).understood == "−250 µA/cm²"
    assert question.in_words(question.tolerance) == "5 µA/cm²"
    with pytest.raises(ValueError, match="3 ms is a time: give a current per area in µA/cm²"):
        question.read("3 ms")


def test_questions_that_cannot_be():
    with pytest.raises(ValueError, match="question q: give two or more options, of which one or more are right"):
        Choice("q", "?", {"a": Reply("no"), "b": Reply("no")})
    with pytest.raises(ValueError, match="question q: tolerance = 0 mV is not above 0"):
        Number("q", "?", "mV", float, 0, ("low", "high"), "yes", (Mistake(float, "no"),))
    with pytest.raises(ValueError, match="question q has unit = 'furlong'; give a unit such as mV"):
        Number("q", "?", "furlong", float, 1, ("low", "high"), "yes")
    with pytest.raises(ValueError, match="question q has two options with the same text; change or delete one"):
        Choice("q", "?", {"a": Reply("no", right=True, wording="A"), "b": Reply("no", wording="A")})


def slow(times):
    """The squid axon with sodium channels that inactivate several times more slowly."""
    m, h, _ = hh.Squid().gates
    lazy = hh.Gate("h", inf=h.steady_state, tau=lambda V: times * h.time_constant(V, T=6.3))
    return hh.Squid(g_Na=0).plus(hh.Channel("slow", g=120, E=50, gates=(m, lazy)))


def shocked(cell, mV=15, **held):
    return hh.simulate(cell, hh.Shock(mV), t_stop=30, **held)


def beats(node):
    return 60_000 / hh.measure.period(hh.simulate(node, None, 4000))


def rebound(amplitude, duration):
    return hh.simulate(hh.ThalamicRelay(), hh.Step(amplitude, 0, duration), duration + 500)


def stepped(start=None, hold=0.0):
    step = hh.Step(hold, 0, 600) + hh.Step(0.5, 100, 400)
    return hh.simulate(hh.ThalamicRelay(), step, 600, start=start)


def adapts(freeze=(), **changes):
    cell = hh.AfterpotentialCell.burster().replace(**changes)
    return hh.measure.adaptation(hh.simulate(cell, hh.Step(1, 0, 1000), 1000, freeze=freeze))


def in_cobalt():
    """The height and number of its spikes, and the first and last interval."""
    rec = hh.simulate(hh.blocked(BURSTER, "cobalt"), hh.Step(1, 0, 1000), 1000)
    found = hh.measure.adaptation(rec)
    return rec.V.max(), hh.measure.spikes(rec).size, found.first, found.last


def inhibited(pulse=0.0, E=-62):
    return hh.simulate(SQUID, hh.Synapse(3, E, 5) + hh.Step(pulse, 8, 0.5), 40)


HELD = hh.simulate(hh.ThalamicRelay(), hh.Step(0.7, 0, 2000), 2000)
SQUID = hh.Squid()
PULSES = {duration: hh.simulate(SQUID, hh.Step(20, 0, duration), t_stop=50) for duration in (0.5, 25)}


AFTER, BURSTER = hh.AfterpotentialCell(), hh.AfterpotentialCell.burster()


def neuron(amplitude, duration, t_stop, start=None, **g):
    return hh.simulate(hh.Neuron(**g), hh.Step(amplitude, 5, duration), t_stop, start=start)


def pulsed(**g):
    return hh.simulate(AFTER.replace(**g), hh.Step(11.5, 5, 1), 400)


def intervals(drug=""):
    cell = hh.blocked(BURSTER, drug) if drug else BURSTER
    return hh.measure.adaptation(hh.simulate(cell, hh.Step(1, 10, 1000), 1020))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (lambda: hh.measure.spikes(neuron(0, 1, 1000, hh.Neuron().rest(), g_KL=0.01875)).size, 16),
        (lambda: np.diff(hh.measure.spikes(neuron(0, 1, 1000, hh.Neuron().rest(), g_KL=0.01875)))[-1], 1000 / 16.9),
        (lambda: hh.measure.rest(hh.Neuron(g_Na=0, g_K=0, g_KL=0.01875)), -50),
        (lambda: hh.measure.spikes(neuron(0, 1, 300, hh.Neuron().rest(), E_K=-76)).size > 1, True),
        (lambda: hh.measure.spikes(neuron(1, 500, 520)).size, 18),
        (lambda: hh.measure.spikes(neuron(1, 500, 520, g_Kv1=3)).size, 0),
        (lambda: hh.measure.half_width(neuron(50, 0.5, 30)), 0.856),
        (lambda: hh.measure.half_width(neuron(50, 0.5, 30, g_Kv1=3)), 0.655),
        (lambda: hh.measure.rheobase(hh.Neuron()), 0.4294),
        (lambda: hh.measure.rheobase(hh.Neuron(g_Kv1=3)), 1.501),
        (lambda: hh.measure.half_width(pulsed()), 0.527),
        (lambda: hh.measure.half_width(pulsed(g_BK=0)), 0.860),
        (lambda: hh.measure.spikes(pulsed(g_BK=0)).size, 3),
        (lambda: hh.measure.afterpotentials(pulsed(g_BK=0)).medium_AHP[0], -51.2),
        (lambda: pulsed(g_BK=0).V.min(), -87.7),
        (lambda: pulsed().I["BK"].max() / pulsed().I["K"].max(), 4.6),
        (lambda: hh.measure.afterpotentials(pulsed(E_K=-80)).medium_AHP[0], -77.0),
        (lambda: hh.measure.afterpotentials(pulsed(free_Ca=0.0005)).fast_AHP[0], -72.4),
        (lambda: pulsed(free_Ca=0.0005).V.min() > -74, True),
        (lambda: intervals().ratio, 9.9),
        (lambda: intervals("apamin").ratio, 2.54),
        (lambda: hh.measure.afterpotentials(hh.simulate(BURSTER, hh.Step(14.5, 5, 1), 60)).fast_AHP[0], -65.9),
        (lambda: shocked(SQUID, freeze="n").V[-1], -13.4),
        (lambda: shocked(SQUID, freeze="h").V[-1] > 0, True),
        (lambda: shocked(SQUID, freeze=("n", "h")).V[-1], 48.9),
        (lambda: shocked(SQUID).I["L"][116], 28.4),
        (lambda: shocked(SQUID).I["K"][116], 269.4),
        (lambda: hh.measure.spikes(PULSES[25]).size, 3),
        (lambda: hh.measure.peak(PULSES[25])[0] - hh.measure.peak(PULSES[0.5])[0], 1.98),
        (lambda: hh.measure.half_width(PULSES[25]) / hh.measure.half_width(PULSES[0.5]), 1.02),
        (lambda: -PULSES[0.5].I["Na"][: PULSES[0.5].V.argmax()].min(), 425.5),
        (lambda: -PULSES[0.5].I["Na"].min(), 789.9),
        (lambda: PULSES[0.5].g["Na"][90] / PULSES[0.5].g["Na"].max() < 0.01, True),
        (lambda: hh.measure.threshold(hh.Squid(T=18.5), shock=True), 7.386),
        (lambda: hh.measure.peak(shocked(SQUID, 6.6))[0] > 30, True),
        (lambda: SQUID.rest()["V"] + 6.6, -58.4),
        (lambda: hh.simulate(SQUID, hh.Step(2.24, 0, 50)).V.max(), -54.95),
        (lambda: hh.simulate(SQUID, hh.Ramp(5, 0, 100, 50)).V.max(), -61.6),
        (lambda: hh.simulate(SQUID, hh.Ramp(5, 0, 100, 50), 150).end["Na.h"], 0.48),
        (lambda: hh.simulate(SQUID, hh.Ramp(5, 0, 100, 50), 150).end["K.n"], 0.369),
        (lambda: hh.measure.spikes(hh.simulate(SQUID, hh.Step(5, 0, 50))).size > 0, True),
        (lambda: hh.measure.half_width(shocked(slow(1))), 1.475),
        (lambda: hh.measure.half_width(shocked(slow(5))), 4.415),
        (lambda: hh.measure.peak(shocked(slow(5)))[0] - hh.measure.peak(shocked(SQUID))[0], 3.25),
        (lambda: hh.measure.undershoot(shocked(slow(5)))[0] < SQUID.rest()["V"], True),
        (lambda: SQUID.rest()["V"] - hh.measure.undershoot(shocked(SQUID, 30))[0], 11.19),
        (lambda: hh.simulate(hh.Ventricle(g_Na=0), hh.Step(25, 10, 2), 600).V.max(), -38.3),
        (lambda: hh.measure.duration(hh.simulate(hh.Ventricle(), hh.Step(25, 10, 2), 600)), 285.8),
        (lambda: hh.measure.duration(hh.simulate(hh.Ventricle(g_s=0), hh.Step(25, 10, 2), 600)), 39.0),
        (lambda: beats(hh.SinoatrialNode()), 176.0),
        (lambda: beats(hh.SinoatrialNode(g_Na=0)), 121.3),
        (lambda: beats(hh.SinoatrialNode(g_h=0)), 145.4),
        (lambda: rebound(-1, 20).at(20)["V"], -90.4),
        (lambda: hh.measure.spikes(rebound(-1, 20)).size, 0),
        (lambda: rebound(-0.5, 200).at(200)["V"], -89.6),
        (lambda: hh.measure.spikes(rebound(-0.5, 200)).size, 5),
        (lambda: hh.measure.spikes(rebound(-1, 200)).size, 6),
        (lambda: HELD.end["V"], -55.9),
        (lambda: HELD.end["T.h"], 0.0024),
        (lambda: HELD.E["T"][-1], 111.2),
        (lambda: HELD.E["T"][0], 111.0),
        (lambda: hh.measure.spikes(stepped()).size, 3),
        (lambda: np.ptp(np.diff(hh.measure.spikes(stepped(start=HELD, hold=0.7)))[1:]) < 0.2, True),
        (lambda: hh.measure.spikes(stepped(start=HELD, hold=0.7))[0] > hh.measure.spikes(stepped())[0], True),
        (lambda: adapts(g_SK=0).ratio, 2.542),
        (lambda: adapts().ratio, 9.899),
        (lambda: adapts(freeze="HVA.h", g_SK=0).ratio, 1.345),
        (lambda: [*in_cobalt()[:2], *in_cobalt()[-2:]], [47.3, 43, 21.39, 23.33]),
        (lambda: inhibited().V.max() - SQUID.rest()["V"], 2.73),
        (lambda: hh.measure.spikes(inhibited()).size, 0),
        (lambda: [hh.measure.spikes(inhibited(pulse)).size for pulse in (35.3, 35.6)], [0, 1]),
        (lambda: hh.measure.spikes(inhibited(E=0)).size, 1),
        (lambda: 3 / sum(g[0] for g in PULSES[25].g.values()), 4.43),
    ],
)
def test_what_the_replies_say_is_what_the_model_does(found, said):
    assert found() == pytest.approx(said, rel=5e-3)


GOOD = """
[check.one]
text = "How
much?"
low = "l"
high = "h"
reply = "r"

[check.one.mistakes.sign]
reply = "The sign."

[predictions.two]
text = "Which?"
options.a = {text = "A", reply = "yes", right = true}
options.b = {text = "B", reply = "no", misconception = "M8", last = true}
seen = "Which was it?"
ordered = true

[tasks.three]
text = "And here?"
reply = "Look again."
when_right = "So it is."
options.a.text = "A"
options.b = {text = "B", when_right = "Just so.", misconception = "M1"}
""".replace('"How\nmuch?"', '"""How\nmuch?"""')


def read(folder, text):
    (folder / "own.toml").write_text(text)
    return Texts(folder / "own.py")


def test_a_file_of_questions(tmp_path):
    ask = read(tmp_path, GOOD)
    one = ask.number("one", "mV", lambda: -65, 1, sign=65)
    assert one.text == "How much?"
    assert [one.judge(value).reply for value in (-65, -70, -60, 65)] == ["r", "l", "h", "The sign."]
    two = ask.choice("two")
    assert (two.right, two.wording("a"), two.options["b"].misconception) == (("a",), "A", "M8")
    assert (two.seen, two.ordered, two.options["b"].last, two.options["a"].last) == ("Which was it?", True, True, False)
    assert [three.judge(each).reply for three in (ask.choice("three", right="a"),) for each in "ab"] == [
        "So it is.", "Look again.",
    ]  # fmt: skip
    assert ask.choice("three", right="b").judge("b").reply == "Just so."
    right = GOOD.replace('options.a.text = "A"', 'options.a = {text = "A", right = true}')
    whole = read(tmp_path, right.replace("[tasks.three]", "[check.three]"))
    assert [[question.name for question in part] for part in whole.arranged(one)] == [["two"], ["one", "three"], []]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("high", "hihg", "own.toml: question one has no key hihg; did you mean high?"),
        ('reply = "r"', 'reply = "r"\nhint = "x"', "own.toml: question one has no key hint"),
        ('low = "l"', "", "own.toml: question one has no low; give a text in quotation marks"),
        ('low = "l"', "low = 3", "own.toml: question one has low = 3; give a text in quotation marks"),
        (".sign]", ".other]", "own.toml: question one: the mistake other has no value in Python; give one, or delete"),
        (
            '[check.one.mistakes.sign]\nreply = "The sign."',
            "",
            "question one: the mistake sign has no text in the file",
        ),
        ('"The sign."', '"s"\n[check.one.mistakes.log]\nreply = "l"', "question one: the mistake log has no value in"),
        ("last = true", "last = 1", "option b of own.toml: question two has last = 1; give true or false"),
        ("ordered = true", 'ordered = "no"', "own.toml: question two has ordered = 'no'; give true or false"),
        ('seen = "Which was it?"', "seen = 3", "own.toml: question two has seen = 3; give a text in quotation marks"),
        ('"M8"', '"M17"', "option b of own.toml: question two has misconception = 'M17'; give one of M1"),
        ("right = true", "right = false", "question two: give two or more options, of which one or more are right"),
        ("right = true", "right = 1", "option a of own.toml: question two has right = 1; give true or false"),
        ("tasks.three", "tasks.one", "own.toml: there are two questions one; give one of them another name"),
        ("[predictions.two]", "[check.one]", "own.toml: Cannot declare ('check', 'one') twice"),
        ('{text = "A"', '{text = "B"', "question two has two options with the same text; change or delete one"),
        ("[tasks.three]", "[taks.three]", "own.toml: the file has no key taks; did you mean tasks"),
        ('text = "Which?"', 'text = = "Which?"', "own.toml: "),
        ("check.one", "check.won", "own.toml has no question one; did you mean won?"),
    ],
)
def test_a_mistake_in_a_file_gets_a_sentence(tmp_path, old, new, sentence):
    def all_questions():
        ask = read(tmp_path, GOOD.replace(old, new))
        return ask.number("one", "mV", -65, 1, sign=65), ask.choice("two"), ask.choice("three", right="a")

    with pytest.raises(ValueError, match=re.escape(sentence)):
        all_questions()


def test_a_reason_in_a_file(tmp_path):
    why = (
        GOOD
        + """
[tasks.three.reason]
text = "Why?"
options.c = {text = "C", reply = "Because.", right = true}
options.d = {text = "D", reply = "Hardly."}
"""
    )
    three = read(tmp_path, why).choice("three", right="a")
    assert (three.reason.name, three.reason.text, three.reason.right) == ("three_reason", "Why?", ("c",))
    assert three.judge("a", "c").reply == "So it is. Because."
    with pytest.raises(
        ValueError, match=r"own.toml: question three_reason has no text; give a text in quotation marks"
    ):
        read(tmp_path, why.replace('text = "Why?"', "")).choice("three", right="a")


def test_a_number_without_anything_that_computes_it_is_noticed(tmp_path):
    with pytest.raises(ValueError, match=r"own.toml: question one has no key low; it has text, options"):
        read(tmp_path, GOOD).arranged()


def test_an_option_keeps_its_id_when_it_is_worded_anew():
    before, after = (
        Choice("q", "?", {"a": Reply("yes", right=True, wording=wording), "b": Reply("no", wording="Never.")})
        for wording in ("Always.", "At all times.")
    )
    assert after.judge("a").understood == "At all times."
    assert before.option("Always.") == after.option("a") == "a"
    assert after.option("Always.") is None
    with pytest.raises(ValueError, match=r"question q has no option Alway.; it has At all times., Never."):
        after.judge("Alway.")


def test_states_are_few_and_told_as_a_sentence():
    number = Number("n", "?", "mV", lambda: 5.0, 1, ("low", "high"), "So it is.")
    assert [number.judge(each).state for each in (5, 7)] == [State.RIGHT, State.WRONG]
    assert repr(number.judge(5)) == "Right (5 mV). So it is."
    assert repr(number.judge(7)) == "Not yet (7 mV). high"
    assert '<div class="hhlab-right">Right (5 mV). So it is.</div>' in number.judge(5)._repr_html_()


def test_no_file_is_read_before_a_question_is_asked_for():
    code = "import sys, hhlab.questions; print('hhlab.questions.refractory_period' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
