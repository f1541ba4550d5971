"""What work logs tell: how far a student has come, what to ask again, what was learnt, and what a class believes.

Nothing here shows a widget, and nothing here writes a file.
"""
