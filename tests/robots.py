"""Robots that answer questions without knowing any physiology. What one of them scores above chance, guessing scores.

`python tests/robots.py` prints the score of each over each set of questions and over the course, and the questions
whose right option stands out. `python tests/robots.py the_pump` prints these for one set.
"""

import re
import sys
from collections.abc import Callable, Iterable
from statistics import mean

from hhlab import questions
from hhlab.questions import Choice

SEEDS = [f"student {number}" for number in range(24)]
"""Students, each of whom sees the options in an order of their own."""
ABOVE_CHANCE = 10.0
"""How many points above chance a robot may score over the course."""
STANDS_OUT = 1.25
"""A right option so many times as long as the longest wrong one, or as short, stands out."""

QUALIFIED = re.compile(
    r"(?i)[,;:]|\b(about|almost|although|as|because|but|could|for|hardly|if|less|little|may|might|more|mostly|most|"
    r"nearly|often|since|so|some|than|that|though|unless|until|usually|when|where|which|while|who|whose|without)\b"
)
HEDGED = re.compile(
    r"(?i)\b(about|almost|can|could|hardly|little|may|might|most|mostly|nearly|often|partly|some|usually)\b"
)
ABSOLUTE = re.compile(
    r"(?i)\b(all|alone|always|any|at once|completely|ever|every|everything|for ever|for good|gone|never|no|none|"
    r"nothing|only|same|together|whole)\b"
)
ALL_OR_NONE = re.compile(r"(?i)\b(all|both|either|neither|none)\b")
WORD = re.compile(r"[^\W\d_]{4,}")

Scores = Iterable[tuple[str, float]]
Robot = Callable[[Choice, list[str]], Scores]
"""Gives each option of a question, in the order in which a student sees them, a score; it chooses the highest."""


def position(place: int) -> Robot:
    """The robot that always chooses the option at a place, counted from 0; -1 is the last."""
    return lambda question, shown: [(option, option == shown[place % len(shown)]) for option in shown]


def worded(score: Callable[[str], float]) -> Robot:
    """The robot that looks only at the wording of each option."""
    return lambda question, shown: [(option, score(question.wording(option))) for option in shown]


def middle(question: Choice, shown: list[str]) -> Scores:
    """The longer of the two options in the middle."""
    two = shown[len(shown) // 2 - 1 :][:2]
    return [(option, len(question.wording(option)) if option in two else -1) for option in shown]


def common(question: Choice, shown: list[str]) -> Scores:
    """The option with the most words in common with the question."""
    asked = {*WORD.findall(question.text.lower())}
    return [(option, len(asked & {*WORD.findall(question.wording(option).lower())})) for option in shown]


ROBOTS: dict[str, Robot] = {
    **{f"option {place + 1}": position(place) for place in range(4)},
    "the last option": position(-1),
    "the longest": worded(len),
    "the shortest": worded(lambda text: -len(text)),
    "the longer of the middle two": middle,
    "the most qualified": worded(lambda text: len(QUALIFIED.findall(text))),
    "the most hedged": worded(lambda text: len(HEDGED.findall(text))),
    "the least qualified": worded(lambda text: -len(QUALIFIED.findall(text))),
    "all, both or none": worded(lambda text: bool(ALL_OR_NONE.search(text))),
    "most words of the question": common,
    "no absolute words": worded(lambda text: -len(ABSOLUTE.findall(text))),
}


def share(robot: Robot, question: Choice, seed: str) -> float:
    """How likely a robot is right, which guesses among options with the same score."""
    scores = dict(robot(question, question.arranged(seed)))
    best = [option for option, score in scores.items() if score == max(scores.values())]
    return len({*best} & {*question.right}) / len(best)


def percent(robot: Robot, asked: list[Choice]) -> float:
    """What a robot scores over some questions, in percent, over the orders in which students see the options."""
    return 100 * mean(share(robot, question, seed) for question in asked for seed in SEEDS)


def chance(asked: list[Choice]) -> float:
    """What is scored by chance over some questions, in percent."""
    return 100 * mean(len(question.right) / len(question.options) for question in asked)


def choices(name: str = "") -> list[Choice]:
    """The questions of a set, or of the course, with one option to choose; reasons and other wordings as well."""
    sets = questions._sets()
    asked = [each for which in ([name] if name else sets) for part in sets[which] for each in part]
    asked += [reason for each in asked if (reason := getattr(each, "reason", None))]
    asked += [other for each in asked if (other := each.again if isinstance(each, Choice) else None)]
    return [question for question in asked if isinstance(question, Choice) and not question.several]


def standing_out(asked: list[Choice]) -> list[str]:
    """What is conspicuous about the right option of each question, where something is."""
    told = []
    for question in asked:
        lengths = {option: len(question.wording(option)) for option in question.options}
        right, *_ = question.right
        wrong = sorted(length for option, length in lengths.items() if option not in question.right)
        if lengths[right] > wrong[-1]:
            much = " BY FAR" if lengths[right] > STANDS_OUT * wrong[-1] else ""
            told.append(f"{question.name}: the right option is the longest{much} ({lengths[right]}; {wrong})")
        if lengths[right] < wrong[0]:
            much = " BY FAR" if lengths[right] * STANDS_OUT < wrong[0] else ""
            told.append(f"{question.name}: the right option is the shortest{much} ({lengths[right]}; {wrong})")
        absolute = [option for option in question.options if ABSOLUTE.search(question.wording(option))]
        if len(absolute) == len(lengths) - 1 and right not in absolute:
            told.append(f"{question.name}: only the right option is without absolute words")
    return told


def main() -> None:
    names = sys.argv[1:] or [*questions._sets(), ""]
    for name in names:
        asked = choices(name)
        most = chance(asked) + ABOVE_CHANCE
        print(f"\n{name or 'THE COURSE'}: {len(asked)} questions, chance {chance(asked):.0f} %, at most {most:.0f} %")
        for label, robot in ROBOTS.items():
            score = percent(robot, asked)
            print(f"  {label:30s} {score:3.0f} %{'  TOO MUCH' if score > most else ''}")
        for line in standing_out(asked) if name else ():
            print("  -", line)


if __name__ == "__main__":
    main()
