"""Memory and processor time of each notebook; `python tests/benchmarks/room.py` prints the table of docs/classes.md."""

import sys
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def needed(path: Path) -> tuple[float, float]:
    """Largest memory (MB) of the kernel that runs a notebook and its processor time (s)."""
    client = NotebookClient(nbformat.read(path, 4), timeout=600, resources={"metadata": {"path": str(path.parent)}})
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        for number, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, number)
        lines = Path(f"/proc/{kernel.pid}/status").read_text().splitlines()
        (most,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        times = kernel.cpu_times()
    return int(most) / 1000, times.user + times.system


if __name__ == "__main__":
    print("| notebook | memory | processor time of all cells |\n|---|---|---|")
    for path in map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(NOTEBOOKS.glob("*.ipynb")):
        memory, processor = needed(path)
        print(f"| {path.stem[:2]} | {memory:.0f} MB | {processor:.0f} s |", flush=True)
