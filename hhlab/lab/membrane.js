// The living membrane: draws what views/membrane.py tells of a recording, at the moment where the cursor stands. Which
// gates are open, what crosses and when, and how many dots there are is all computed there; only the trembling of the
// other ions is made here. This stands before bench.js.

const BROWNIAN = 1.1; // px that an ion moves in a frame, about
const PORE = 0.25; // of that way which is within the membrane
const CHANNEL = 76, NARROW = 42, STRETCH = 330; // px: a channel, the narrowest one, the narrowest patch beside another
const PAUSE = 100; // ms after an answer in which nothing is drawn but answers: a drag has all the time there is
const ROW = 304, SHORT = 256; // px: height of the scene, and of each row where there are more
const LOOKS = {
  light: { out: "#edf4f9", in: "#f7f3ec", head: "#b9c1cc", tail: "#d5dae1", sheet: "#dbe2ea", ink: "#222222", shade: "#000000", plus: "#b2182b", minus: "#2166ac", halo: "rgb(247 243 236 / 82%)", drug: "#5b2a86", glass: "#7b8794" },
  dark: { out: "#131b23", in: "#1f1d1b", head: "#5a6675", tail: "#3c4550", sheet: "#2a343f", ink: "#e6e6e6", shade: "#ffffff", plus: "#ff9a8f", minus: "#8fc1ff", halo: "rgb(31 29 27 / 82%)", drug: "#d3a6ff", glass: "#9aa7b5" },
};

function chance(seed) { // numbers from 0 to 1, the same for the same seed
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function mixed(one, other, share) {
  const part = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  return `rgb(${[0, 1, 2].map((k) => Math.round(part(one, k) * (1 - share) + part(other, k) * share))})`;
}

function packed(view, Kind) { // numbers of a message, which need not begin where such numbers may
  return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

function unpacked(told) {
  const patches = told.patches.map((patch) => ({
    ...patch, V: packed(patch.V, Int16Array), stimulus: packed(patch.stimulus, Float32Array),
    dots: patch.dots.map((each) => ({ ...each, inside: packed(each.inside, Uint16Array), mM: [each.mM[0], packed(each.mM[1], Float32Array)] })),
    kinds: patch.kinds.map((each) => ({ ...each, states: packed(each.states, Uint16Array), opened: packed(each.opened, Uint8Array),
      times: packed(each.times, Float32Array), through: packed(each.through, Int8Array) })),
    pump: patch.pump && { ...patch.pump, Na: packed(patch.pump.Na, Float32Array), K: packed(patch.pump.K, Float32Array) },
  }));
  return { ...told, patches };
}

function firstFrom(times, moment) { // of times that rise, but for their signs
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Math.abs(times[middle]) < moment) low = middle + 1; else high = middle;
  }
  return low;
}

