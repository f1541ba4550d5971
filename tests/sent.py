"""What goes between a bench and the browser: what a student does, and what is sent of a picture."""

import numpy as np

from hhlab.lab.drawing import RANGE

COLUMNS = 400  # of a panel, in which curves are compared; a screen shows a few more


def ask(bench, what, /, **told):
    """Do what a student does, by the message of the browser."""
    bench.hear({"do": what, "with": told, "n": "x 1"})
    assert bench.shown["answered"] == "x 1"


def strokes(panels, points):
    """For each panel the look of each stroke and its points, in the coordinates of the panel."""
    count = sum(look["n"] for panel in panels for look in panel["strokes"])
    shares, at = np.frombuffer(points, "<i2", 2 * count).reshape(-1, 2) / RANGE, 0
    found = []
    for panel in panels:
        (left, right), (low, high) = panel["x"], panel["y"]
        found.append([])
        for look in panel["strokes"]:
            x, y = shares[at : at + look["n"]].T
            at += look["n"]
            found[-1].append((look, left + x * (right - left), low + y * (high - low)))
    return found


def reach(x, y, span, widened=0):
    """The lowest and highest y in each column of a panel that spans some x, or in it and its neighbours."""
    low, high = np.full(COLUMNS, np.inf), np.full(COLUMNS, -np.inf)
    column = np.clip((x - span[0]) / (span[1] - span[0]) * COLUMNS, 0, COLUMNS - 1).astype(int)
    np.minimum.at(low, column, y)
    np.maximum.at(high, column, y)
    shifts = range(-widened, widened + 1)
    return np.min([np.roll(low, by) for by in shifts], axis=0), np.max([np.roll(high, by) for by in shifts], axis=0)


def look_alike(one, other, span, step):
    """Whether two curves, each x and y, differ nowhere by more than a column and two steps of y.

    Between its points a curve is a straight line. At an edge, where there is no column beside it, only its neighbours
    are compared.
    """
    inner, step = slice(1, -1), 2 * step
    grid = np.linspace(*span, 4 * COLUMNS)
    x = np.union1d(np.union1d(one[0], other[0]), grid[(grid >= one[0][0]) & (grid <= one[0][-1])])
    one, other = (np.concatenate(((x, np.interp(x, *each)), each), axis=1) for each in (one, other))
    return all(
        np.all(reach(*a, span)[0][inner] >= reach(*b, span, 1)[0][inner] - step)
        and np.all(reach(*a, span)[1][inner] <= reach(*b, span, 1)[1][inner] + step)
        for a, b in ((one, other), (other, one))
    )
