// The first minute in the browser: what to do, with ticks, and one hint at a time beside what it points at.

const ROW = ".hhlab-knob, .hhlab-moves, .hhlab-controls, .hhlab-head"; // a hint stands below the row of its control

function element(kind, name, text = "") {
  return Object.assign(document.createElement(kind), { className: name && `hhlab-${name}`, textContent: text });
}

async function render({ model, el }) {
  if (!(await isLive(model))) return undefined; // the still picture of the bench is there
  const texts = model.get("texts");
  const root = element("section", "first"), list = element("ul"), spoken = element("p", "spoken"), again = element("button", "", texts.again);
  const hint = element("div", "hint"), says = element("p"), close = element("button", "", texts.close);
  spoken.setAttribute("role", "status");
  hint.setAttribute("role", "note");
  root.lang = hint.lang = model.get("lang");
  hint.id = `hhlab-hint-${model.get("known_as")}`;
  hint.append(says, close);
  root.append(element("h3", "", texts.title), list, spoken, again);
  el.append(root);
  root.addEventListener("focusin", ownKeys);
  const move = (seen) => {
    model.set("seen", seen);
    model.save_changes();
    show();
  };
  const point = new ResizeObserver(() => {
    const at = target.getBoundingClientRect(), box = hint.getBoundingClientRect();
    hint.style.setProperty("--hhlab-at", `${Math.min(Math.max(at.x + at.width / 2 - box.x, 18), box.width - 18)}px`);
  });
  let target = null, told = "";

  function done() {
    const focused = hint.contains(document.activeElement), was = target;
    move(model.get("seen") + 1);
    for (const each of [hint, target]) each?.scrollIntoView({ block: "nearest" });
    if (focused) (target ? close : was).focus({ preventScroll: true });
  }
  function leave() {
    point.disconnect();
    target?.removeEventListener(target.matches("input") ? "change" : "click", done);
    target?.classList.remove("hhlab-pointed");
    target?.removeAttribute("aria-describedby");
    target = null;
    hint.remove();
  }
  function aim(next) {
    if (next === target) return;
    leave();
    target = next;
    target.classList.add("hhlab-pointed");
    target.setAttribute("aria-describedby", hint.id);
    target.addEventListener(target.matches("input") ? "change" : "click", done);
    target.closest(ROW).after(hint);
    point.observe(hint);
  }
  function show() {
    const ticked = model.get("done"), ids = Object.keys(texts.tasks), next = texts.hints[model.get("seen")];
    list.replaceChildren(...ids.map((id) => {
      const line = element("li", ticked.includes(id) ? "done" : "", texts.tasks[id]);
      if (ticked.includes(id)) line.setAttribute("aria-label", filled(texts.done, { task: texts.tasks[id] }));
      return line;
    }));
    again.hidden = next !== undefined;
    const found = next?.tasks <= ticked.length && el.parentElement?.querySelector(`.hhlab-bench ${next.at}`);
    if (found) aim(found); else leave();
    says.textContent = found ? next.says : "";
    const last = ticked.at(-1), words = [last ? filled(texts.done, { task: texts.tasks[last] }) : "", says.textContent].join(" ").trim();
    if (words !== told) spoken.textContent = told = words;
  }

  close.addEventListener("click", done);
  again.addEventListener("click", () => move(0));
  hint.addEventListener("keydown", (event) => { if (event.key === "Escape") done(); });
  model.on("change:done", show);
  const timers = onThePage(show);
  return () => {
    timers.forEach(clearTimeout);
    leave();
    model.off("change:done", show);
  };
}

export default { render };
