"""Assignments: an individual variant for each student, answers that are notebook outputs, and their grading."""

from ..parameters import no_such
from .answer import Lab
from .course import ASSIGNMENTS
from .task import Assignment

__all__ = ["Assignment", "Lab", "assignment", "find"]


def assignment(name: str, *, course: str, student: str, graded: bool = False, key: str = "") -> Lab:
    """An assignment as one student has it: a notebook shows what is given, and `answer` hands in.

    Parameters
    ----------
    name : str
        The name of the assignment, such as "refractory".
    course : str
        The name of the course, as the teacher gives it. The variant is drawn from it and from the id.
    student : str
        The id of the student, as the teacher gives it.
    graded : bool, default False
        Whether a reply tells only that an answer is well-formed, and not whether it is right.
    key : str, optional
        What the variant is drawn from in a course with a secret. It stands in the notebook that was made for a student.

    Returns
    -------
    Lab
        What is given, what is asked, and the answers so far.

    Raises
    ------
    ValueError
        If the assignment is unknown, the course or the id is not a text of 1 to 100 characters, or the key is none.
    """
    return Lab(find(name), course, student, graded, key)


def find(name: str) -> Assignment:
    """The assignment of a name; ValueError for an unknown one."""
    return (
        ASSIGNMENTS[name] if name in ASSIGNMENTS else no_such(f"the course has no assignment {name}", name, ASSIGNMENTS)
    )
