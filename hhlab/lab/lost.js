// What benches and cards do when their kernel is gone: say so, offer to run their cell again, and come back as they were.

const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);
const AGAIN = ["notebook:run-all-above", "notebook:run-cell"]; // what a cell needs was lost, too
const LOST = document.hhlabLost ??= new WeakMap(); // what was lost, by cell; shared by all benches of the page

// Whether there is a kernel behind a widget: not on an exported page, nor where a file was opened that keeps widgets.
async function isLive(model) {
  const whole = await model.widget_manager?.get_model?.(model.get("known_as"))?.catch(() => null);
  return whole?.comm_live ?? true;
}

// Calls `lose` when the kernel is gone, and `wait` when its connection is interrupted or back. Returns what ends it.
function watchKernel(model, lose, wait) {
  const kernel = model.widget_manager?.kernel;
  const status = (_, now) => { if (GONE.has(now)) lose(); };
  const connection = (_, now) => (now === "disconnected" ? lose() : wait(now !== "connected"));
  const comm = () => isLive(model).then((is) => { if (!is) lose(); });
  kernel?.statusChanged?.connect(status);
  kernel?.connectionStatusChanged?.connect(connection);
  model.on("comm_live_update", comm);
  return () => {
    kernel?.statusChanged?.disconnect(status);
    kernel?.connectionStatusChanged?.disconnect(connection);
    model.off("comm_live_update", comm);
  };
}

function sayLost(line, words, kind) {
  line.textContent = `${words(`lost.of_${kind}`)} `;
  line.hidden = false;
  if (!line.closest(".jp-NotebookPanel") || !document.querySelector(".lm-MenuBar-item")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words("lost.run");
  button.addEventListener("click", () => {
    if (!AGAIN.every((name) => choose(name, line))) button.remove();
  });
  line.append(button);
}

// Choose a command in the menus, as a hand would: the front end offers no other way to what is not an extension of it.
function choose(command, line) {
  line.closest(".jp-Cell").focus(); // commands are about the cell that has the focus
  for (const title of document.querySelectorAll(".lm-MenuBar-item")) {
    point(title, "down");
    const entry = document.querySelector(`.lm-Menu [data-command="${command}"]`);
    if (entry) {
      point(entry, "move");
      point(entry, "up");
      return true;
    }
    point(title, "down"); // closes it
  }
  return false;
}

function point(where, what) {
  const box = where.getBoundingClientRect(), menus = () => document.querySelectorAll(".lm-Menu").length, before = menus();
  const place = { bubbles: true, cancelable: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  where.dispatchEvent(new PointerEvent(`pointer${what}`, place));
  if (menus() === before) where.dispatchEvent(new MouseEvent(`mouse${what}`, place)); // older versions listen to these
}

function keepLost(el, id, state) {
  const cell = el.closest(".jp-Cell");
  if (cell) LOST.set(cell, (LOST.get(cell) ?? new Map()).set(id, state));
}

// What a bench of this cell was like when its kernel was lost, if it had begun like this one. It is told once.
function takeLost(el, fixed) {
  const cell = el.closest(".jp-Cell"), same = JSON.stringify(fixed);
  for (const [id, state] of LOST.get(cell) ?? []) {
    if (JSON.stringify(state.fixed) !== same) continue;
    LOST.get(cell).delete(id);
    return state;
  }
  LOST.delete(cell);
  return null;
}
