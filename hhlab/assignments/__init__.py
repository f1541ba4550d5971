"""Assignments: an individual variant for each student, answers that are notebook outputs, and their grading."""

from ..parameters import unknown
from .answer import Lab
from .course import ASSIGNMENTS
from .task import Assignment

__all__ = ["Assignment", "Lab", "assignment", "find"]


def assignment(name: str, *, course: str, student: str, graded: bool = False) -> Lab:
    """An assignment as one student has it: shown, it tells what is given; `answer` hands in.

    Parameters
    ----------
    name : such as "refractory".
    course, student : what the variant is drawn from; the teacher says which course, and which id to take.
    graded : whether answers are told only that they are well-formed, not whether they are right.

    Raises
    ------
    ValueError
        For an unknown assignment, or a course or student that is no text of 1 to 100 characters.
    """
    return Lab(find(name), course, student, graded)


def find(name: str) -> Assignment:
    """The assignment of a name; ValueError for an unknown one."""
    return ASSIGNMENTS[name] if name in ASSIGNMENTS else unknown("the course", "assignment", name, ASSIGNMENTS)
