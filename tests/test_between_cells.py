"""A kernel with cells still to run takes the messages of widgets first, in their order, and loses none."""

import ast
import time

import pytest

pytestmark = pytest.mark.slow
CELLS = 6
FIRST = """
import time, hhlab.lab, ipywidgets
heard, done = [], []
widget = ipywidgets.IntSlider()
widget.on_msg(lambda _, message, __: heard.append((message, len(done))))
print(widget.comm.comm_id)
"""


@pytest.mark.filterwarnings("ignore")
def test_messages_of_widgets_come_between_cells_in_order():
    from jupyter_client.manager import start_new_kernel

    def printed():
        while (message := client.get_iopub_msg(timeout=60))["msg_type"] != "stream":
            if message["content"].get("execution_state") == "idle":
                idle.append(message["parent_header"]["msg_id"])
        return message["content"]["text"].strip()

    manager, client = start_new_kernel(kernel_name="python3")
    sent, idle = [], []
    try:
        for code in (FIRST, *["time.sleep(0.15); done.append(0)"] * CELLS):
            client.execute(code)
        comm = printed()
        for number in range(20):
            content = {"comm_id": comm, "data": {"method": "custom", "content": number}}
            message = client.session.msg("comm_msg", content)
            client.shell_channel.send(message)
            sent.append(message["header"]["msg_id"])
            time.sleep(0.05)
        client.execute("print([heard, len(done)])")
        heard, done = ast.literal_eval(printed())
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert done == CELLS
    assert [number for number, _ in heard] == list(range(20))
    assert len({cells for _, cells in heard}) >= CELLS - 1  # some were heard after nearly each of the cells
    assert [each for each in idle if each in sent] == sent  # ipywidgets sends the next change only when it hears this
