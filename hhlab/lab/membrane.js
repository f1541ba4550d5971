// The living membrane: draws what views/membrane.py tells of a recording, at the moment where the cursor stands. Which
// gates are open, what crosses and when, and how many dots there are is all computed there; only the trembling of the
// other ions is made here. This stands before bench.js.

const TREMBLE = 2.2; // px by which an ion moves in a frame, at most
const PORE = 0.25; // of the way of a dot that crosses: what lies within the membrane
const CHANNEL = 76, NARROW = 42, STRETCH = 330, SMALL = 480, TIGHT = 280; // px: a channel, the narrowest; the narrowest patch beside another; a small one; one where a side has a line of its own
const FRONT = 4; // channels of a kind that stand in front, at most; half as many leaks
const ROW = 284, SHORT = 256; // px: height of the scene, and of each row where there are more
const DRAG = 100; // ms after a new recording in which dots do not tremble, so that nothing slows the drag of a slider
const LIGHT = { out: "#edf4f9", in: "#f7f3ec", head: "#b9c1cc", tail: "#d5dae1", sheet: "#dbe2ea", ink: "#222222", pale: "#ffffff",
  deep: "#000000", plus: "#b2182b", minus: "#2166ac", drug: "#5b2a86", glass: "#7b8794" };
const DARK = { out: "#131b23", in: "#1f1d1b", head: "#5a6675", tail: "#3c4550", sheet: "#2a343f", ink: "#e6e6e6", pale: "#000000",
  deep: "#ffffff", plus: "#ff9a8f", minus: "#8fc1ff", drug: "#d3a6ff", glass: "#9aa7b5" };
const NUMBERS = { i1: Int8Array, u1: Uint8Array, u2: Uint16Array, i2: Int16Array, f4: Float32Array };

function unpacked(told) {
  if (told?.bytes) return new NUMBERS[told.kind](bytesOf(told.bytes));
  if (told instanceof Array) return told.map(unpacked);
  return told instanceof Object ? Object.fromEntries(Object.entries(told).map(([name, each]) => [name, unpacked(each)])) : told;
}

function mixed(one, other, share) {
  const part = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  return `rgb(${[0, 1, 2].map((k) => Math.round(part(one, k) * (1 - share) + part(other, k) * share))})`;
}

const spread = (i) => (i * 0.618034) % 1; // numbers from 0 to 1 of which none is near to those just before

function firstFrom(times, moment) { // of times that rise, but for their signs
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Math.abs(times[middle]) < moment) low = middle + 1; else high = middle;
  }
  return low;
}

