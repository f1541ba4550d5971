// Draws the strokes that the kernel sends over a background ("ground") that it sends rarely; see live_figure.py.

const PLAY_INTERVAL = 40; // ms between two pictures while playing
const STEPS = { ArrowRight: 1, ArrowUp: 1, PageUp: 20, ArrowLeft: -1, ArrowDown: -1, PageDown: -20 };
const PLAY_DURATION = 12000; // ms to play a whole recording

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function drawing(canvas, model) {
  const context = canvas.getContext("2d");
  let ground = null;
  let bytes = null;

  // Shades of V, one byte each, become a small canvas that is stretched over its rectangle.
  function image(look, shades, points, from, finer) {
    const palette = bytesOf(model.get("palette"));
    const pixels = new ImageData(look.columns, look.rows);
    for (let i = 0; i < shades.length; i++) {
      pixels.data.set(palette.subarray(3 * shades[i], 3 * shades[i] + 3), 4 * i);
      pixels.data[4 * i + 3] = 255;
    }
    const small = new OffscreenCanvas(look.columns, look.rows);
    small.getContext("2d").putImageData(pixels, 0, 0);
    const [left, bottom, right, top] = Array.from(points.subarray(from, from + 4), (each) => each / finer);
    context.drawImage(small, left, top, right - left, bottom - top);
  }

  function line(points, from, to, finer) {
    context.beginPath();
    for (let i = from; i < to; i += 2) context.lineTo(points[i] / finer, points[i + 1] / finer);
  }

  function stroke(look, points, from, to, finer) {
    context.globalAlpha = look.alpha;
    context.fillStyle = context.strokeStyle = look.colour;
    if (look.kind === "dot") {
      context.beginPath();
      context.arc(points[from] / finer, points[from + 1] / finer, look.width, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    line(points, from, to, finer);
    if (look.kind === "fill") return context.fill();
    context.lineWidth = look.width;
    context.setLineDash(look.dashes);
    context.stroke();
  }

  function paint() {
    const width = model.get("width"), height = model.get("height");
    const scale = canvas.clientWidth * devicePixelRatio / width || devicePixelRatio;
    const across = Math.round(width * scale), down = Math.round(height * scale);
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.clearRect(0, 0, across, down);
    if (ground) context.drawImage(ground, 0, 0, across, down);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.lineJoin = "round";
    const sent = model.get("points");
    const points = new Int16Array(sent.buffer.slice(sent.byteOffset, sent.byteOffset + sent.byteLength));
    const finer = model.get("finer"), end = model.get("end_mark"), boxes = model.get("boxes");
    const pictures = bytesOf(model.get("pictures"));
    let from = 0, shaded = 0;
    for (const look of model.get("looks")) {
      let to = from;
      while (to < points.length && !(points[to] === end && points[to + 1] === end)) to += 2;
      const [left, top, right, bottom] = boxes[look.panel];
      context.save();
      context.beginPath();
      context.rect(left, top - 2, right - left + 2, bottom - top + 4);
      context.clip();
      if (look.kind === "image") {
        const size = look.rows * look.columns;
        context.globalAlpha = 1;
        image(look, pictures.subarray(shaded, shaded + size), points, from, finer);
        shaded += size;
      } else stroke(look, points, from, to, finer);
      context.restore();
      from = to + 2;
    }
  }

  async function draw() {
    const sent = model.get("ground");
    if (sent !== bytes) {
      bytes = sent;
      const decoded = await createImageBitmap(new Blob([sent], { type: "image/png" }));
      if (bytes !== sent) return;
      ground = decoded;
    }
    paint();
  }
  return { draw, paint };
}

function button(text, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "hhlab-play";
  made.textContent = text;
  made.title = name;
  made.setAttribute("aria-label", name);
  return made;
}

// The play button and the time cursor. The next moment is asked for only after the last one has been shown.
function timeline(model) {
  const row = document.createElement("div");
  row.className = "hhlab-timeline";
  const play = button("▶", "play in slow motion");
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = 0;
  slider.className = "hhlab-cursor";
  slider.setAttribute("aria-label", "time cursor");
  const said = document.createElement("output");
  row.append(play, slider, said);
  let timer = null;
  let before = 0;

  function put(moment) {
    model.set("cursor", moment);
    model.save_changes();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.title = "play in slow motion";
    play.setAttribute("aria-label", play.title);
  }
  function step() {
    if (!row.isConnected) return stop();
    if (model.get("shown_cursor") !== model.get("cursor")) return;
    const now = performance.now();
    const next = model.get("cursor") + model.get("t_end") * (now - before) / PLAY_DURATION;
    before = now;
    if (next >= model.get("t_end")) stop();
    put(Math.min(next, model.get("t_end")));
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (model.get("cursor") < 0 || model.get("cursor") >= model.get("t_end") * 0.999) put(0);
    play.textContent = "❚❚";
    play.title = "pause";
    play.setAttribute("aria-label", "pause");
    before = performance.now();
    timer = setInterval(step, PLAY_INTERVAL);
  });
  slider.addEventListener("input", () => { stop(); put(Number(slider.value)); });
  slider.addEventListener("keydown", (event) => {
    const end = model.get("t_end"), now = Math.max(model.get("cursor"), 0);
    const to = { Escape: -1, Home: 0, End: end }[event.key] ?? now + STEPS[event.key] * end / 600;
    if (Number.isNaN(to)) return;
    event.preventDefault(); // the notebook would take the key otherwise
    event.stopPropagation();
    stop();
    put(to < 0 && event.key !== "Escape" ? 0 : Math.min(to, end));
  });

  function show() {
    slider.max = model.get("t_end");
    slider.step = model.get("t_end") / 600;
    const moment = model.get("cursor");
    slider.value = Math.max(moment, 0);
    const [factor, unit] = model.get("clock");
    const told = `${(moment / factor).toFixed(2)} ${unit}`;
    slider.setAttribute("aria-valuetext", moment < 0 ? "no cursor" : told);
    said.textContent = moment < 0 ? "" : told;
  }
  return { row, show, stop };
}

function render({ model, el }) {
  el.classList.add("hhlab-figure");
  el.dataset.lmSuppressShortcuts = "true"; // no keyboard shortcuts of the notebook here
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  const text = document.createElement("div");
  text.className = "hhlab-text";
  text.setAttribute("role", "status");
  const values = document.createElement("div");
  values.className = "hhlab-values";
  const { draw, paint } = drawing(canvas, model);
  const time = timeline(model);
  el.append(canvas, text, time.row, values);

  function write() {
    canvas.style.aspectRatio = `${model.get("width")} / ${model.get("height")}`;
    canvas.style.maxWidth = `${model.get("width")}px`;
    canvas.setAttribute("aria-label", model.get("text"));
    if (text.textContent !== model.get("text")) text.textContent = model.get("text");
    const read = model.get("values") || "Press ▶ or drag the slider to read off one moment.";
    if (values.textContent !== read) values.textContent = read;
    time.show();
  }
  function update() {
    draw();
    write();
  }
  function tell() {
    model.set("dark", document.body.dataset.jpThemeLight === "false");
    model.set("ratio", Math.min(Math.max(devicePixelRatio, 1), 3));
    model.save_changes();
  }

  model.on("change", update);
  const size = new ResizeObserver(paint);
  size.observe(canvas);
  const theme = new MutationObserver(tell);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  update();
  tell();
  return () => {
    time.stop();
    model.off("change", update);
    size.disconnect();
    theme.disconnect();
  };
}

export default { render };
