"""What IPython runs when a kernel starts: a cell that is run before `import hhlab as hh` gets a sentence, no traceback.

Where the package is installed, this file is also in etc/ipython/startup, which every kernel reads; and the command
`hhlab` names it to the kernels that it starts. Any other error is shown as usual, with its sentence in the language of
the course.
"""


def _watch_for_the_first_cell() -> None:
    from typing import Any

    from IPython import get_ipython
    from IPython.display import display

    bar = "border-left: 4px solid #d55e00; padding-left: 8px"

    def told(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> Any:
        from hhlab import languages

        if kind is ValueError and len(error.args) == 1 and isinstance(error.args[0], str):
            error.args = (languages.told(error),)
        if getattr(error, "name", "") != "hh":
            return shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)
        run_first = languages.translated(
            "Run the first code cell of this notebook before this one: click on it and press Shift + Enter. "
            "Then come back and run this cell again."
        )
        return display(  # type: ignore[no-untyped-call]
            {"text/plain": run_first, "text/html": f'<p role="alert" style="{bar}">{run_first}</p>'}, raw=True
        )

    if get_ipython() is not None:
        get_ipython().set_custom_exc((NameError, ValueError), told)


_watch_for_the_first_cell()
del _watch_for_the_first_cell