function membrane(model, root, told) {
  const canvas = make("canvas", "scene"), caption = make("p", "caption"), rules = make("p", "rules"), figure = make("div", "living", [canvas]);
  const words = make("details", "in-words", [make("summary", "", told("membrane.in_words")), caption, rules]);
  canvas.setAttribute("role", "img");
  const still = matchMedia("(prefers-reduced-motion: reduce)"), clouds = {};
  let scene = null, from = null, stretches = [], ground = null, painted = "", sprites = {}, look = LIGHT, dark = false;
  let t = 0, width = 0, height = 0, room = 0, seen = false, running = 0, renewed = 0, context = null, letters = "";
  const ink = (colour) => (dark ? model.get("fixed").dark[colour] ?? colour : colour);
  const near = () => scene.near * scene.end;
  const then = (values, k) => values[Math.min(k, values.length - 1)]; // some never change
  const isOpen = (kind, c, k) => (kind.opened[Math.ceil(kind.free.length / 8) * k + (c >> 3)] >> (c & 7) & 1) === 1;
  const particle = (kind, c, b, k) => kind.states[c * scene.moments + k] >> b & 1;

  // ---- where everything is ----

  function layOut() {
    width = figure.clientWidth;
    const columns = Math.max(1, Math.min(scene.patches.length, Math.floor(width / STRETCH))), wide = width / columns;
    const rows = scene.patches.flatMap((patch) => {
      const total = patch.kinds.length + (patch.pump ? 1 : 0), parts = Math.max(1, Math.ceil(total * NARROW / Math.max(wide - 30, NARROW))), share = Math.ceil(total / parts);
      return Array.from({ length: parts }, (_, k) => ({ patch, kinds: patch.kinds.slice(k * share, (k + 1) * share), pump: k === parts - 1 && patch.pump }));
    });
    const lines = Math.ceil(rows.length / columns), tall = room > 0 ? Math.max(room / lines, 200) : lines > 1 ? SHORT : ROW;
    height = lines * tall;
    stretches = rows.map((row, k) => stretch(row, k, (k % columns) * wide, Math.floor(k / columns) * tall,
      wide - (columns > 1 ? 8 : 0), tall - (lines > 1 ? 8 : 0)));
  }

  function stretch({ patch, kinds, pump }, number, x0, y0, w, h) {
    const begin = x0 + (patch.electrode ? 34 : 4), head = patch.title || w < SMALL ? 40 : 24, free = h - head - 24;
    const sheet = Math.min(Math.max(0.16 * free, 24), 48), thick = Math.min(Math.max(0.19 * free, 36), 56);
    const front = y0 + head + 0.3 * free + sheet, inner = front + thick, pumps = pump ? 1 : 0;
    const counts = kinds.map(() => 1), most = kinds.map((kind) => (kind.particles.length ? FRONT : FRONT / 2));
    for (let left = Math.floor((x0 + w - begin) / CHANNEL) - kinds.length - pumps, k = 0; left > 0 && counts.some((n, j) => n < most[j]); k++) {
      const j = k % kinds.length;
      if (counts[j] < most[j]) [counts[j], left] = [counts[j] + 1, left - 1];
    }
    const used = counts.reduce((a, b) => a + b, pumps), slot = (x0 + w - begin - 4) / Math.max(used, 1), place = (k) => begin + k * slot;
    const channels = kinds.flatMap((kind, j) => Array.from({ length: counts[j] }, (_, c) => ({ kind, c })));
    channels.forEach((each, k) => { each.x = place(k + 0.5); });
    const wide = Math.min(0.66 * slot, 58), gap = Math.max(0.26 * wide, 7);
    const hanging = channels.filter(({ kind }) => kind.plugs.includes(true)).map(({ x }) => x + wide / 2 + 3), signs = [];
    for (let k = 0; k < 400; k++) {
      const x = begin + 6 + spread(k) * (x0 + w - begin - 12);
      if ([...signs, ...hanging].every((other) => Math.abs(other - x) > 10)) signs.push(x);
    }
    const dots = patch.dots.map((each) => {
      const key = `${number} ${each.ion} ${each.mouths}`;
      return { ...each, out: cloud(`${key} out`, each.outside), in: cloud(`${key} in`, Math.max(...each.inside)) };
    });
    return { patch, kinds, pump, dots, channels, signs, slot, wide, gap, x0, y0, w, h, head, front, inner, back: front - sheet,
      top: front - 9, bottom: inner + 9, pumpAt: place(used - 0.5), high: y0 + head, low: y0 + h - 24,
      pores: surface(kinds, counts, x0 + 6, w - 12, front - sheet + 5, sheet - 15, Array.from({ length: used + 1 }, (_, k) => place(k))) };
  }

  // The channels that do not stand in front: places on the surface, in rows, and where a dot comes out below, between
  // those in front.
  function surface(kinds, counts, left, wide, top, tall, gaps) {
    const behind = kinds.flatMap((kind, j) => Array.from({ length: kind.free.length - counts[j] }, (_, i) => ({ kind, c: i + counts[j] })));
    behind.sort((a, b) => spread(7 * a.c + 3 * a.kind.name.length) - spread(7 * b.c + 3 * b.kind.name.length));
    const lines = Math.max(2, Math.round(Math.sqrt(behind.length * tall / wide * 2))), across = Math.ceil(behind.length / lines);
    return behind.map((each, i) => {
      const row = i % lines, deep = (row + 0.25 + 0.5 * spread(3 * i)) / lines;
      const x = left + (Math.floor(i / lines) + 0.4 + (row % 2 ? 0.22 : -0.22) + 0.3 * spread(5 * i)) / across * wide;
      return { ...each, x, y: top + deep * tall, r: Math.min(6, 0.34 * wide / across, 0.8 * tall / lines) * (0.65 + 0.35 * deep),
        below: gaps.reduce((a, b) => (Math.abs(b - x) < Math.abs(a - x) ? b : a)) };
    });
  }

  function cloud(key, n) { // places of dots, each from 0 to 1, which stay where they are when others come
    const there = clouds[key] ?? [];
    return clouds[key] = there.length >= 2 * n ? there : Float32Array.from({ length: 2 * n }, (_, i) => there[i] ?? Math.random());
  }

  // ---- brushes ----

  function path(points, colour, line) { // filled; with a width, a line
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    paint(colour, line);
  }

  function paint(colour, line) {
    context[line ? "strokeStyle" : "fillStyle"] = colour;
    context.lineWidth = line ?? 1;
    if (line) context.stroke(); else context.fill();
  }

  function text(said, x, y, size, { bold = false, align = "center", colour = look.ink, ground: behind } = {}) { // its width
    context.font = `${bold ? "600 " : ""}${size}px ${letters}`;
    context.textAlign = align;
    const wide = context.measureText(said).width;
    if (behind) {
      context.globalAlpha = 0.8;
      context.fillStyle = behind;
      context.fillRect(x - 3 - (align === "center" ? wide / 2 : 0), y - 7, wide + 6, 14);
      context.globalAlpha = 1;
    }
    context.fillStyle = colour;
    context.fillText(said, x, y);
    return wide;
  }

  function disc(x, y, r, colour) {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    paint(colour);
  }

  function outline(brush, ion, x, r) { // no ion is told by its colour alone
    const corners = { Cl: [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]], Ca: [[0, -1.35], [1.2, 0], [0, 1.35], [-1.2, 0]] }[ion];
    brush.beginPath();
    if (corners) for (const [a, b] of corners) brush.lineTo(x + a * r, x + b * r);
    else if (ion === "K") brush.roundRect(x - r * 0.88, x - r * 0.88, r * 1.76, r * 1.76, r * 0.35);
    else brush.arc(x, x, r, 0, 2 * Math.PI);
    brush.closePath();
  }

  function stamp(ion, x, y, r) { // an ion, from a small picture of it
    const key = `${ion} ${r}`, ratio = Math.max(devicePixelRatio, 1), size = Math.ceil(2.8 * r) + 2;
    if (!sprites[key]) {
      const brush = (sprites[key] = new OffscreenCanvas(size * ratio, size * ratio)).getContext("2d"), colour = ink(scene.colours[ion]);
      brush.scale(ratio, ratio);
      outline(brush, ion, size / 2, r);
      brush.fillStyle = brush.createRadialGradient(size / 2 - r / 3, size / 2 - r / 3, 0, size / 2, size / 2, r * 1.2);
      brush.fillStyle.addColorStop(0, mixed(colour, "#ffffff", 0.35));
      brush.fillStyle.addColorStop(1, colour);
      brush.fill();
      brush.strokeStyle = dark ? "rgb(0 0 0 / 50%)" : "rgb(255 255 255 / 75%)";
      brush.lineWidth = 0.8;
      brush.stroke();
    }
    context.drawImage(sprites[key], x - size / 2, y - size / 2, size, size);
  }

  // ---- what does not move ----

  function prepare() {
    dark = isDark(root);
    look = dark ? DARK : LIGHT;
    letters = getComputedStyle(root).fontFamily;
    layOut();
    const ratio = Math.max(devicePixelRatio, 1), kinds = stretches.map((s) => [s.patch.electrode, s.channels.map(({ kind }) => kind.name)]);
    const now = JSON.stringify([dark, ratio, width, height, kinds]);
    if (painted === now) return;
    [painted, sprites] = [now, {}];
    for (const each of [canvas, ground = new OffscreenCanvas(1, 1)]) {
      each.width = Math.round(width * ratio);
      each.height = Math.round(height * ratio);
      context = each.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    canvas.style.height = `${height}px`;
    for (const each of stretches) background(each);
  }

  function background(s) {
    const sheet = context.createLinearGradient(0, s.back, 0, s.front);
    [look.out, look.sheet, look.sheet].forEach((colour, k) => sheet.addColorStop([0, 0.35, 1][k], colour));
    context.save();
    context.beginPath();
    context.roundRect(s.x0, s.y0, s.w, s.h, 10);
    context.clip();
    for (const [colour, top] of [[look.out, s.y0], [sheet, s.back], [look.in, s.front]]) {
      context.fillStyle = colour;
      context.fillRect(s.x0, top, s.w, s.h);
    }
    for (const [y, way] of [[s.front, 1], [s.inner, -1]]) {
      const deep = way * (s.inner - s.front) / 2;
      for (let x = s.x0 + 4; x < s.x0 + s.w; x += 9) {
        context.beginPath();
        for (const side of [-1.8, 1.8]) {
          context.moveTo(x + side, y + way * 3);
          context.bezierCurveTo(x + side - 1, y + 0.4 * deep, x + side + 1.6, y + 0.6 * deep, x + side, y + deep - way * 1.5);
        }
        paint(look.tail, 1.6);
        disc(x, y, 3.7, look.head);
      }
    }
    for (const { kind, x } of s.channels) for (const side of [-1, 1]) wall(s, ink(kind.colour), x, side);
    context.restore();
  }

  function wall({ top, bottom, gap, wide }, colour, x, side) { // half of a channel
    const tall = bottom - top, w = wide / 2, r = Math.min(13, w * 0.6), mouth = Math.min(gap, w * 0.65), at = (far) => x + side * far;
    context.fillStyle = look.in;
    context.fillRect(Math.min(x, at(mouth)), top + 9, mouth, tall - 9);
    context.beginPath();
    context.moveTo(at(mouth), top + 1);
    context.quadraticCurveTo(at(gap / 2), top + 0.07 * tall, at(gap / 2), top + 0.22 * tall);
    context.lineTo(at(gap / 2), bottom - 0.16 * tall);
    context.quadraticCurveTo(at(gap / 2), bottom - 0.05 * tall, at(mouth), bottom - 1);
    context.arcTo(at(w), bottom + 1, at(w), bottom - 2 * r, r);
    context.quadraticCurveTo(at(w - 2.5), (top + bottom) / 2, at(w), top + 2 * r);
    context.arcTo(at(w), top - 1, at(mouth), top, r);
    context.closePath();
    const body = context.createLinearGradient(x - w, 0, x + w, 0);
    [0.5, 0.27, 0.45].forEach((share, k) => body.addColorStop(k / 2, mixed(colour, look.pale, share)));
    paint(body);
    paint(mixed(colour, look.deep, 0.15), 1.2);
  }

  // ---- one frame ----

  function frame() {
    const at = Math.min(Math.max(t / scene.end, 0), 1) * (scene.moments - 1), k = Math.round(at);
    context = canvas.getContext("2d");
    context.drawImage(ground, 0, 0, width, height);
    context.textBaseline = "middle";
    context.lineCap = "round";
    for (const s of stretches) {
      const V = volts(s.patch.V, t / scene.end);
      pores(s, k);
      for (const each of s.dots) scattered(s, each, k);
      if (s.patch.electrode) electrode(s, k);
      for (const kind of s.kinds) crossing(s, kind, k);
      for (const each of s.channels) gates(s, each, k);
      const turns = s.pump && turning(s);
      charges(s, V);
      labels(s, k, V, turns);
    }
  }

  function volts(V, share) {
    const at = Math.min(Math.max(share, 0), 1) * (V.length - 1), low = Math.min(Math.floor(at), V.length - 2);
    return 0.01 * (V[low] + (at - low) * (V[low + 1] - V[low]));
  }

  function pores(s, k) {
    for (const kind of s.kinds) {
      for (const open of [false, true]) {
        context.beginPath();
        for (const { x, y, r, c } of s.pores.filter((each) => each.kind === kind && isOpen(kind, each.c, k) === open)) {
          context.moveTo(x + r, y);
          context.ellipse(x, y, r, 0.5 * r, 0, 0, 2 * Math.PI);
        }
        paint(open ? look.in : mixed(ink(kind.colour), look.sheet, 0.62));
        if (open) paint(ink(kind.colour), 2);
      }
    }
  }

  function scattered(s, { ion, outside, inside, mouths, out, in: within }, k) {
    const r = s.w < SMALL ? 2.4 : 3, below = s.inner + 14, at = s.channels.filter(({ kind }) => mouths.includes(kind.name));
    for (let i = 0; i < outside; i++) stamp(ion, s.x0 + 6 + out[2 * i] * (s.w - 12), s.high + out[2 * i + 1] * (s.front - 14 - s.high), r);
    for (let i = 0; i < then(inside, k); i++) {
      const [across, down] = [within[2 * i], within[2 * i + 1]];
      if (!mouths.length) stamp(ion, s.x0 + 6 + across * (s.w - 12), below + down * (s.low - below), r);
      else if (at.length) stamp(ion, at[i % at.length].x + (across - 0.5) * s.wide, s.inner + 10 + down * 12, r);
    }
  }

  // A dot is in the middle of its channel at the moment at which the charge of one more dot has crossed.
  function crossing(s, kind, k) {
    const behind = s.pores.filter((each) => each.kind === kind);
    for (let i = firstFrom(kind.times, t - near()); i < kind.times.length && Math.abs(kind.times[i]) < t + near(); i++) {
      const u = (t - Math.abs(kind.times[i])) / near(), down = -u * Math.sign(kind.times[i]), far = Math.max(Math.abs(u) - PORE, 0) / (1 - PORE);
      const c = kind.through[i], front = s.channels.find((each) => each.kind === kind && each.c === c), drift = (spread(i) - 0.5) * 50 * far ** 1.5;
      const pore = front ?? behind.find((each) => each.c === c) ?? { ...behind[i % behind.length], y: s.back }; // or beyond the horizon
      if (!far && !(front && isOpen(kind, c, k))) continue; // out of sight, or it has closed again
      const [above, below] = front ? [s.top, s.bottom] : [pore.y, s.inner + 6];
      const y = !far ? (above + below + down / PORE * (below - above)) / 2 : down < 0 ? above - 0.8 * far * (above - s.high) : below + 0.6 * far * (s.low - below);
      context.globalAlpha = Math.min(1, 3 * (1 - Math.abs(u)));
      stamp(kind.ion, drift + (down > 0 && !front ? pore.below : pore.x), y, 4.6);
    }
    context.globalAlpha = 1;
  }

  function gates(s, { kind, c, x }, k) {
    const { top, bottom, gap, wide } = s, tall = bottom - top, big = wide > 40, colour = mixed(ink(kind.colour), look.deep, 0.42);
    const named = (b, at, y, shade) => big && text(kind.particles[b].split(" ")[0], at, y, 10, { bold: true, colour: shade });
    if (isOpen(kind, c, k) && kind.particles.length) {
      context.globalAlpha = 0.25;
      path([[x - gap / 2, top], [x + gap / 2, top], [x + gap / 2, bottom], [x - gap / 2, bottom]], ink(kind.colour));
      context.globalAlpha = 1;
    }
    const bars = kind.plugs.filter((plug) => !plug).length;
    kind.plugs.forEach((plug, b) => { // bars come first
      const open = particle(kind, c, b, k), side = (plug ? b - bars : b + 1) % 2 ? -1 : 1, hinge = x + side * gap / 2;
      if (plug) {
        const r = Math.max(gap * 0.56, 5), at = open ? x + side * (wide / 2 + r * 0.4) : x, y = open ? bottom + r + 1 : bottom - r * 0.2;
        path([[hinge + side * 6, bottom - 3], [at, y]], colour, 1.6);
        disc(at, y, r, colour);
        return named(b, at, y + 0.5, look.pale);
      }
      const y = top + tall * (0.3 + 0.5 * (bars > 1 ? b / (bars - 1) : 0.5));
      path([[hinge, y], open ? [hinge + side, y + Math.min(gap, 0.5 * tall / bars)] : [x - side * gap / 2, y]], colour, big ? 4 : 3);
      named(b, x + side * (gap / 2 + 8), y, look.ink);
      if (kind.binds[b] && open) for (const way of [-1, 1]) stamp("Ca", x + way * gap * 0.8, bottom - 3, 3.6);
    });
    if (!kind.free[c]) poison(s, x, kind.inside ? bottom - 4 : top + 4);
  }

  function poison({ gap }, x, y) {
    path([0, 1, 2, 3, 4, 5].map((i) => [x + 0.75 * gap * Math.cos(i * Math.PI / 3), y + 0.75 * gap * Math.sin(i * Math.PI / 3)]), look.drug);
  }

  // The first half of a turn carries three dots of Na out, the other half two of K in.
  function turning(s) {
    const { pumpAt: x, pump } = s, middle = (s.top + s.bottom) / 2, w = s.wide / 2, tall = s.bottom - s.top + 8, colour = ink(scene.colours.pump);
    const [out, into] = [pump.Na, pump.K].map((times) => firstFrom(times, t + 1e-9)), inward = out === into;
    const begun = inward ? into : out - 0.5, last = inward ? pump.K[into - 1] ?? 0 : pump.Na[out - 1], next = inward ? pump.Na[out] : pump.K[into];
    const part = next ? (t - last) / (next - last) : (t - last) / Math.max(scene.end - last, 1e-9) * 2 * (pump.turned - begun);
    for (const side of [-1, 1]) {
      context.save();
      context.translate(x + side * w * 0.6, middle);
      context.rotate((inward ? -1 : 1) * side * 0.17);
      context.beginPath();
      context.roundRect(-w * 0.46, -tall / 2, w * 0.92, tall, w * 0.4);
      paint(mixed(colour, look.pale, 0.3));
      paint(mixed(colour, look.deep, 0.2), 1.2);
      context.restore();
    }
    const way = inward ? 1 : -1, bound = inward ? ["Na", 3] : ["K", 2], freed = inward ? ["K", 2] : ["Na", 3], since = (t - last) / near();
    for (let i = 0; i < Math.min(bound[1], Math.floor(part * (bound[1] + 1))); i++) {
      stamp(bound[0], x + (i - (bound[1] - 1) / 2) * 7, middle + way * 6 * (1 + i % 2), 4);
    }
    if (begun && since < 1) {
      context.globalAlpha = Math.min(1, 3 * (1 - since));
      const to = 6 + 0.9 * since * Math.abs(middle - (inward ? s.low : s.high));
      for (let i = 0; i < freed[1]; i++) stamp(freed[0], x + (i - (freed[1] - 1) / 2) * (8 + 14 * since), middle + way * to, 4.6);
      context.globalAlpha = 1;
    }
    if (pump.blocked) poison(s, x, s.top + 4);
    return Math.floor(begun + part / 2);
  }

  function charges(s, V) {
    const count = Math.round(Math.abs(V) / scene.perSign);
    for (const [y, positive] of [[s.front - 16, V < 0], [s.inner + 16, V > 0]]) {
      for (const x of s.signs.slice(0, count)) {
        const colour = positive ? look.plus : look.minus;
        path([[x - 3.2, y], [x + 3.2, y]], colour, 2);
        if (positive) path([[x, y - 3.2], [x, y + 3.2]], colour, 2);
      }
    }
  }

  function electrode(s, k) { // a glass pipette, with its tip inside
    const x = s.x0 + 20, tip = s.inner + 18, current = then(s.patch.stimulus, k);
    const glass = [[x - 13, s.high], [x + 5, s.high], [x + 2, tip], [x - 1, tip], [x - 13, s.high]];
    context.globalAlpha = 0.35;
    path(glass, look.glass);
    context.globalAlpha = 1;
    path(glass, look.glass, 1.3);
    const said = current ? told("membrane.stimulus", { current: plain(Number(current.toPrecision(2))) }) : s.patch.electrode;
    text(said, x + 12, s.high + 9, 11, { bold: Boolean(current), align: "left", ground: look.out });
  }

  function labels(s, k, V, turns) {
    const small = s.w < SMALL, end = s.x0 + s.w - 10;
    legend(s, "outside", s.high - 11, (each) => each.mM[0], small);
    const written = legend(s, "inside", s.low + 12, (each) => then(each.mM[1], k), small);
    text(s.patch.title, s.x0 + 10, s.y0 + 13, 13, { bold: true, align: "left" });
    text(`V ${plain(V.toFixed(0))} mV`, end, s.y0 + 13, 13, { bold: true, align: "right" });
    context.font = `11px ${letters}`;
    if (end - context.measureText(scene.scale).width > written) text(scene.scale, end, s.low + 12, 11, { align: "right" });
    const under = (x, name, state, free, bold) => {
      text(name, x, s.inner + 31, 12, { bold: true, ground: look.in });
      context.font = `${bold ? "600 " : ""}11px ${letters}`;
      const lines = wrapped(context, state, s.slot - 4), wide = Math.max(...lines.map((line) => context.measureText(line).width));
      if (wide > s.slot || s.inner + 44 + 13 * lines.length > s.low) return; // it is told in words
      lines.forEach((line, k) => text(line, x, s.inner + 45 + 13 * k, 11, { bold, colour: free ? look.ink : look.drug, ground: look.in }));
    };
    for (const { kind, c, x } of s.channels) under(x, kind.name, stateOf(kind, c, k), kind.free[c], kind.particles.length && isOpen(kind, c, k));
    if (s.pump) under(s.pumpAt, told("membrane.pump"), s.pump.blocked ? told("membrane.ouabain") : told("membrane.turns", { turns }), !s.pump.blocked);
  }

  function stateOf(kind, c, k) {
    if (!kind.free[c]) return kind.drug;
    if (!kind.particles.length) return told("membrane.always_open");
    if (kind.plugs.some((plug, b) => plug && !particle(kind, c, b, k))) return told("membrane.inactivated");
    return told(isOpen(kind, c, k) ? "membrane.open" : "membrane.closed");
  }

  function legend(s, side, y, value, small) { // where it ends
    const tight = s.w < TIGHT, named = !tight || side === "inside" || !s.patch.title; // a title stands where "outside" would
    const wide = named ? text(told(`membrane.${side}`), s.x0 + 10, y - (tight ? 14 : 0), small ? 11 : 12, { bold: true, align: "left" }) : 0;
    const listed = s.dots.filter(({ mouths }) => !mouths.length), close = tight && listed.length > 3;
    let x = s.x0 + (close ? 2 : tight ? 8 : 17 + wide);
    for (const each of listed) {
      const mM = value(each), unit = mM < 0.1 ? " µM" : small ? "" : " mM";
      stamp(each.ion, x + 4, y, 4);
      const said = `${scene.names[each.ion]} ${mM < 0.1 ? Number((1e3 * mM).toPrecision(2)) : Number(mM.toPrecision(3))}${unit}`;
      x += (close ? 14 : 23) + text(said, x + 12, y, close ? 10 : small ? 11 : 12, { align: "left" });
    }
    return x;
  }

  // ---- life ----

  function tremble() {
    for (const s of stretches) {
      for (const places of s.dots.flatMap((each) => [each.out, each.in])) {
        for (let i = 0; i < places.length; i++) {
          const moved = places[i] + (Math.random() - 0.5) * TREMBLE / (i % 2 ? 100 : s.w);
          places[i] = moved < 0 ? -moved : moved > 1 ? 2 - moved : moved;
        }
      }
    }
  }

  function live(now) {
    running = 0;
    if (!seen || !root.isConnected || still.matches) return;
    if (now - renewed > DRAG) {
      tremble();
      frame();
    }
    running = requestAnimationFrame(live);
  }
  const watcher = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (seen) at(t);
  });
  watcher.observe(canvas);

  function at(moment) {
    t = moment ?? scene?.peak ?? 0;
    if (!ground || !seen) return; // it is drawn when it comes into sight
    if (!running) frame();
    running ||= requestAnimationFrame(live);
  }

  function show(moment) {
    const sent = model.get("scene"), panel = model.get("shown").panels.find((each) => each.living), renewal = sent !== from;
    figure.hidden = words.hidden = !panel;
    if (!panel) return;
    if (renewal) scene = unpacked(from = sent);
    caption.textContent = panel.caption;
    rules.textContent = scene.rules;
    canvas.setAttribute("aria-label", panel.caption);
    if (!figure.clientWidth) return;
    prepare();
    at(moment);
    if (!renewal || !seen) return;
    if (running && !still.matches) tremble();
    frame();
    renewed = performance.now();
  }

  // What share of a window it takes, with the line below it.
  const share = () => (figure.hidden ? 0 : [1, 0.6, 0.5][model.get("shown").panels.length - 1] ?? 0.4);
  return { figure, words, show, at, share, leave: () => watcher.disconnect(), fill: (pixels) => { room = pixels && Math.max(pixels - 30, 180); } };
}
