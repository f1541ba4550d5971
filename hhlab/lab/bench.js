// The bench in the browser: knobs, picture, cursor. Nothing is computed here but where things are on the screen; see
// bench.py for what is sent. One message is under way at a time, so the last value always wins and none is out of order.

const BUSY_AFTER = 150; // ms without an answer after which the picture says that it is not up to date
const PLAY = 12000; // ms to play a whole recording
const HEIGHT = 230, MOST = 540, BESIDE = 210, STATES = 210, LEAST = 64, LEAST_IN_LAB = 48; // px: a panel against time, all of them, also beside a membrane, the row of the others, the least
const LEFT = 64, GAP = 12, FOOT = 40;
const FONT = 12, LINE = 15; // px
const KEYS = { ArrowRight: 1, ArrowUp: 1, PageUp: 20, ArrowLeft: -1, ArrowDown: -1, PageDown: -20 };
const LATEST = new Set(["set", "look"]); // of these, only the last one that waits is sent
const ICONS = {
  lab: ["M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", "Lab mode: this bench fills the window (L)"],
  data: ["M8 2v8M4.5 7 8 10.5 11.5 7M2 13.5h12", "Save the data as CSV"],
  picture: ["M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3", "Save the picture as PNG"],
  code: ["M5 4 1 8l4 4M11 4l4 4-4 4", "Show code that gives this recording"],
};

function make(kind, name, content, more = {}) {
  const made = Object.assign(document.createElement(kind), more);
  if (name) made.className = `hhlab-${name}`;
  if (content instanceof Array) made.append(...content);
  else if (content) made.textContent = content;
  return made;
}

function press(name, content, title, act) {
  const made = make("button", name, content, { type: "button", title });
  made.setAttribute("aria-label", content.length > 1 ? content : title); // its name is what is read on it, if that is a word
  made.addEventListener("click", act);
  return made;
}

function icon([path, title], act) {
  const made = press("icon", "", title, act);
  made.innerHTML = `<svg viewBox="0 0 16 16" width="17" height="17" aria-hidden="true"><path d="${path}"/></svg>`;
  return made;
}

const plain = (number) => String(number).replace("-", "−");

// ---- messages ----

// A kernel that is idle again without an answer was interrupted: nothing was done, and everything is shown as it is.
function conversation(model, busy, show, lost) {
  const id = Math.random().toString(36).slice(2);
  const queue = [];
  let count = 0, awaited = null, sent = null, timer = 0;
  function next() {
    if (awaited !== null || !queue.length) return;
    awaited = `${id} ${++count}`;
    timer = setTimeout(() => busy(true), BUSY_AFTER);
    const mine = awaited;
    const status = ({ content }) => {
      if (content.execution_state !== "idle" || awaited !== mine) return;
      heard(mine);
      show();
    };
    sent = queue.shift();
    try {
      model.send({ ...sent, n: mine }, { iopub: { status } });
    } catch { // the kernel is gone
      lost();
    }
  }
  function heard(answered) {
    if (answered !== awaited) return;
    awaited = sent = null;
    clearTimeout(timer);
    busy(false);
    next();
  }
  return {
    heard,
    ended: false,
    end() {
      this.ended = true;
      busy(false);
      clearTimeout(timer);
    },
    say(what, told = {}) {
      if (this.ended) return;
      const message = { do: what, with: told }, last = queue.at(-1);
      if (LATEST.has(what) && last?.do === what && last.with.name === told.name) queue[queue.length - 1] = message;
      else queue.push(message);
      next();
    },
    waits: (what, name) => [...queue, sent].some((each) => each?.do === what && each.with.name === name),
  };
}

// ---- the picture ----