function membrane(model, root) {
  const canvas = make("canvas", "scene"), caption = make("p", "caption"), rules = make("p", "rules");
  const figure = make("div", "living", [canvas]), words = make("details", "in-words", [make("summary", "", "The membrane in words, and what its dots stand for"), caption, rules]);
  canvas.setAttribute("role", "img");
  let scene = null, from = null, stretches = [], ground = null, t = 0, dark = false, look = LOOKS.light, width = 0, height = 0, room = 0;
  let seen = false, running = 0, shownAt = 0, sprites = {}, painted = "";
  const clouds = {};
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const ink = (colour) => (dark ? model.get("fixed").dark[colour] ?? colour : colour);
  const font = (size, bold) => `${bold ? "600 " : ""}${size}px ${getComputedStyle(root).fontFamily}`;

  // ---- where everything is ----

  function layOut() {
    width = figure.clientWidth;
    const many = scene.patches.length, columns = Math.max(1, Math.min(many, Math.floor(width / STRETCH)));
    const wide = width / columns, most = Math.max(1, Math.floor((wide - 30) / NARROW));
    const rows = scene.patches.flatMap((patch, place) => {
      const total = patch.kinds.length + (patch.pump ? 1 : 0), parts = Math.ceil(total / most), share = Math.ceil(total / parts);
      return Array.from({ length: parts }, (_, k) => ({ patch, place, kinds: patch.kinds.slice(k * share, (k + 1) * share), pump: k === parts - 1 && patch.pump }));
    });
    const lines = Math.ceil(rows.length / columns), tall = room > 0 ? Math.max(room / lines, 200) : lines > 1 ? SHORT : ROW;
    height = lines * tall;
    stretches = rows.map((row, k) => stretch(row, (k % columns) * wide, Math.floor(k / columns) * tall, wide - (columns > 1 ? 8 : 0), tall - (lines > 1 ? 8 : 0), k));
  }

  function stretch(row, x0, y0, w, h, number) {
    const { patch, kinds, pump } = row, electrode = patch.electrode ? 30 : 0;
    const head = patch.title || w < 480 ? 40 : 24, foot = 24, free = h - head - foot;
    const sheet = Math.min(Math.max(0.16 * free, 24), 48), thick = Math.min(Math.max(0.19 * free, 36), 56);
    const front = y0 + head + 0.3 * free + sheet, back = front - sheet, inner = front + thick;
    const slots = Math.max(kinds.length + (pump ? 1 : 0), Math.min(Math.floor((w - electrode) / CHANNEL), 4 * kinds.length + (pump ? 1 : 0)));
    const counts = kinds.map(() => 1);
    for (let left = slots - kinds.length - (pump ? 1 : 0), k = 0; left > 0 && counts.some((n) => n < 4); k++) {
      const at = k % kinds.length;
      if (counts[at] < 4 && (kinds[at].particles.length || counts[at] < 2 || counts.every((n, j) => n >= 4 || !kinds[j].particles.length))) { counts[at]++; left--; }
    }
    const used = counts.reduce((a, b) => a + b, 0) + (pump ? 1 : 0), slot = (w - electrode - 8) / used;
    const wide = Math.min(0.66 * slot, 58), random = chance(7 + number);
    let place = 0;
    const channels = kinds.flatMap((kind, j) => Array.from({ length: counts[j] }, (_, c) => ({ kind, c, x: x0 + electrode + 4 + (place++ + 0.5) * slot })));
    const pumpAt = pump ? x0 + electrode + 4 + (place + 0.5) * slot : 0;
    const pores = spread(kinds.flatMap((kind, j) => Array.from({ length: kind.free.length - counts[j] }, (_, c) => ({ j, c: c + counts[j] }))), x0 + 6, w - 12, back + 5, sheet - 15, random);
    const gaps = Array.from({ length: used + 1 }, (_, k) => x0 + electrode + 4 + k * slot);
    for (const pore of pores) pore.below = gaps.reduce((a, b) => (Math.abs(b - pore.x) < Math.abs(a - pore.x) ? b : a)); // not below another channel
    const taken = (x) => channels.some((each) => Math.abs(each.x - x) < wide / 2 + 6) || (pump && Math.abs(pumpAt - x) < wide / 2 + 6);
    const places = Array.from({ length: 400 }, (_, k) => x0 + electrode + 10 + (k * 0.618034 % 1) * (w - electrode - 20)).filter((x) => !taken(x));
    const signs = [];
    for (const x of places) if (signs.every((other) => Math.abs(other - x) > 11)) signs.push(x);
    const dots = patch.dots.map((each) => {
      const most = Math.max(each.outside, ...each.inside);
      const key = `${number} ${each.ion} ${each.mouths}`;
      return { each, out: cloud(`${key} out`, each.outside, random), in: cloud(`${key} in`, most, random) };
    });
    return { ...row, x0, y0, w, h, head, front, back, inner, slot, wide, channels, pores, counts, pumpAt, signs, dots, electrode,
      outside: [y0 + head, front - 14], inside: [inner + 14, y0 + h - foot] };
  }

  // Places on the surface, one for each channel that does not stand in front, none too near to another.
  function spread(behind, left, wide, top, tall, random) {
    const lines = Math.max(2, Math.round(Math.sqrt(behind.length * tall / wide * 2))), across = Math.ceil(behind.length / lines);
    const cells = behind.map((_, i) => i).sort(() => random() - 0.5);
    return behind.map((each, i) => {
      const row = cells[i] % lines, column = Math.floor(cells[i] / lines), deep = (row + 0.5 + 0.5 * (random() - 0.5)) / lines;
      const x = left + (column + 0.5 + (row % 2 ? 0.22 : -0.22) + 0.3 * (random() - 0.5)) / across * wide;
      return { ...each, x, y: top + deep * tall, r: Math.min(6, 0.34 * wide / across, 0.8 * tall / lines) * (0.65 + 0.35 * deep) };
    });
  }

  function cloud(key, n, random) { // places of dots, which stay where they are when others come
    const there = clouds[key] ?? new Float32Array(0);
    return clouds[key] = there.length >= 2 * n ? there : Float32Array.from({ length: 2 * n }, (_, i) => there[i] ?? random());
  }

  // ---- what does not move ----

  function prepare() {
    dark = isDark(root);
    look = dark ? LOOKS.dark : LOOKS.light;
    layOut();
    const ratio = Math.max(devicePixelRatio, 1);
    const now = JSON.stringify([dark, ratio, width, height, stretches.map((s) => [s.electrode, s.channels.map(({ kind }) => kind.name)])]);
    if (painted === now) return;
    painted = now;
    sprites = {};
    for (const each of [canvas, ground = new OffscreenCanvas(1, 1)]) {
      each.width = Math.round(width * ratio);
      each.height = Math.round(height * ratio);
      each.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    canvas.style.height = `${height}px`;
    const context = ground.getContext("2d");
    for (const each of stretches) background(context, each);
  }

  function background(context, s) {
    context.save();
    context.beginPath();
    context.roundRect(s.x0, s.y0, s.w, s.h, 10);
    context.clip();
    context.fillStyle = look.out;
    context.fillRect(s.x0, s.y0, s.w, s.h);
    context.fillStyle = look.in;
    context.fillRect(s.x0, s.inner - 6, s.w, s.h);
    const sheet = context.createLinearGradient(0, s.back, 0, s.front);
    sheet.addColorStop(0, look.out);
    sheet.addColorStop(0.35, look.sheet);
    sheet.addColorStop(1, look.sheet);
    context.fillStyle = sheet;
    context.fillRect(s.x0, s.back, s.w, s.front - s.back + 6);
    context.fillStyle = look.in;
    context.fillRect(s.x0, s.front, s.w, s.inner - s.front);
    lipids(context, s);
    for (const { kind, x } of s.channels) protein(context, s, kind, x);
    context.restore();
  }

  function lipids(context, s) {
    const step = 9, r = 3.7, half = (s.inner - s.front) / 2;
    context.strokeStyle = look.tail;
    context.lineWidth = 1.6;
    context.beginPath();
    for (let x = s.x0 + 4; x < s.x0 + s.w; x += step) {
      for (const [y, way] of [[s.front, 1], [s.inner, -1]]) {
        for (const side of [-1.8, 1.8]) {
          context.moveTo(x + side, y + way * 3);
          context.bezierCurveTo(x + side - 1, y + way * half * 0.4, x + side + 1.6, y + way * half * 0.6, x + side, y + way * (half - 1.5));
        }
      }
    }
    context.stroke();
    context.fillStyle = look.head;
    context.beginPath();
    for (let x = s.x0 + 4; x < s.x0 + s.w; x += step) {
      for (const y of [s.front, s.inner]) {
        context.moveTo(x + r, y);
        context.arc(x, y, r, 0, 2 * Math.PI);
      }
    }
    context.fill();
  }

  const shape = (s) => ({ top: s.front - 9, bottom: s.inner + 9, gap: Math.max(0.26 * s.wide, 7) });

  function protein(context, s, kind, x) {
    const { top, bottom, gap } = shape(s), tall = bottom - top, w = s.wide / 2, r = Math.min(13, w * 0.6), mouth = Math.min(gap * 1.9, w * 1.3);
    const colour = ink(kind.colour);
    const water = context.createLinearGradient(0, top, 0, bottom);
    water.addColorStop(0, look.out);
    water.addColorStop(1, look.in);
    context.fillStyle = water;
    context.fillRect(x - mouth / 2, top, mouth, tall);
    for (const side of [-1, 1]) {
      const X = (far) => x + side * far;
      context.beginPath();
      context.moveTo(X(mouth / 2), top + 1);
      context.quadraticCurveTo(X(gap / 2), top + 0.07 * tall, X(gap / 2), top + 0.22 * tall);
      context.lineTo(X(gap / 2), bottom - 0.16 * tall);
      context.quadraticCurveTo(X(gap / 2), bottom - 0.05 * tall, X(mouth / 2), bottom - 1);
      context.arcTo(X(w), bottom + 1, X(w), bottom - 2 * r, r);
      context.quadraticCurveTo(X(w - 2.5), (top + bottom) / 2, X(w), top + 2 * r);
      context.arcTo(X(w), top - 1, X(mouth / 2), top, r);
      context.closePath();
      const fill = context.createLinearGradient(x - w, 0, x + w, 0);
      fill.addColorStop(0, mixed(colour, dark ? "#000000" : "#ffffff", dark ? 0.42 : 0.5));
      fill.addColorStop(0.5, mixed(colour, dark ? "#000000" : "#ffffff", dark ? 0.25 : 0.28));
      fill.addColorStop(1, mixed(colour, dark ? "#000000" : "#ffffff", dark ? 0.5 : 0.42));
      context.fillStyle = fill;
      context.fill();
      context.strokeStyle = mixed(colour, dark ? "#ffffff" : "#000000", dark ? 0.1 : 0.18);
      context.lineWidth = 1.2;
      context.stroke();
    }
  }

  function legend(context, s, words, y, value) {
    const small = s.w < 480;
    context.font = font(small ? 11 : 12, true);
    context.fillStyle = look.ink;
    context.textAlign = "left";
    context.fillText(words, s.x0 + 10, y);
    let x = s.x0 + 17 + context.measureText(words).width;
    context.font = font(small ? 11 : 12);
    for (const { each } of s.dots) {
      if (each.mouths.length) continue;
      stamp(context, each.ion, x + 4, y, 4);
      const text = `${scene.names[each.ion]} ${small ? amount(value(each)).replace(" mM", "") : amount(value(each))}`;
      context.fillText(text, x + 12, y);
      x += 23 + context.measureText(text).width;
    }
  }

  const amount = (mM) => (mM < 0.1 ? `${Number((1e3 * mM).toPrecision(2))} µM` : `${Number(mM.toPrecision(3))} mM`);

  // ---- ions ----

  function outline(context, ion, x, y, r) {
    context.beginPath();
    if (ion === "K") context.roundRect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76, r * 0.35);
    else if (ion === "Cl") [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]].forEach(([a, b]) => context.lineTo(x + a * r, y + b * r));
    else if (ion === "Ca") [[0, -1.35], [1.2, 0], [0, 1.35], [-1.2, 0]].forEach(([a, b]) => context.lineTo(x + a * r, y + b * r));
    else context.arc(x, y, r, 0, 2 * Math.PI);
    context.closePath();
  }

  function stamp(context, ion, x, y, r) { // the shape of an ion, from a small picture of it
    const key = `${ion} ${r}`, ratio = Math.max(devicePixelRatio, 1), size = Math.ceil(2.8 * r) + 2;
    if (!sprites[key]) {
      const small = sprites[key] = new OffscreenCanvas(size * ratio, size * ratio), brush = small.getContext("2d");
      brush.scale(ratio, ratio);
      outline(brush, ion, size / 2, size / 2, r);
      const colour = ink(scene.colours[ion]);
      const fill = brush.createRadialGradient(size / 2 - r / 3, size / 2 - r / 3, 0, size / 2, size / 2, r * 1.2);
      fill.addColorStop(0, mixed(colour, "#ffffff", 0.35));
      fill.addColorStop(1, colour);
      brush.fillStyle = fill;
      brush.fill();
      brush.strokeStyle = dark ? "rgb(0 0 0 / 50%)" : "rgb(255 255 255 / 75%)";
      brush.lineWidth = 0.8;
      brush.stroke();
    }
    context.drawImage(sprites[key], x - size / 2, y - size / 2, size, size);
  }

  // ---- one frame ----

  function frame() {
    const context = canvas.getContext("2d"), at = Math.min(Math.max(t / scene.end, 0), 1) * (scene.moments - 1), k = Math.round(at);
    context.drawImage(ground, 0, 0, width, height);
    context.textBaseline = "middle";
    for (const s of stretches) {
      const V = volts(s.patch, at);
      others(context, s, k);
      for (const each of s.dots) {
        scattered(context, each.each.ion, each.out, each.each.outside, s.x0 + 6, s.w - 12, ...s.outside);
        if (!each.each.mouths.length) scattered(context, each.each.ion, each.in, then(each.each.inside, k), s.x0 + 6, s.w - 12, ...s.inside);
        else atMouths(context, s, each, k);
      }
      if (s.electrode) electrode(context, s, k, V);
      for (const kind of s.kinds) crossing(context, s, kind, k);
      for (const each of s.channels) gates(context, s, each, k);
      const turns = s.pump ? turning(context, s) : 0;
      charges(context, s, V);
      labels(context, s, k, V, turns);
    }
  }

  function volts(patch, at) {
    const place = at / (scene.moments - 1) * (patch.V.length - 1), low = Math.floor(place), high = Math.min(low + 1, patch.V.length - 1);
    return 0.01 * (patch.V[low] + (place - low) * (patch.V[high] - patch.V[low]));
  }

  const then = (values, k) => values[Math.min(k, values.length - 1)]; // some do not change

  const isOpen = (kind, c, k) => (kind.opened[Math.ceil(kind.free.length / 8) * k + (c >> 3)] >> (c & 7) & 1) === 1;

  function others(context, s, k) { // the channels behind, on the surface
    s.kinds.forEach((kind, j) => {
      const colour = ink(kind.colour), mine = s.pores.filter((each) => each.j === j);
      for (const open of [false, true]) {
        context.beginPath();
        for (const { x, y, r, c } of mine) {
          if (isOpen(kind, c, k) !== open) continue;
          context.moveTo(x + r, y);
          context.ellipse(x, y, r, 0.5 * r, 0, 0, 2 * Math.PI);
        }
        context.lineWidth = 2;
        context.fillStyle = open ? look.in : mixed(colour, look.sheet, 0.62);
        context.strokeStyle = colour;
        context.fill();
        if (open) context.stroke();
      }
    });
  }

  function scattered(context, ion, places, n, left, wide, top, bottom) {
    for (let i = 0; i < n; i++) stamp(context, ion, left + places[2 * i] * wide, top + places[2 * i + 1] * (bottom - top), wide < 480 ? 2.4 : 3);
  }

  function atMouths(context, s, { each, in: places }, k) {
    const mouths = s.channels.filter(({ kind }) => each.mouths.includes(kind.name));
    if (mouths.length) for (let i = 0; i < then(each.inside, k); i++) {
      const { x } = mouths[i % mouths.length];
      stamp(context, each.ion, x + (places[2 * i] - 0.5) * s.wide, s.inner + 10 + places[2 * i + 1] * 12, 3);
    }
  }

  // A dot is in the middle of its channel at the moment at which the charge of one more dot has crossed.
  function crossing(context, s, kind, k) {
    const { top, bottom } = shape(s), j = s.kinds.indexOf(kind), all = kind.free.length;
    const [high, low] = [s.outside[0], s.inside[1]];
    for (let i = firstFrom(kind.times, t - near()); i < kind.times.length && Math.abs(kind.times[i]) < t + near(); i++) {
      const u = (t - Math.abs(kind.times[i])) / near(), down = u * -Math.sign(kind.times[i]), far = Math.max(Math.abs(u) - PORE, 0) / (1 - PORE);
      const c = kind.through[i], drift = ((i * 0.618034) % 1 - 0.5) * 50 * far ** 1.5;
      context.globalAlpha = Math.min(1, 3 * (1 - Math.abs(u)));
      const front = c >= 0 && s.channels.find((each) => each.kind === kind && each.c === c);
      if (front) {
        if (!far && !isOpen(kind, c, k)) continue; // it has closed again
        const y = far ? (down < 0 ? top - far * 0.8 * (top - high) : bottom + far * 0.6 * (low - bottom)) : (top + bottom + down / PORE * (bottom - top)) / 2;
        stamp(context, kind.ion, front.x + drift, y, 4.6);
      } else if (far) { // between, it is out of sight; through a channel that is not in the picture, beyond the horizon
        const behind = s.pores.filter((each) => each.j === j), pore = behind.find((each) => each.c === c) ?? { ...behind[i % behind.length], y: s.back };
        if (down < 0) stamp(context, kind.ion, pore.x + drift, pore.y - far * 0.9 * (pore.y - high), 4.2);
        else stamp(context, kind.ion, pore.below + drift * far, s.inner + 6 + far * 0.6 * (low - s.inner), 4.2);
      }
    }
    context.globalAlpha = 1;
  }
  const near = () => scene.near * scene.end;

  function gates(context, s, { kind, c, x }, k) {
    const { top, bottom, gap } = shape(s), tall = bottom - top, bits = kind.states[c * scene.moments + k], colour = ink(kind.colour);
    const bars = kind.particles.map((_, b) => b).filter((b) => !kind.plugs[b]), plugs = kind.particles.map((_, b) => b).filter((b) => kind.plugs[b]);
    if (isOpen(kind, c, k) && kind.particles.length) {
      context.fillStyle = colour;
      context.globalAlpha = 0.25;
      context.fillRect(x - gap / 2, top, gap, tall);
      context.globalAlpha = 1;
    }
    const dark_ = mixed(colour, look.shade, dark ? 0.35 : 0.45), big = s.wide > 40;
    context.lineCap = "round";
    bars.forEach((b, i) => {
      const y = top + tall * (0.3 + 0.5 * (bars.length > 1 ? i / (bars.length - 1) : 0.5)), side = i % 2 ? 1 : -1, hinge = x + side * gap / 2;
      context.strokeStyle = dark_;
      context.lineWidth = big ? 4 : 3;
      context.beginPath();
      context.moveTo(hinge, y);
      if (bits >> b & 1) context.lineTo(hinge + side, y + Math.min(gap, 0.5 * tall / bars.length));
      else context.lineTo(x - side * gap / 2, y);
      context.stroke();
      if (big) letter(context, kind.particles[b].split(" ")[0], x + side * (gap / 2 + 8), y, look.ink);
      if (kind.binds[b] && bits >> b & 1) for (const way of [-1, 1]) stamp(context, "Ca", x + way * gap * 0.8, bottom - 3, 3.6);
    });
    plugs.forEach((b, i) => {
      const shut = !(bits >> b & 1), r = Math.max(gap * 0.56, 5), side = i % 2 ? -1 : 1;
      const X = shut ? x : x + side * (s.wide / 2 + r * 0.4), Y = shut ? bottom - r * 0.2 + i * r : bottom + r + 1;
      context.strokeStyle = dark_;
      context.lineWidth = 1.6;
      context.beginPath();
      context.moveTo(x + side * (gap / 2 + 5), bottom - 2);
      context.quadraticCurveTo(x + side * (s.wide / 2 + 2), bottom + (shut ? 16 : 4), X, Y);
      context.stroke();
      context.fillStyle = dark_;
      context.beginPath();
      context.arc(X, Y, r, 0, 2 * Math.PI);
      context.fill();
      if (big) letter(context, kind.particles[b].split(" ")[0], X, Y + 0.5, dark ? "#111" : "#fff");
    });
    const free = kind.free[c];
    if (!free) poison(context, s, kind.inside, x);
  }

  function letter(context, text, x, y, colour) {
    context.font = font(10, true);
    context.textAlign = "center";
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  function poison(context, s, inside, x) {
    const { top, bottom, gap } = shape(s), r = gap * 0.75, y = inside ? bottom - r * 0.4 : top + r * 0.4;
    context.fillStyle = look.drug;
    context.beginPath();
    for (let i = 0; i < 6; i++) context.lineTo(x + r * Math.cos(i * Math.PI / 3), y + r * Math.sin(i * Math.PI / 3));
    context.fill();
  }

  // Half a turn carries three dots of Na out, the other half two of K in.
  function turning(context, s) {
    const { top, bottom } = shape(s), x = s.pumpAt, middle = (top + bottom) / 2, tall = bottom - top + 8, w = s.wide / 2;
    const [out, into] = [s.pump.Na, s.pump.K].map((times) => firstFrom(times, t + 1e-9));
    const begun = out > into ? out - 0.5 : into, then = out > into ? s.pump.Na[out - 1] : into ? s.pump.K[into - 1] : 0;
    const next = out > into ? s.pump.K[into] : s.pump.Na[out];
    const part = next ? (t - then) / (next - then) : (t - then) / Math.max(scene.end - then, 1e-9) * 2 * (s.pump.turned - begun);
    const inward = out === into, bound = inward ? 3 : 2, ion = inward ? "Na" : "K", colour = ink(scene.colours.pump);
    for (const side of [-1, 1]) {
      context.save();
      context.translate(x + side * w * 0.6, middle);
      context.rotate((inward ? -1 : 1) * side * 0.17);
      context.beginPath();
      context.roundRect(-w * 0.46, -tall / 2, w * 0.92, tall, w * 0.4);
      context.fillStyle = mixed(colour, dark ? "#000000" : "#ffffff", 0.3);
      context.fill();
      context.strokeStyle = mixed(colour, look.shade, 0.2);
      context.lineWidth = 1.2;
      context.stroke();
      context.restore();
    }
    for (let i = 0; i < Math.min(bound, Math.floor(part * (bound + 1))); i++) stamp(context, ion, x + (i - (bound - 1) / 2) * 7, middle + (inward ? 6 : -6) + (i % 2) * (inward ? 6 : -6), 4);
    const since = (t - then) / near(), freed = inward ? 2 : 3, way = inward ? 1 : -1;
    if (begun && since < 1) {
      context.globalAlpha = Math.min(1, 3 * (1 - since));
      for (let i = 0; i < freed; i++) stamp(context, inward ? "K" : "Na", x + (i - (freed - 1) / 2) * (8 + 14 * since), middle + way * (6 + since * 0.9 * (inward ? s.inside[1] - middle : middle - s.outside[0])), 4.6);
      context.globalAlpha = 1;
    }
    if (s.pump.blocked) poison(context, s, false, x);
    return Math.floor(begun + part / 2);
  }

  function charges(context, s, V) {
    const count = Math.min(Math.round(Math.abs(V) / scene.perSign), s.signs.length);
    for (const [y, positive] of [[s.front - 8, V < 0], [s.inner + 9, V > 0]]) {
      context.strokeStyle = positive ? look.plus : look.minus;
      context.lineWidth = 2;
      context.beginPath();
      for (const x of s.signs.slice(0, count)) {
        context.moveTo(x - 3.4, y);
        context.lineTo(x + 3.4, y);
        if (!positive) continue;
        context.moveTo(x, y - 3.4);
        context.lineTo(x, y + 3.4);
      }
      context.stroke();
    }
  }

  function electrode(context, s, k, V) { // a glass pipette, with its tip inside
    const x = s.x0 + 20, top = s.y0 + s.head, tip = s.inner + 16;
    context.beginPath();
    [[-13, top], [5, top], [2, tip], [-1, tip]].forEach(([across, y]) => context.lineTo(x + across, y));
    context.closePath();
    context.globalAlpha = 0.35;
    context.fillStyle = look.glass;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = look.glass;
    context.lineWidth = 1.3;
    context.stroke();
    const current = s.patch.stimulus[k] ?? 0;
    const said = current ? `stimulus ${plain(Number(current.toPrecision(2)))} µA/cm²` : s.patch.electrode;
    context.font = font(11, current !== 0);
    context.textAlign = "left";
    const wide = context.measureText(said).width;
    context.fillStyle = dark ? "rgb(19 27 35 / 80%)" : "rgb(237 244 249 / 80%)";
    context.fillRect(x + 9, top + 1, wide + 6, 15);
    context.fillStyle = look.ink;
    context.fillText(said, x + 12, top + 9);
  }

  function labels(context, s, k, V, turns) {
    legend(context, s, "outside", s.y0 + s.head - 11, (each) => each.mM[0]);
    legend(context, s, "inside", s.y0 + s.h - 12, (each) => then(each.mM[1], k));
    context.font = font(13, true);
    context.fillStyle = look.ink;
    if (s.patch.title) context.fillText(s.patch.title, s.x0 + 10, s.y0 + 13);
    context.font = font(13, true);
    context.textAlign = "right";
    context.fillText(`V ${plain(V.toFixed(0))} mV`, s.x0 + s.w - 10, s.y0 + 13);
    context.font = font(11);
    if (s.w > 620) context.fillText(scene.scale, s.x0 + s.w - 10, s.y0 + s.h - 12);
    context.textAlign = "center";
    for (const { kind, c, x } of s.channels) {
      label(context, kind.name, x, s.inner + 31, true);
      if (s.slot > 58 || !kind.free[c]) label(context, stateOf(kind, c, k), x, s.inner + 45, isOpen(kind, c, k) && kind.particles.length, kind.free[c] ? look.ink : look.drug);
    }
    if (!s.pump) return;
    label(context, "pump", s.pumpAt, s.inner + 31, true);
    label(context, s.pump.blocked ? "ouabain" : `${turns} turn${turns === 1 ? "" : "s"}`, s.pumpAt, s.inner + 45, false, s.pump.blocked ? look.drug : look.ink);
  }

  function stateOf(kind, c, k) {
    const bits = kind.states[c * scene.moments + k];
    if (!kind.free[c]) return kind.drug;
    if (!kind.particles.length) return "always open";
    if (kind.plugs.some((plug, b) => plug && !(bits >> b & 1))) return "inactivated";
    return isOpen(kind, c, k) ? "open" : "closed";
  }

  function label(context, text, x, y, bold, colour = look.ink) {
    context.font = font(bold ? 12 : 11, bold);
    const wide = context.measureText(text).width;
    context.fillStyle = look.halo;
    context.fillRect(x - wide / 2 - 3, y - 7, wide + 6, 14);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  // ---- life ----

  function tremble() {
    for (const s of stretches) {
      for (const { out, in: inside } of s.dots) {
        for (const [places, wide, tall] of [[out, s.w, s.outside[1] - s.outside[0]], [inside, s.w, s.inside[1] - s.inside[0]]]) {
          for (let i = 0; i < places.length; i++) {
            const moved = places[i] + (Math.random() - 0.5) * 2 * BROWNIAN / (i % 2 ? tall : wide);
            places[i] = moved < 0 ? -moved : moved > 1 ? 2 - moved : moved;
          }
        }
      }
    }
  }

  function live(now) {
    running = 0;
    if (!seen || !root.isConnected || still.matches || !scene) return;
    if (now - shownAt > PAUSE) {
      tremble();
      frame();
    }
    running = requestAnimationFrame(live);
  }
  const wake = () => { running ||= requestAnimationFrame(live); };
  new IntersectionObserver(([entry]) => { seen = entry.isIntersecting; if (seen) wake(); }).observe(canvas);

  function at(moment) {
    t = moment ?? scene?.peak ?? 0;
    if (scene && !figure.hidden && !running) frame();
  }

  function show(moment) {
    const told = model.get("scene"), panel = model.get("shown").panels.find((each) => each.living);
    figure.hidden = words.hidden = !panel;
    if (!panel) return;
    if (told !== from) scene = unpacked(from = told);
    caption.textContent = panel.caption;
    rules.textContent = scene.rules;
    canvas.setAttribute("aria-label", panel.caption);
    if (!figure.clientWidth) return;
    prepare();
    t = moment ?? scene.peak;
    if (!still.matches) tremble();
    frame();
    shownAt = performance.now();
    wake();
  }

  // What share of a window it takes, with the line below it.
  const share = () => (figure.hidden ? 0 : [1, 0.6, 0.5][model.get("shown").panels.length - 1] ?? 0.4);
  return { figure, words, show, at, share, fill: (pixels) => { room = pixels && Math.max(pixels - 30, 180); } };
}
