"""The test at the end of the course: other questions on the ideas of `before_the_course`, one for each."""

from .texts import Texts

ask = Texts(__file__)
QUESTIONS = ask.arranged()