function ticksBetween(low, high, most) {
  const rough = (high - low) / Math.max(most, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function picture(model, root) {
  const canvas = make("canvas", "canvas"), over = make("canvas", "over"), tip = make("div", "tip");
  const stack = make("div", "stack", [canvas, over, tip]);
  canvas.setAttribute("role", "img");
  tip.hidden = true;
  let places = [], strokes = [], width = 0, height = 0, dark = false, room = 0, unmarked = false, letters = "";

  const ink = (colour) => (dark ? model.get("fixed").dark[colour] ?? colour : colour);
  const isTime = (place) => place.panel.time;

  function layOut() {
    const shown = model.get("shown"), panels = shown.panels.filter((each) => !each.living);
    width = stack.clientWidth;
    const context = canvas.getContext("2d");
    context.font = font();
    const lasting = panels.filter((each) => each.time), states = panels.filter((each) => !each.time);
    const names = lasting.flatMap((each) => each.legend.flatMap((name) => name.split("\n")));
    const beside = Math.max(0, ...names.map((name) => context.measureText(name).width));
    const scaled = lasting.some((each) => each.scale) ? 58 : 0;
    const right = width - Math.max(beside ? Math.min(beside + 36, 0.42 * width) : 14, scaled);
    const below = states.length ? (room > 0 && lasting.length ? Math.min(STATES, room / 2) : room > 0 ? room : STATES) : 0;
    const full = (room > 0 ? room - 10 : panels.length < shown.panels.length ? BESIDE : MOST) - below;
    const wanted = lasting.map((each) => each.height * HEIGHT / lasting.length ** 0.35);
    const sum = wanted.reduce((a, b) => a + b, 0), free = full - FOOT - GAP * lasting.length;
    const share = sum ? (room > 0 ? free / sum : Math.min(1, free / sum)) : 0;
    places = [];
    let top = 10;
    lasting.forEach((panel, k) => {
      const tall = Math.max(wanted[k] * share, (room > 0 ? LEAST_IN_LAB : LEAST) * Math.min(panel.height, 1));
      places.push({ panel, edge: 0, left: LEFT, right, top, bottom: top + tall, last: k === lasting.length - 1 });
      top += tall + GAP;
    });
    if (lasting.length) top += FOOT - GAP;
    const wide = width / Math.max(states.length, 1);
    states.forEach((panel, k) => {
      const [begin, end] = [top + LINE + 10, top + below - FOOT + 10];
      const left = k * wide + (panel.grid || panel.yTicks ? LEFT + LINE * (panel.label.split("\n").length - 1) : 8);
      places.push({ panel, edge: k * wide, left, right: (k + 1) * wide - 14, top: begin, bottom: end, last: true });
    });
    height = states.length ? places.at(-1).bottom + FOOT : top;
  }

  const font = () => `${FONT}px ${getComputedStyle(root).fontFamily}`;

  function unpack() {
    const shown = model.get("shown"), range = model.get("fixed").range, sent = model.get("points");
    const copy = sent.buffer.slice(sent.byteOffset, sent.byteOffset + sent.byteLength);
    const count = shown.panels.reduce((a, p) => a + p.strokes.reduce((b, s) => b + s.n, 0), 0);
    const numbers = new Int16Array(copy, 0, 2 * count), shades = new Uint8Array(copy, 4 * count);
    let from = 0, shaded = 0;
    strokes = shown.panels.map((panel) => panel.strokes.map((look) => {
      const points = numbers.subarray(2 * from, 2 * (from + look.n));
      from += look.n;
      const image = look.kind === "image" ? shades.subarray(shaded, shaded + look.rows * look.columns) : null;
      shaded += image?.length ?? 0;
      return { look, points, image, range };
    }));
  }

  function resize(each) {
    const ratio = Math.max(devicePixelRatio, 1), across = Math.round(width * ratio), down = Math.round(height * ratio);
    if (each.width !== across || each.height !== down) {
      each.width = across;
      each.height = down;
      each.style.height = `${height}px`;
    }
    const context = each.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = font();
    return context;
  }

  const atX = (place, x) => place.left + (x - place.panel.x[0]) / (place.panel.x[1] - place.panel.x[0]) * (place.right - place.left);
  const atY = (place, y) => place.bottom - (y - place.panel.y[0]) / (place.panel.y[1] - place.panel.y[0]) * (place.bottom - place.top);

  function axes(context, place) {
    const { panel, left, right, top, bottom } = place;
    context.strokeStyle = context.fillStyle = letters;
    context.lineWidth = 1;
    const bare = !panel.grid;
    const [, unitSize, unit] = model.get("shown").clock;
    const size = panel.time ? unitSize : 1;
    const across = panel.xTicks ?? (bare && !panel.time ? [] : ticksBetween(panel.x[0] / size, panel.x[1] / size,
      Math.min(10, (right - left) / 60)).map((x) => [x * size, plain(x)]));
    const up = bare && !panel.yTicks && !panel.time ? [] : (panel.yTicks ?? ticksBetween(...panel.y, Math.min(6, (bottom - top) / 26)));
    for (const [x] of across) rule(context, atX(place, x), top, atX(place, x), bottom, panel.grid);
    for (const y of up) rule(context, left, atY(place, y), right, atY(place, y), panel.grid);
    context.globalAlpha = 0.75;
    if (!bare || panel.time) {
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(left, bottom);
      context.lineTo(right, bottom);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const y of up) context.fillText(plain(y), left - 7, atY(place, y));
    context.textAlign = "center";
    context.textBaseline = "top";
    if (place.last) for (const [x, label] of across) context.fillText(label, atX(place, x), bottom + 6);
    if (place.last) context.fillText(panel.time ? `t (${unit})` : panel.xLabel, (left + right) / 2, bottom + 6 + LINE);
    context.save();
    context.translate(place.edge + 3, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    panel.label.split("\n").forEach((line, k) => context.fillText(line, 0, k * LINE));
    context.restore();
    context.textBaseline = "middle";
    for (const [x, y, words] of panel.words) {
      wrapped(context, words, right - left - 8).forEach((line, k) => context.fillText(line, atX(place, x), atY(place, y) + k * LINE));
    }
    if (panel.scale) colourScale(context, place);
  }

  function wrapped(context, words, wide) {
    const lines = [""];
    for (const word of words.split(/ +/)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (context.measureText(longer).width > wide && lines.at(-1)) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  function rule(context, x0, y0, x1, y1, grid) {
    if (!grid) return;
    context.globalAlpha = 0.12;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.globalAlpha = 1;
  }

  function colourScale(context, { panel, right, top, bottom }) {
    const palette = model.get("palette"), tall = bottom - top, many = panel.scale.length - 1;
    for (let k = 0; k < 64; k++) {
      const at = 3 * Math.round((k + 0.5) * 4);
      context.fillStyle = `rgb(${palette.getUint8(at)},${palette.getUint8(at + 1)},${palette.getUint8(at + 2)})`;
      context.fillRect(right + 8, bottom - (k + 1) * tall / 64, 10, tall / 64 + 1);
    }
    context.fillStyle = letters;
    context.textAlign = "left";
    panel.scale.forEach((V, k) => context.fillText(plain(V), right + 22, bottom - k / many * tall));
  }

  function outline(context, place, points, range) {
    const sx = (place.right - place.left) / range, sy = (place.bottom - place.top) / range;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) context.lineTo(place.left + points[i] * sx, place.bottom - points[i + 1] * sy);
  }

  function stroke(context, place, { look, points, image, range }) {
    context.globalAlpha = look.alpha;
    context.fillStyle = context.strokeStyle = ink(look.colour);
    const x = (k) => place.left + points[k] / range * (place.right - place.left);
    const y = (k) => place.bottom - points[k] / range * (place.bottom - place.top);
    if (image) return shaded(context, look, image, x(0), y(1), x(2), y(3));
    if (look.kind === "dot") {
      context.beginPath();
      context.arc(x(0), y(1), look.width * 1.4, 0, 2 * Math.PI);
      return context.fill();
    }
    outline(context, place, points, range);
    if (look.kind === "fill") return context.fill();
    context.lineWidth = look.width * 1.25;
    context.setLineDash(look.dash.map((part) => part * look.width * 1.25));
    context.stroke();
    context.setLineDash([]);
  }

  function shaded(context, look, image, left, bottom, right, top) {
    const palette = model.get("palette"), pixels = new ImageData(look.columns, look.rows);
    for (let i = 0; i < image.length; i++) {
      for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = palette.getUint8(3 * image[i] + k);
      pixels.data[4 * i + 3] = 255;
    }
    const small = new OffscreenCanvas(look.columns, look.rows);
    small.getContext("2d").putImageData(pixels, 0, 0);
    context.drawImage(small, left, top, right - left, bottom - top);
  }

  // A name stands where its line ends, at the right; names that would cover each other are moved apart.
  function names(context, place, drawn) {
    const named = drawn.filter(({ look }) => look.name && place.panel.legend.includes(look.name));
    if (!named.length) return;
    context.textBaseline = "middle";
    context.textAlign = "left";
    if (!isTime(place)) return above(context, place, named);
    const tall = place.bottom - place.top;
    const marks = named.map(({ look, points, range }) => {
      const lines = look.name.split("\n"), ends = look.kind === "line" && points.length;
      return { look, lines, y: ends ? place.bottom - Math.min(Math.max(points.at(-1) / range, 0), 1) * tall : place.top };
    }).sort((a, b) => a.y - b.y);
    const needed = marks.reduce((a, each) => a + each.lines.length, 0) * LINE, line = Math.min(LINE, LINE * (tall + 14) / needed);
    let free = place.top - 4;
    for (const each of marks) {
      each.y = Math.max(each.y, free + line / 2);
      free = each.y + line * (each.lines.length - 0.5);
    }
    let most = place.bottom + 6;
    for (const each of marks.reverse()) {
      each.y = Math.min(each.y, most - line * (each.lines.length - 0.5));
      most = each.y - line / 2;
    }
    for (const { look, lines, y } of marks) {
      sample(context, look, place.right + 5, y);
      context.fillStyle = letters;
      lines.forEach((text, k) => context.fillText(text, place.right + 27, y + k * line, width - place.right - 28));
    }
  }

  function above(context, place, named) {
    let x = place.left;
    for (const { look } of named) {
      sample(context, look, x, place.top - 11);
      context.fillStyle = letters;
      context.fillText(look.name, x + 20, place.top - 11);
      x += 32 + context.measureText(look.name).width;
    }
  }

  function sample(context, look, x, y) {
    context.strokeStyle = ink(look.colour);
    context.globalAlpha = look.alpha;
    context.lineWidth = look.kind === "fill" ? 9 : look.width * 1.25;
    context.setLineDash(look.kind === "fill" ? [] : look.dash.map((part) => part * look.width * 1.1));
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 17, y);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  function paint() {
    if (!stack.clientWidth || !model.get("shown").panels) return;
    [dark, letters] = [isDark(root), getComputedStyle(root).color];
    layOut();
    unpack();
    const context = resize(canvas);
    context.lineJoin = "round";
    places.forEach((place) => {
      const drawn = strokes[model.get("shown").panels.indexOf(place.panel)];
      axes(context, place);
      context.save();
      context.beginPath();
      context.rect(place.left, place.top - 2, place.right - place.left + 2, place.bottom - place.top + 4);
      context.clip();
      for (const each of drawn) stroke(context, place, each);
      context.restore();
      context.globalAlpha = 1;
      names(context, place, drawn);
    });
    canvas.setAttribute("aria-label", model.get("shown").text);
  }

  // What a line shows at a place of its panel, by the points between which it lies.
  function valueAt({ points, range }, place, x) {
    const at = (x - place.panel.x[0]) / (place.panel.x[1] - place.panel.x[0]) * range;
    let low = 0, high = points.length / 2 - 1;
    if (high < 1 || at < points[0] || at > points[2 * high]) return null;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[2 * middle] <= at) low = middle; else high = middle;
    }
    const step = points[2 * high] - points[2 * low] || 1;
    const y = points[2 * low + 1] + (at - points[2 * low]) / step * (points[2 * high + 1] - points[2 * low + 1]);
    return place.panel.y[0] + y / range * (place.panel.y[1] - place.panel.y[0]);
  }

  const lines = (place) => strokes[model.get("shown").panels.indexOf(place.panel)]
    .filter(({ look }) => look.kind === "line" && look.n > 2 && !look.held);

  function mark(cursor, dragged) {
    const blank = cursor === null && !dragged;
    if (blank && unmarked && over.width === canvas.width && over.height === canvas.height) return;
    unmarked = blank;
    const context = resize(over);
    context.strokeStyle = context.fillStyle = letters;
    for (const place of places.filter(isTime)) {
      if (dragged) {
        context.globalAlpha = 0.15;
        context.fillRect(dragged[0], place.top, dragged[1] - dragged[0], place.bottom - place.top);
        context.globalAlpha = 1;
      }
      if (cursor === null || cursor < place.panel.x[0] || cursor > place.panel.x[1]) continue;
      const x = atX(place, cursor);
      context.fillStyle = context.strokeStyle = letters;
      context.globalAlpha = 0.6;
      context.setLineDash([2, 2]);
      context.beginPath();
      context.moveTo(x, place.top);
      context.lineTo(x, place.bottom);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
      for (const each of lines(place)) {
        const y = valueAt(each, place, cursor);
        if (y === null) continue;
        context.fillStyle = ink(each.look.colour);
        context.beginPath();
        context.arc(x, atY(place, y), 4, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }

  const under = (event) => {
    const box = canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const place = places.find((each) => x >= each.left - 2 && x <= each.right + 2 && y >= each.top - 4 && y <= each.bottom + 4);
    return { place, x, y, value: place && place.panel.x[0] + (x - place.left) / (place.right - place.left) * (place.panel.x[1] - place.panel.x[0]) };
  };

  function hover(event) {
    const { place, x, y, value } = under(event);
    const found = place ? lines(place).map((each) => [each.look, valueAt(each, place, value)]).filter(([, at]) => at !== null) : [];
    tip.hidden = !found.length;
    if (!found.length) return;
    const [, size, unit] = model.get("shown").clock, label = place.panel.label.replace("\n", " ");
    const inUnit = /\((.*)\)/.exec(label)?.[1] ?? "", name = label.replace(/ *\(.*\)/, "");
    const step = (place.panel.y[1] - place.panel.y[0]) / model.get("fixed").range; // as finely as points are told
    const decimals = Math.min(Math.max(Math.floor(-Math.log10(step)), 0), 3);
    const rows = found.map(([look, at]) => `${look.name || name} ${plain(at.toFixed(decimals))} ${inUnit}`);
    const where = isTime(place) ? `${(value / size).toFixed(2)} ${unit}` : `${place.panel.xLabel} ${plain(Number(value.toPrecision(3)))}`;
    tip.replaceChildren(make("b", "", where), ...rows.map((row) => make("div", "", row)));
    const left = x + 14 + tip.offsetWidth > width ? x - 14 - tip.offsetWidth : x + 14;
    tip.style.transform = `translate(${Math.max(left, 0)}px, ${Math.max(y - tip.offsetHeight - 8, 0)}px)`;
  }

  return { stack, over, paint, mark, under, hover, leave: () => { tip.hidden = true; }, isTime,
    fill: (pixels) => { room = pixels; } };
}

function isDark(root) {
  const theme = document.body.dataset.jpThemeLight;
  if (theme !== undefined) return theme === "false";
  const [r, g, b] = getComputedStyle(root).color.match(/[\d.]+/g).map(Number);
  return r + g + b > 382;
}

// ---- knobs ----

function knobOf(told, talk) {
  const name = `${told.name}, ${told.meaning} (${told.unit})`;
  const slider = make("input", "slider", "", { type: "range", min: 0, step: 1, max: Math.round((told.high - told.low) / told.step) });
  const field = make("input", "field", "", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
  const back = press("back", "↺", `put ${told.name} back to ${told.beganText} ${told.unit}`, () => {
    slider.focus(); // as this button will be hidden
    talk.say("set", { name: told.name, value: told.began });
  });
  const notice = make("div", "about");
  notice.setAttribute("role", "alert");
  for (const each of [slider, field]) {
    each.setAttribute("aria-label", name);
    each.title = name;
  }
  const label = make("span", "label", told.label), unit = make("span", "unit", told.unit);
  const box = make("div", "knob", [make("div", "top", [label, make("span", "entry", [field, back]), unit]), slider, notice]);
  box.dataset.name = told.name;
  if (told.colour) box.style.setProperty("--hhlab-ion", told.colour);
  let value = told.began, dragged = false, coarse = false;
  const low = told.low, step = told.step;
  const fill = () => slider.style.setProperty("--hhlab-share", `${100 * (slider.value - slider.min) / (slider.max - slider.min)}%`);
  slider.addEventListener("input", () => {
    value = Number((low + Number(slider.value) * step).toPrecision(10));
    field.value = String(value);
    fill();
    slider.setAttribute("aria-valuetext", `${value} ${told.unit}`);
    coarse = dragged;
    talk.say("set", { name: told.name, value, coarse });
  });
  slider.addEventListener("pointerdown", () => { dragged = true; });
  const released = () => { // also where it was dragged back to its place, which is no "change"
    if (dragged && coarse) talk.say("set", { name: told.name, value });
    dragged = coarse = false;
  };
  for (const end of ["pointerup", "pointercancel", "change"]) slider.addEventListener(end, released);
  const typed = () => { if (field.value !== field.dataset.shown) talk.say("type", { name: told.name, value: field.value }); };
  field.addEventListener("change", typed);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.value = field.dataset.shown;
  });
  field.addEventListener("blur", () => { if (notice.textContent) field.value = field.dataset.shown; });
  function show([now, text], sentence, waits) {
    box.classList.toggle("hhlab-off", now !== told.began);
    back.hidden = now === told.began;
    if (notice.textContent !== sentence) notice.textContent = sentence;
    if (waits) return; // a later value is under way
    value = now;
    const place = Math.round((now - low) / step);
    slider.min = Math.min(0, place);
    slider.max = Math.max(Math.round((told.high - low) / step), place);
    slider.value = place;
    fill();
    slider.setAttribute("aria-valuetext", `${text} ${told.unit}`);
    field.dataset.shown = text;
    if (document.activeElement !== field || !sentence) field.value = text;
  }
  return { box, show };
}

// ---- the bench ----

function render({ model, el }) {
  const root = make("section", "bench");
  root.classList.add("hhlab-frame");
  root.dataset.lmSuppressShortcuts = "true"; // no shortcuts of the notebook while the focus is here
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const talk = conversation(model, (is) => {
    stage.classList.toggle("hhlab-busy", is);
    stage.setAttribute("aria-busy", is);
  }, () => show(), () => lose());
  const view = picture(model, root), scene = membrane(model, root);
  const title = make("h3", "title"), lost = make("p", "lost"), text = make("p", "text"), moment = make("p", "moment");
  text.setAttribute("role", "status");
  lost.setAttribute("role", "alert");
  lost.hidden = true;
  const icons = make("div", "icons", [
    icon(ICONS.lab, () => lab()), icon(ICONS.data, () => talk.say("save", { what: "data" })),
    icon(ICONS.picture, () => talk.say("save", { what: "picture" })), icon(ICONS.code, () => talk.say("code")),
  ]);
  const play = press("play", "▶", "play in slow motion", () => (playing ? stop() : start()));
  const cursor = make("input", "cursor", "", { type: "range", min: 0, max: 600, step: 1 }), said = make("output", "said");
  cursor.setAttribute("aria-label", "time cursor");
  const controls = make("div", "controls", [play, cursor, said]);
  const table = make("div", "table-box"), code = make("pre", "code");
  code.tabIndex = 0;
  code.setAttribute("aria-label", "code of this state");
  const stage = make("div", "stage", [view.stack, scene.figure, controls, scene.words, moment, text, table, code]);
  const pills = make("div", "pills"), boxes = make("div", "boxes"), sight = make("div", "knobs"), folded = make("div", "folded");
  const notice = make("p", "notice");
  notice.setAttribute("role", "alert");
  const undo = press("plain", "Undo", "take the last move back", () => talk.say("undo"));
  const reset = press("plain", "Reset", "go back to the beginning", () => talk.say("reset"));
  const hold = press("hold", "Hold", "hold this trace to compare the next ones with it", () => talk.say("hold", { picture: model.get("shown").picture }));
  const more = press("more", "More knobs", "", () => {
    folded.hidden = !folded.hidden;
    more.setAttribute("aria-expanded", !folded.hidden);
  });
  more.setAttribute("aria-expanded", "false");
  folded.hidden = true;
  const rail = make("div", "rail", [pills, sight, boxes, make("div", "moves", [hold, undo, reset]), notice, more, folded]);
  root.append(make("header", "head", [title, icons]), lost, make("div", "body", [stage, rail]));
  el.append(root);

  let knobs = {}, told = null, here = null, zoom = null, playing = 0, wasAt = 0, pulled = null, pointed = null, unclicked = null;
  const end = () => model.get("shown").clock[0];

  function fillRail() {
    if (told === model.get("knobs")) return;
    told = model.get("knobs");
    knobs = {};
    const groups = new Map();
    for (const each of told) {
      knobs[each.name] = knobOf(each, talk);
      if (!groups.has(each.group)) groups.set(each.group, []);
      groups.get(each.group).push(knobs[each.name].box);
    }
    const focus = document.activeElement?.closest?.(".hhlab-knob")?.dataset.name, kind = document.activeElement?.type;
    sight.replaceChildren(...(groups.get("") ?? []));
    groups.delete("");
    folded.replaceChildren(...[...groups].flatMap(([name, each]) => [make("h4", "heading", name), ...each]));
    more.hidden = !groups.size;
    if (focus && root.contains(sight)) knobs[focus]?.box.querySelector(`input[type="${kind}"]`)?.focus();
  }

  function fillFixed() {
    const fixed = model.get("fixed");
    pills.replaceChildren(...fixed.presets.map((name) => press("pill", name, name, () => talk.say("preset", { name }))));
    boxes.replaceChildren(...fixed.boxes.map(([kind, gate, words]) => {
      const box = make("input", "", "", { type: "checkbox" });
      box.dataset.key = `${kind} ${gate}`;
      box.addEventListener("change", () => talk.say("tick", { kind, gate, on: box.checked }));
      return make("label", "box", [box, document.createTextNode(words)]);
    }));
  }

  function show() {
    const shown = model.get("shown");
    if (!shown.panels) return;
    fillRail();
    title.textContent = shown.title;
    if (text.textContent !== shown.text) text.textContent = shown.text;
    for (const each of told) {
      const about = shown.about.split(" ").includes(each.name);
      if (shown.values[each.name]) knobs[each.name].show(shown.values[each.name], about ? shown.notice : "", talk.waits("set", each.name));
    }
    const placed = shown.about.split(" ").some((name) => knobs[name]?.box.offsetParent);
    notice.textContent = placed ? "" : shown.notice;
    for (const pill of pills.children) {
      const lit = shown.lit.includes(pill.textContent);
      pill.classList.toggle("hhlab-lit", lit);
      pill.setAttribute("aria-pressed", lit);
    }
    for (const box of boxes.querySelectorAll("input")) box.checked = shown.ticked.some((each) => each.join(" ") === box.dataset.key);
    undo.setAttribute("aria-disabled", !shown.canUndo); // a button that is disabled would lose the focus
    reset.setAttribute("aria-disabled", shown.atStart);
    heldTable(shown);
    stage.classList.toggle("hhlab-preview", shown.preview);
    code.textContent = shown.code;
    code.hidden = !shown.code;
    if (!playing && !talk.waits("look")) [here, zoom] = [shown.cursor, shown.zoom];
    controls.hidden = !shown.panels.some((panel) => panel.time || panel.living);
    timeShown();
    view.paint();
    view.mark(here);
    scene.show(here);
  }

  function heldTable(shown) {
    if (table.dataset.html !== shown.table) {
      table.dataset.html = shown.table;
      table.innerHTML = shown.table; // made and escaped by tables.py
      table.append(...Object.keys(shown.held).map((letter) => press("plain", `Drop ${letter}`, `drop trace ${letter}`, () => talk.say("drop", { letter }))));
    }
    table.hidden = !shown.table;
  }

  function timeShown() {
    const [last, size, unit] = model.get("shown").clock;
    cursor.value = here === null ? 0 : Math.round(here / last * 600);
    const words = here === null ? "" : `${(here / size).toFixed(2)} ${unit}`;
    said.textContent = words;
    cursor.setAttribute("aria-valuetext", words || "no cursor");
    moment.hidden = controls.hidden && here === null;
    moment.textContent = here === null ? "Press ▶, drag the slider or click in the picture to read off one moment." : model.get("shown").moment;
  }

  function put(t) {
    here = t === null ? null : Math.min(Math.max(t, 0), end());
    view.mark(here);
    scene.at(here);
    timeShown();
    talk.say("look", { cursor: here, zoom });
  }

  function start() {
    playing = requestAnimationFrame(step);
    wasAt = performance.now();
    if (here === null || here >= end() * 0.999) here = 0;
    play.textContent = "❚❚";
    play.title = "pause";
    play.setAttribute("aria-label", "pause");
  }
  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "▶";
    play.title = "play in slow motion";
    play.setAttribute("aria-label", play.title);
  }
  function step(now) {
    if (!root.isConnected) return stop();
    const next = here + end() * Math.max(now - wasAt, 0) / PLAY;
    wasAt = now;
    put(next);
    if (next >= end()) stop(); else playing = requestAnimationFrame(step);
  }

  cursor.addEventListener("input", () => { stop(); put(cursor.value / 600 * end()); });
  cursor.addEventListener("keydown", (event) => {
    const to = { Escape: null, Home: 0, End: end() }[event.key];
    const by = KEYS[event.key];
    if (to === undefined && by === undefined) return;
    event.preventDefault();
    stop();
    put(to === undefined ? (here ?? 0) + by * end() / 600 : to);
  });
  view.over.addEventListener("pointerdown", (event) => {
    const { place, x } = view.under(event);
    pointed = null;
    if (event.button || !place?.panel.time) return;
    pulled = { place, x, to: x };
  });
  view.over.addEventListener("pointermove", (event) => {
    if (!pulled) return view.hover(event);
    view.leave();
    view.over.setPointerCapture(event.pointerId);
    pulled.to = Math.min(Math.max(view.under(event).x, pulled.place.left), pulled.place.right);
    view.mark(here, [pulled.x, pulled.to].sort((a, b) => a - b));
  });
  view.over.addEventListener("pointerleave", view.leave);
  view.over.addEventListener("pointerup", (event) => {
    if (!pulled) return;
    const { place, x, to } = pulled, wide = place.right - place.left, [from, until] = place.panel.x;
    const time = (pixel) => from + (pixel - place.left) / wide * (until - from);
    pulled = null;
    pointed = Math.abs(to - x) < 6 ? time(x) : null;
    if (pointed !== null) return; // a click follows
    stop();
    zoom = [time(Math.min(x, to)), time(Math.max(x, to))];
    talk.say("look", { cursor: here, zoom });
  });
  view.over.addEventListener("click", (event) => {
    if (pointed === null) return;
    if (event.detail < 2) unclicked = here; // the first of two clicks, perhaps
    stop();
    put(pointed);
  });
  view.over.addEventListener("pointercancel", () => { pulled = null; });
  view.over.addEventListener("dblclick", () => {
    zoom = null;
    put(unclicked); // its two clicks have moved the cursor
  });
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=text]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "l" || event.key === "L") lab();
    if (event.key === "Escape" && document.fullscreenElement === root) document.exitFullscreen();
  });

  function lab() {
    if (document.fullscreenElement === root) return document.exitFullscreen();
    root.requestFullscreen?.().catch(() => {});
  }
  function fitted() {
    const full = document.fullscreenElement === root;
    root.classList.toggle("hhlab-lab", full);
    const tall = full ? Math.max(innerHeight - 190, 260) : 0, alive = scene.share();
    view.fill(tall * (1 - alive));
    scene.fill(tall * alive);
    show();
  }

  const kernel = model.widget_manager?.kernel;
  function lose() {
    talk.end();
    lost.textContent = "This bench has lost its kernel: run its cell again.";
    lost.hidden = false;
    rail.inert = icons.inert = true;
  }
  const watch = (_, status) => { if (["restarting", "autorestarting", "terminating", "dead"].includes(status)) lose(); };
  const connected = (_, status) => {
    if (talk.ended) return;
    lost.hidden = status === "connected";
    lost.textContent = "This bench waits for its kernel: the connection is interrupted.";
  };
  kernel?.statusChanged?.connect(watch);
  kernel?.connectionStatusChanged?.connect(connected);
  const changed = () => {
    talk.heard(model.get("shown").answered);
    lost.hidden = true;
    show();
  };
  model.on("change:shown", changed);
  model.on("change:fixed", fillFixed);
  model.on("msg:custom", deliver);
  const size = new ResizeObserver(() => requestAnimationFrame(show)), theme = new MutationObserver(() => [0, 200, 800, 2000].forEach((wait) => setTimeout(show, wait))); // its styles come later
  size.observe(view.stack);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  document.addEventListener("fullscreenchange", fitted);
  fillFixed();
  show();
  const stills = onThePage(() => hideStills(el));
  return () => {
    stop();
    stills.forEach(clearTimeout);
    model.off("change:shown", changed);
    model.off("change:fixed", fillFixed);
    model.off("msg:custom", deliver);
    kernel?.statusChanged?.disconnect(watch);
    kernel?.connectionStatusChanged?.disconnect(connected);
    size.disconnect();
    theme.disconnect();
    document.removeEventListener("fullscreenchange", fitted);
  };
}

export default { render };
