"""The test before the course. Its questions have the same names, ideas and options as those of `after_the_course`."""

from .texts import Texts

ask = Texts(__file__)
QUESTIONS = ask.arranged()
