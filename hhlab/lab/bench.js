// The bench in the browser: knobs, picture, cursor. Nothing is computed here but where things are on the screen; see
// bench.py for what is sent. One message is under way at a time, so the last value always wins and none is out of order.

const BUSY_AFTER = 150; // ms without an answer after which the picture says that it is not up to date
const KEEP_AFTER = 2000; // ms of rest after which the picture is put into the notebook, which may be saved
const PLAY = 12000; // ms to play all that is shown of a recording
const HEIGHT = 230, LEAST = 64, LEAST_IN_LAB = 48; // px: the height of a panel against time, the least, and the least in lab mode
const MOST = 540, BESIDE = 210, STATES = 210; // px: of all of these at most, also beside a membrane, and of the row of the other panels
const LEFT = 64, GAP = 16, FOOT = 40, ALONE = 200;
const FONT = 12, LINE = 15; // px
const LITTLE = 420, SAMPLE = 27; // px: below this width names stand above their panel; a name's piece of line, with its gap
const KEYS = { ArrowRight: 1, ArrowUp: 1, PageUp: 20, ArrowLeft: -1, ArrowDown: -1, PageDown: -20 };
const LATEST = new Set(["set", "look"]); // of these, only the last one that waits is sent
const FIRST = new Set(["hold", "drop"]); // these go before all that waits: they are about the picture that is seen
const ICONS = {
  lab: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  data: "M8 2v8M4.5 7 8 10.5 11.5 7M2 13.5h12",
  picture: "M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3",
  show_code: "M5 4 1 8l4 4M11 4l4 4-4 4",
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
  made.setAttribute("aria-label", /\p{L}/u.test(content) ? content : title); // its name is what is read on it, if that is a word
  made.addEventListener("click", act);
  return made;
}

