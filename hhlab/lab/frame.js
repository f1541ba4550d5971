// What every card needs besides its widgets: names for controls, and presses in the right order.

// ipywidgets puts a tooltip on the label only. Fields and groups of radio buttons need it as their name.
function nameControls(frame) {
  for (const label of frame.querySelectorAll(".widget-label[title]")) {
    const box = label.parentElement;
    const radio = box.classList.contains("widget-radio");
    const control = radio ? box : box.querySelector("input:not([type=checkbox])");
    if (!control || !label.title || control.getAttribute("aria-label") === label.title) continue;
    control.setAttribute("aria-label", label.title);
    if (radio) box.setAttribute("role", "radiogroup");
  }
  const name = (control, text) => {
    if (text && control.getAttribute("aria-label") !== text) control.setAttribute("aria-label", text);
  };
  for (const field of frame.querySelectorAll("input[title]")) name(field, field.title);
  for (const icon of frame.querySelectorAll("button > i.fa")) {
    const button = icon.parentElement;
    name(button, button.textContent.trim() || button.title);
  }
}

// While a change of a control is being sent, ipywidgets delays the next change, but not the press of a button. So a
// press waits until the kernel has answered everything sent before it.
function pressInOrder(frame, kernelNow) {
  let released = null;
  const pressed = (event) => {
    const button = event.target.closest?.(".jupyter-button"), kernel = kernelNow();
    if (!button || button === released || button.closest(".hhlab-frame") !== frame || !kernel?.requestKernelInfo) return;
    event.stopImmediatePropagation();
    const press = () => {
      released = button;
      button.click();
      released = null;
    };
    kernel.requestKernelInfo().then(press, press);
  };
  frame.addEventListener("click", pressed, true);
  return () => frame.removeEventListener("click", pressed, true);
}

async function render({ model, el }) {
  el.style.display = "none";
  const live = await isLive(model);
  const kernelNow = () => model.widget_manager?.kernel;
  let watcher = null, leave = null;
  const end = () => {
    watcher?.disconnect();
    leave?.();
  };
  const begin = () => {
    end();
    const frame = el.closest(".hhlab-frame");
    if (!frame) return;
    frame.lang = model.get("lang");
    frame.classList.toggle("hhlab-dead", !live); // its still picture is there
    nameControls(frame);
    watcher = new MutationObserver(() => nameControls(frame));
    watcher.observe(frame, { childList: true, subtree: true });
    leave = pressInOrder(frame, kernelNow);
    frame.addEventListener("focusin", ownKeys);
  };
  const lose = () => {
    const frame = el.closest(".hhlab-frame");
    if (!frame || frame.firstElementChild.matches(".hhlab-lost")) return;
    for (const part of frame.children) part.inert = true;
    const line = document.createElement("p");
    line.className = "hhlab-lost";
    line.setAttribute("role", "alert");
    frame.prepend(line);
    sayLost(line, wordsOf(model), "card");
  };
  const timers = onThePage(begin);
  const unwatch = watchKernel(model, lose, () => {});
  model.on("msg:custom", deliver);
  return () => {
    timers.forEach(clearTimeout);
    unwatch();
    end();
    model.off("msg:custom", deliver);
  };
}

export default { render };
