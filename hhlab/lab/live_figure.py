"""One persistent picture that is redrawn within a blink: only the curves, over a stored background."""

import io
from collections.abc import Sequence

from PIL import Image

from ..plots import Panels, in_words
from ..recording import Recording


class LiveFigure:
    """Panels of views on a figure of their own, shown as a small PNG that changes with each recording.

    Axes, ticks and labels cost some twenty times what the curves cost, so they are drawn only when a limit or the
    legend changes. The palette is chosen then too: an indexed PNG is quick to write and quick to send.
    """

    def __init__(self, views: Sequence[str]) -> None:
        self.panels = Panels(views)
        self.png = b""
        self.text = ""

    @property
    def width(self) -> int:
        """Width of the picture in pixels."""
        return int(self.panels.canvas.get_width_height()[0])

    def show(self, recording: Recording) -> None:
        """Draw the recording; `png` and `text` (what the picture shows, in words) then belong to it."""
        canvas = self.panels.canvas
        fresh = self.panels.update([recording]) or not self.png
        if fresh:
            self._curves = self.panels.animate()
            canvas.draw()
            self._background = canvas.copy_from_bbox(self.panels.figure.bbox)
        else:
            canvas.restore_region(self._background)
        for axes, curve in self._curves:
            axes.draw_artist(curve)
        picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        self.png = self._encoded(picture.convert("RGB"), fresh)
        self.text = in_words(recording)

    def _encoded(self, picture: Image.Image, fresh: bool) -> bytes:
        if fresh:
            self._palette = Image.new("P", (1, 1))
            self._palette.putpalette([value for colour in sorted(self.panels.colours()) for value in colour])
        data = io.BytesIO()
        picture.quantize(palette=self._palette, dither=Image.Dither.NONE).save(data, "PNG", compress_level=1)
        return data.getvalue()