function icon(name, title, act) {
  const made = press("icon", "", title, act);
  made.innerHTML = `<svg viewBox="0 0 16 16" width="17" height="17" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  return made;
}

const plain = (number) => String(number).replace("-", "−");

// What is on the page is written only where it changes: the page is laid out anew after each writing.
function write(element, what, is) {
  if (element[what] !== is) element[what] = is;
}

function tell(element, attribute, is) {
  if (element.getAttribute(attribute) !== String(is)) element.setAttribute(attribute, is);
}

// ---- messages ----

// A kernel that is idle again without an answer was interrupted: nothing was done, and everything is shown as it is.
function conversation(model, busy, show, lost) {
  const id = Math.random().toString(36).slice(2);
  const queue = [];
  let count = 0, awaited = null, sent = null, timer = 0;
  function next() {
    if (awaited !== null || !queue.length) return;
    awaited = `${id} ${++count}`;
    if (queue[0].do !== "keep") timer = setTimeout(() => busy(true), BUSY_AFTER);
    const mine = awaited;
    const status = ({ content }) => {
      if (content.execution_state !== "idle" || awaited !== mine) return;
      heard(mine);
      show();
    };
    sent = queue.shift();
    try {
      model.send({ do: sent.do, with: sent.with, n: mine }, { iopub: { status } });
    } catch { // the kernel is gone
      lost();
    }
  }
  function heard(answered) {
    if (awaited === null || answered !== awaited) return; // also where Python has changed the bench
    const { done } = sent;
    awaited = sent = null;
    clearTimeout(timer);
    busy(false);
    done?.();
    next();
  }
  return {
    heard,
    idle: () => awaited === null,
    ended: false,
    end() {
      this.ended = true;
      busy(false);
      clearTimeout(timer);
    },
    say(what, told = {}, done = null) {
      if (this.ended) return;
      const last = queue.at(-1);
      if (LATEST.has(what) && last?.do === what && last.with.name === told.name) last.with = told;
      else if (FIRST.has(what)) queue.splice(queue.filter((each) => FIRST.has(each.do)).length, 0, { do: what, with: told, done });
      else queue.push({ do: what, with: told, done });
      next();
    },
    waits: (what, name) => [...queue, sent].some((each) => each?.do === what && each.with.name === name),
  };
}

// What brings a bench nearer to what it was, as a message; null when it is there, or nothing more is left to be tried.
function nextStep(now, was, tried) {
  const fresh = (key) => !tried.has(key) && tried.add(key), key = (box) => box.join(" ");
  const has = (boxes, box) => boxes.some((each) => key(each) === key(box));
  const name = was.lit.find((each) => !now.lit.includes(each) && fresh(`preset ${each}`));
  if (name !== undefined) return ["preset", { name }];
  const box = [...was.ticked, ...now.ticked].find((each) => has(was.ticked, each) !== has(now.ticked, each) && fresh(key(each)));
  if (box) return ["tick", { kind: box[0], gate: box[1], on: has(was.ticked, box) }];
  const changed = Object.keys(was.values).find((each) => now.values[each]?.[0] !== was.values[each][0] && fresh(`set ${each}`));
  return changed === undefined ? null : ["set", { name: changed, value: was.values[changed][0] }];
}

// ---- the picture ----

function ticksBetween(low, high, most) {
  const rough = (high - low) / Math.max(most, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function picture(model, root, words) {
  const ground = make("canvas", "ground"), canvas = make("canvas", "canvas"), over = make("canvas", "over"), tip = make("div", "tip");
  const stack = make("div", "stack", [ground, canvas, over, tip]);
  canvas.setAttribute("role", "img");
  Object.assign(stack.dataset, { working: words("bench.working"), preview: words("bench.preview") }); // lab.css shows them
  tip.hidden = true;
  let places = [], strokes = [], width = 0, height = 0, dark = false, room = 0, unmarked = false, letters = "", font = "", grounded = "";

  const ink = (colour) => (dark ? model.get("fixed").dark[colour] ?? colour : colour);
  const isTime = (place) => place.panel.time;

  function layOut() {
    const shown = model.get("shown"), panels = shown.panels.filter((each) => !each.living);
    const context = canvas.getContext("2d");
    context.font = font;
    const lasting = panels.filter((each) => each.time), states = panels.filter((each) => !each.time);
    const names = lasting.flatMap((each) => each.legend.flatMap((name) => name.split("\n")));
    const beside = Math.max(0, ...names.map((name) => context.measureText(name).width));
    const scaled = lasting.some((each) => each.scale) ? 66 : 0;
    const right = width - Math.max(beside && width >= LITTLE ? Math.min(beside + 36, 0.42 * width) : 14, scaled);
    const heads = lasting.map((panel) => (width < LITTLE ? headOf(context, panel, right) : { tall: 0, notes: [] }));
    const side = Math.max(1, Math.min(states.length, Math.floor(width / ALONE))); // of the other panels in a row
    const below = states.length ? (room > 0 && lasting.length ? Math.min(STATES, room / 2) : room > 0 ? room : STATES) : 0;
    const full = (room > 0 ? room - 10 : panels.length < shown.panels.length ? BESIDE : MOST) - below;
    const wanted = lasting.map((each) => each.height * HEIGHT / lasting.length ** 0.35);
    const sum = wanted.reduce((a, b) => a + b, 0), headed = heads.reduce((a, { tall }) => a + tall, 0);
    const free = full - FOOT - GAP * lasting.length - (room > 0 ? headed : 0);
    const share = sum ? (room > 0 ? free / sum : Math.min(1, free / sum)) : 0;
    places = [];
    let top = 10;
    lasting.forEach((panel, k) => {
      const tall = Math.max(wanted[k] * share, (room > 0 ? LEAST_IN_LAB : LEAST) * Math.min(panel.height, 1));
      top += heads[k].tall;
      places.push({ panel, edge: 0, left: LEFT, right, top, bottom: top + tall, head: heads[k], last: k === lasting.length - 1 });
      top += tall + GAP;
    });
    if (lasting.length) top += FOOT - GAP;
    const wide = width / side;
    let lower = 0; // px by which the words above them move the other panels down
    states.forEach((panel, k) => {
      const edge = (k % side) * wide, up = top + lower + Math.floor(k / side) * (below + 10);
      const left = edge + (panel.grid || panel.yTicks ? LEFT + LINE * (panel.label.split("\n").length - 1) : 8);
      const right = edge + wide - 14, notes = side === 1 && width < LITTLE && panel.grid ? notesOf(context, panel, right - left) : [];
      const more = notes.length * LINE, head = { notes, tall: more && more + LINE + 7 };
      lower += more;
      places.push({ panel, edge, left, right, top: up + LINE + 10 + more, bottom: up + below - FOOT + 10 + more, head, last: true });
    });
    height = states.length ? places.at(-1).bottom + FOOT : top;
  }

  // What stands above a panel where there is no room beside it: words that need several lines, then names in rows.
  function headOf(context, panel, right) {
    const notes = notesOf(context, panel, right - LEFT);
    const spots = {}, edge = LINE + 5;
    let x = edge, row = notes.length, high = 0;
    for (const name of panel.legend) {
      const lines = name.split("\n").flatMap((line) => wrapped(context, line, width - edge - SAMPLE));
      const wide = Math.max(...lines.map((line) => context.measureText(line).width)) + SAMPLE;
      if (x > edge && x + wide > width) [x, row, high] = [edge, row + high, 0];
      spots[name] = { x, row, lines };
      high = Math.max(high, lines.length);
      x += wide;
    }
    return { notes, spots, tall: row + high && (row + high) * LINE + 7 };
  }

  // The words that do not fit into a panel in one line, in lines as wide as the picture.
  function notesOf(context, panel, wide) {
    const long = panel.words.filter(([, , said]) => wrapped(context, said, wide - 8).length > 1);
    return long.flatMap(([, , said]) => wrapped(context, said, width - 8));
  }

  const rowAt = (place, row) => place.top - place.head.tall + LINE * row + 5;

  // What the page gives: this is asked when it may have changed, as asking has the page laid out.
  function fit() {
    const style = getComputedStyle(root);
    [width, dark, letters, font] = [stack.clientWidth, isDark(root), style.color, `${FONT}px ${style.fontFamily}`];
  }

  function unpack() {
    const shown = model.get("shown"), range = model.get("fixed").range, copy = bytesOf(model.get("points"));
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
    context.font = font;
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
    const up = bare && !panel.yTicks && !panel.time ? [] : (panel.yTicks ?? ticksBetween(...panel.y, Math.min(6, Math.max((bottom - top) / 26, Math.min(3.2, (bottom - top) / 12)))));
    context.globalAlpha = panel.grid ? 0.12 : 0;
    for (const [x] of across) straight(context, atX(place, x), top, atX(place, x), bottom);
    for (const y of up) straight(context, left, atY(place, y), right, atY(place, y));
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
    const long = context.measureText(panel.label).width > bottom - top + GAP; // then its unit has a line of its own
    (long ? panel.label.replace(" (", "\n(") : panel.label).split("\n").forEach((line, k) => context.fillText(line, 0, k * LINE));
    context.restore();
    context.textBaseline = "middle";
    for (const [x, y, said] of panel.words) {
      const all = wrapped(context, said, right - left - 8);
      if (place.head.notes.length && all.length > 1) continue;
      const first = Math.min(atY(place, y), bottom - LINE * (all.length - 0.4));
      all.forEach((line, k) => context.fillText(line, atX(place, x), first + k * LINE));
    }
    place.head.notes.forEach((line, k) => context.fillText(line, width / 2, rowAt(place, k)));
    if (panel.scale) colourScale(context, place);
  }

  function straight(context, x0, y0, x1, y1, dash = []) {
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.setLineDash([]);
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
    panel.scale.forEach((V, k) => context.fillText(plain(V) + (k === many ? " mV" : ""), right + 22, bottom - k / many * tall));
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
    if (place.head.tall) return inRows(context, place, named);
    const tall = place.bottom - place.top;
    const marks = named.map(({ look, points, range }) => {
      const lines = look.name.split("\n").flatMap((line) => wrapped(context, line, width - place.right - 28)), ends = look.kind === "line" && points.length;
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

  function inRows(context, place, named) {
    for (const { look } of named) {
      const { x, row, lines } = place.head.spots[look.name];
      sample(context, look, x, rowAt(place, row));
      context.fillStyle = letters;
      lines.forEach((text, k) => context.fillText(text, x + 20, rowAt(place, row + k)));
    }
  }

  function above(context, place, named) {
    const wide = named.map(({ look }) => SAMPLE + context.measureText(look.name).width), all = wide.reduce((a, b) => a + b);
    const from = all > place.right - place.left + 20 ? place.edge : place.left, share = Math.min(1, (place.right + 14 - from) / all);
    let x = from;
    for (const [k, { look }] of named.entries()) {
      sample(context, look, x, place.top - 11);
      context.fillStyle = letters;
      context.fillText(look.name, x + 20, place.top - 11, share * wide[k] - 22);
      x += share * wide[k];
    }
  }

  function sample(context, look, x, y) {
    context.strokeStyle = ink(look.colour);
    context.globalAlpha = look.alpha;
    context.lineWidth = look.kind === "fill" ? 9 : look.width * 1.25;
    straight(context, x, y, x + 17, y, look.kind === "fill" ? [] : look.dash.map((part) => part * look.width * 1.1));
    context.globalAlpha = 1;
  }

  function paint() {
    if (!width) fit();
    if (!width || !model.get("shown").panels) return;
    layOut();
    unpack();
    axesOf();
    const context = resize(canvas);
    context.lineJoin = "round";
    places.forEach((place) => {
      const drawn = strokes[model.get("shown").panels.indexOf(place.panel)];
      context.save();
      context.beginPath();
      context.rect(place.left, place.top - 2, place.right - place.left + 2, place.bottom - place.top + 4);
      context.clip();
      for (const each of drawn) stroke(context, place, each);
      context.restore();
      context.globalAlpha = 1;
      names(context, place, drawn);
    });
    tell(canvas, "aria-label", model.get("shown").text);
  }

  // The axes are on a canvas of their own, and are drawn again only where they are others.
  function axesOf() {
    const seldom = places.map((place) => ({ ...place, panel: { ...place.panel, strokes: 0, legend: 0 } }));
    const now = JSON.stringify([seldom, width, height, devicePixelRatio, letters, font, model.get("shown").clock]);
    if (now === grounded) return;
    grounded = now;
    const context = resize(ground);
    for (const place of places) axes(context, place);
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
    for (const place of places.filter(isTime)) {
      context.strokeStyle = context.fillStyle = letters;
      if (dragged) {
        context.globalAlpha = 0.15;
        context.fillRect(dragged[0], place.top, dragged[1] - dragged[0], place.bottom - place.top);
        context.globalAlpha = 1;
      }
      if (cursor === null || cursor < place.panel.x[0] || cursor > place.panel.x[1]) continue;
      const x = atX(place, cursor);
      context.globalAlpha = 0.6;
      straight(context, x, place.top, x, place.bottom, [2, 2]);
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

  return { stack, over, fit, ink, paint, mark, under, hover, leave: () => { tip.hidden = true; }, isTime,
    fill: (pixels) => { room = pixels; } };
}

// The lines of a text. A line may end at a space, and after any Chinese character.
function wrapped(context, said, wide) {
  const lines = [""];
  for (const part of said.match(/\p{Script=Han}[，。；：、！？）”]* ?|[^ \p{Script=Han}]+ ?/gu) ?? []) {
    const longer = lines.at(-1) + part;
    if (context.measureText(longer.trim()).width > wide && lines.at(-1)) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => line.trim());
}

function isDark(root) {
  const theme = document.body.dataset.jpThemeLight;
  if (theme !== undefined) return theme === "false";
  const [r, g, b] = getComputedStyle(root).color.match(/[\d.]+/g).map(Number);
  return r + g + b > 382;
}

// ---- knobs ----

function knobOf(told, talk, words) {
  const name = words(told.unit ? "bench.knob" : "bench.knob_without_unit", told);
  const slider = make("input", "slider", "", { type: "range", min: 0, step: 1, max: Math.round((told.high - told.low) / told.step) });
  const field = make("input", "field", "", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
  const back = press("back", "↺", words("bench.put_back", { name: told.name, value: `${told.beganText} ${told.unit}`.trim() }), () => {
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
  let value = told.began, dragged = false, coarse = false;
  const low = told.low, step = told.step;
  let filled = -1;
  const fill = () => {
    const share = 100 * (slider.value - slider.min) / (slider.max - slider.min);
    if (share !== filled) slider.style.setProperty("--hhlab-share", `${share}%`);
    filled = share;
  };
  slider.addEventListener("input", () => {
    value = Number((low + Number(slider.value) * step).toPrecision(10));
    field.value = String(value);
    fill();
    slider.setAttribute("aria-valuetext", `${value} ${told.unit}`.trim());
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
    write(back, "hidden", now === told.began);
    write(notice, "textContent", sentence);
    if (waits) return; // a later value is under way
    value = now;
    const place = Math.round((now - low) / step);
    write(slider, "min", String(Math.min(0, place)));
    write(slider, "max", String(Math.max(Math.round((told.high - low) / step), place)));
    write(slider, "value", String(place));
    fill();
    tell(slider, "aria-valuetext", `${text} ${told.unit}`.trim());
    field.dataset.shown = text;
    if (document.activeElement !== field || !sentence) write(field, "value", text);
  }
  return { box, show };
}

// ---- the bench ----

async function render({ model, el }) {
  if (!(await isLive(model))) return undefined; // its still picture is there
  const root = make("section", "bench", "", { lang: model.get("lang") });
  root.classList.add("hhlab-frame");
  root.addEventListener("focusin", ownKeys);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const talk = conversation(model, (is) => {
    stage.classList.toggle("hhlab-busy", is);
    stage.setAttribute("aria-busy", is);
  }, () => show(), () => lose());
  const words = wordsOf(model), view = picture(model, root, words), scene = membrane(model, root, words);
  const title = make("h3", "title"), lost = make("p", "lost"), text = make("p", "text"), moment = make("p", "moment");
  text.setAttribute("role", "status");
  lost.setAttribute("role", "alert");
  lost.hidden = true;
  const icons = make("div", "icons", [
    icon("lab", words("bench.lab"), () => lab()),
    icon("data", words("bench.data"), () => talk.say("save", { what: "data" })),
    icon("picture", words("bench.picture"), () => talk.say("save", { what: "picture" })),
    icon("show_code", words("bench.show_code"), () => talk.say("code")),
  ]);
  const play = press("play", "▶", words("bench.play"), () => (playing ? stop() : start()));
  const cursor = make("input", "cursor", "", { type: "range", min: 0, max: 600, step: 1 }), said = make("output", "said");
  cursor.setAttribute("aria-label", words("bench.cursor"));
  const controls = make("div", "controls", [play, cursor, said]);
  const table = make("div", "table-box"), code = make("pre", "code");
  code.tabIndex = 0;
  code.setAttribute("aria-label", words("bench.code"));
  const stage = make("div", "stage", [view.stack, scene.figure, controls, scene.words, moment, text, table, code]);
  const pills = make("div", "pills"), boxes = make("div", "boxes"), sight = make("div", "knobs"), folded = make("div", "folded");
  const notice = make("p", "notice");
  notice.setAttribute("role", "alert");
  const undo = press("plain", words("bench.undo"), words("bench.undo_tip"), () => talk.say("undo"));
  const reset = press("plain", words("bench.reset"), words("bench.reset_tip"), () => talk.say("reset"));
  const hold = press("hold", words("bench.hold"), words("bench.hold_tip"), () => {
    const was = model.get("shown");
    talk.say("hold", { picture: was.picture }, () => remember(was));
  });
  const more = press("more", words("bench.more"), "", () => {
    folded.hidden = !folded.hidden;
    more.setAttribute("aria-expanded", !folded.hidden);
  });
  more.setAttribute("aria-expanded", "false");
  folded.hidden = true;
  const task = make("div", "task");
  task.hidden = true;
  task.tabIndex = 0;
  task.setAttribute("aria-label", words("bench.text_above"));
  task.setAttribute("role", "region");
  const rail = make("div", "rail", [task, pills, sight, boxes, make("div", "moves", [hold, undo, reset]), notice, more, folded]);
  root.append(make("header", "head", [title, icons]), lost, make("div", "body", [stage, rail]));
  el.append(root);

  const heldWhen = {}; // what was shown when each trace was held
  let knobs = {}, told = null, here = null, zoom = null, playing = 0, wasAt = 0, pulled = null, pointed = null, unclicked = null;
  const end = () => model.get("shown").clock[0], played = () => zoom ?? [0, end()]; // what is zoomed in on takes as long

  function colourKnobs() {
    for (const { name, colour } of told) if (colour) knobs[name].box.style.setProperty("--hhlab-ion", view.ink(colour));
  }

  function fillRail() {
    if (told === model.get("knobs")) return;
    told = model.get("knobs");
    knobs = {};
    const groups = new Map();
    for (const each of told) {
      knobs[each.name] = knobOf(each, talk, words);
      if (!groups.has(each.group)) groups.set(each.group, []);
      groups.get(each.group).push(knobs[each.name].box);
    }
    colourKnobs();
    const focus = document.activeElement?.closest?.(".hhlab-knob")?.dataset.name, kind = document.activeElement?.type;
    sight.replaceChildren(...(groups.get("") ?? []));
    groups.delete("");
    folded.replaceChildren(...[...groups].flatMap(([name, each]) => [make("h4", "heading", name), ...each]));
    more.hidden = !groups.size;
    if (focus && root.contains(sight)) knobs[focus]?.box.querySelector(`input[type="${kind}"]`)?.focus();
  }

  function fillFixed() {
    const fixed = model.get("fixed");
    pills.replaceChildren(...fixed.presets.map(([name, label]) => Object.assign(press("pill", label, label, () => talk.say("preset", { name })), { preset: name })));
    boxes.replaceChildren(...fixed.boxes.map(([kind, gate, does]) => {
      const box = make("input", "", "", { type: "checkbox" });
      box.dataset.key = `${kind} ${gate}`;
      box.addEventListener("change", () => talk.say("tick", { kind, gate, on: box.checked }));
      return make("label", "box", [box, document.createTextNode(does)]);
    }));
  }

  function show() {
    const shown = model.get("shown");
    if (!shown.panels) return;
    fillRail();
    write(title, "textContent", shown.title);
    write(text, "textContent", shown.text);
    for (const each of told) {
      const about = shown.about.split(" ").includes(each.name);
      if (shown.values[each.name]) knobs[each.name].show(shown.values[each.name], about ? shown.notice : "", talk.waits("set", each.name));
    }
    const placed = shown.about.split(" ").some((name) => knobs[name]?.box.offsetParent);
    write(notice, "textContent", placed ? "" : shown.notice);
    for (const pill of pills.children) {
      const lit = shown.lit.includes(pill.preset);
      pill.classList.toggle("hhlab-lit", lit);
      tell(pill, "aria-pressed", lit);
    }
    for (const box of boxes.querySelectorAll("input")) box.checked = shown.ticked.some((each) => each.join(" ") === box.dataset.key);
    tell(undo, "aria-disabled", !shown.canUndo); // a button that is disabled would lose the focus
    tell(reset, "aria-disabled", shown.atStart);
    heldTable(shown);
    remember(shown);
    stage.classList.toggle("hhlab-preview", shown.preview);
    write(code, "textContent", shown.code);
    write(code, "hidden", !shown.code);
    if (!playing && !talk.waits("look")) [here, zoom] = [shown.cursor ?? null, shown.zoom ?? null]; // in the browser, None arrives as undefined
    write(controls, "hidden", !shown.panels.some((panel) => panel.time || panel.living));
    timeShown();
    view.paint();
    view.mark(here);
    scene.show(here);
  }

  function heldTable(shown) {
    if (table.dataset.html !== shown.table) {
      table.dataset.html = shown.table;
      table.innerHTML = shown.table; // made and escaped by tables.py
      table.append(...Object.keys(shown.held).map((letter) => press("plain", words("bench.drop", { letter }), words("bench.drop_tip", { letter }),
        () => talk.say("drop", { letter }))));
    }
    write(table, "hidden", !shown.table);
  }

  function timeShown() {
    const [last, size, unit] = model.get("shown").clock;
    write(cursor, "value", String(here === null ? 0 : Math.round(here / last * 600)));
    const time = here === null ? "" : `${(here / size).toFixed(2)} ${unit}`;
    write(said, "textContent", time);
    tell(cursor, "aria-valuetext", time || words("bench.no_cursor"));
    write(moment, "hidden", controls.hidden && here === null);
    write(moment, "textContent", here === null ? words("bench.no_moment") : model.get("shown").moment);
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
    const [from, until] = played();
    if (here === null || here < from || here >= until - 0.001 * (until - from)) here = from;
    playSays("❚❚", words("bench.pause"));
  }
  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    playSays("▶", words("bench.play"));
  }
  function playSays(sign, title) {
    Object.assign(play, { textContent: sign, title });
    play.setAttribute("aria-label", title);
  }
  function step(now) {
    if (!root.isConnected) return stop();
    const [from, until] = played(), next = here + (until - from) * Math.max(now - wasAt, 0) / PLAY;
    wasAt = now;
    put(Math.min(next, until));
    if (next >= until) stop(); else playing = requestAnimationFrame(step);
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
  for (const touched of ["input", "click"]) root.addEventListener(touched, () => { lost.hidden ||= !talk.ended; });
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=text]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "l" || event.key === "L") lab();
    if (event.key === "Escape" && document.fullscreenElement === root) document.exitFullscreen();
  });

  function lab() {
    if (document.fullscreenElement === root) return document.exitFullscreen();
    root.requestFullscreen?.().catch(() => {});
  }
  // The text of the notebook that stands above this bench, to be read beside it in lab mode.
  function textAbove() {
    let cell = el.closest(".jp-Cell")?.previousElementSibling;
    while (cell && !cell.querySelector(".jp-RenderedMarkdown")) cell = cell.previousElementSibling;
    const found = cell?.querySelector(".jp-RenderedMarkdown").cloneNode(true);
    for (const each of found?.querySelectorAll("[id], .jp-InternalAnchorLink") ?? []) {
      if (each.matches(".jp-InternalAnchorLink")) each.remove(); else each.removeAttribute("id");
    }
    return found ? [...found.childNodes] : [];
  }
  function fitted() {
    const full = document.fullscreenElement === root;
    task.replaceChildren(...(full ? textAbove() : []));
    task.hidden = !task.childNodes.length;
    root.classList.toggle("hhlab-lab", full);
    const tall = full ? Math.max(innerHeight - 190, 260) : 0, alive = scene.share();
    view.fill(tall * (1 - alive));
    scene.fill(tall * alive);
    fitAnew();
  }

  function remember(was) {
    const { held } = model.get("shown");
    for (const letter of Object.keys(heldWhen)) if (!held[letter]) delete heldWhen[letter];
    for (const letter of Object.keys(held)) heldWhen[letter] ??= was;
  }

  function lose() {
    if (talk.ended) return;
    talk.end();
    const goals = [...Object.keys(heldWhen).sort().map((letter) => heldWhen[letter]), model.get("shown")];
    keepLost(el, model.get("known_as"), { fixed: model.get("fixed"), goals });
    rail.inert = icons.inert = controls.inert = true;
    if (!el.closest(".hhlab-card")) sayLost(lost, words, "bench"); // a card says so itself
  }
  function wait(is) {
    if (talk.ended) return;
    lost.hidden = !is;
    lost.textContent = words("lost.waits");
  }
  async function comeBack({ goals }) {
    const done = (what, told) => new Promise((then) => talk.say(what, told, then));
    for (const goal of goals) {
      const tried = new Set();
      if (!model.get("shown").atStart) await done("reset");
      for (let step; (step = nextStep(model.get("shown"), goal, tried));) await done(...step);
      if (goal !== goals.at(-1)) await done("hold", { picture: null });
    }
    const was = goals.at(-1), all = nextStep(model.get("shown"), was, new Set()) === null;
    await done("look", { cursor: was.cursor ?? null, zoom: was.zoom ?? null });
    requestAnimationFrame(() => {
      lost.textContent = words(all ? "lost.back" : "lost.nearly_back");
      lost.hidden = false;
    });
  }
  // The kernel draws the still picture, which takes a fifth of a second; so it does not while someone moves anything.
  const toKeep = () => JSON.stringify(["picture", "held", "cursor"].map((part) => model.get("shown")[part]));
  let kept = toKeep(), resting = 0;
  function rest() {
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (toKeep() === kept || talk.ended || !el.closest(".jp-Notebook") || el.closest(".hhlab-card")) return;
      if (playing || !talk.idle() || model.get("shown").preview || root.querySelector(":active")) return rest();
      kept = toKeep();
      talk.say("keep");
    }, KEEP_AFTER);
  }
  let looked = false;
  const begun = onThePage(() => {
    if (looked || !el.closest(".jp-Cell")) return;
    looked = true;
    const was = takeLost(el, model.get("fixed"));
    if (was && !(was.goals.length === 1 && was.goals[0].atStart)) comeBack(was); // else there is nothing to bring back
  });
  const unwatch = watchKernel(model, lose, wait);
  const changed = () => {
    talk.heard(model.get("shown").answered);
    show();
    rest();
  };
  model.on("change:shown", changed);
  model.on("change:fixed", fillFixed);
  model.on("msg:custom", deliver);
  const fitAnew = () => {
    if (!root.isConnected) return; // it has no size or colours now
    view.fit();
    show();
    colourKnobs();
  };
  const size = new ResizeObserver(() => requestAnimationFrame(fitAnew));
  const theme = new MutationObserver(() => [0, 200, 800, 2000].forEach((wait) => setTimeout(fitAnew, wait))); // its styles come later
  size.observe(view.stack);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  document.addEventListener("fullscreenchange", fitted);
  fillFixed();
  show();
  return () => {
    stop();
    scene.leave();
    [...begun, resting].forEach(clearTimeout);
    unwatch();
    model.off("change:shown", changed);
    model.off("change:fixed", fillFixed);
    model.off("msg:custom", deliver);
    size.disconnect();
    theme.disconnect();
    document.removeEventListener("fullscreenchange", fitted);
  };
}

export default { render };
