// The moving picture of the front page: the slider chooses a recording, and its curves are drawn.
const {pushes, words, samples, curves} = JSON.parse(document.querySelector('#recordings').textContent);
const bytes = Uint8Array.from(atob(curves), letter => letter.charCodeAt(0));
const paths = document.querySelectorAll('.curve');
const slider = document.querySelector('#push');
const value = document.querySelector('#push-value');
const said = document.querySelector('#push-said');
const seen = new Set();  // what the visitor has tried: "weak" and "strong" pushes

function show() {
  const chosen = Number(slider.value);
  const [V, part, ...gates] = [0, 1, 2, 3, 4].map(row => (chosen * 5 + row) * samples)
    .map(from => [...bytes.subarray(from, from + samples)]);
  [V.map((whole, x) => whole + part[x] / 256), ...gates].forEach((curve, number) => {
    paths[number].setAttribute('d', 'M' + curve.map((y, x) => `${x} ${255 - y}`).join('L'));
  });
  value.textContent = pushes[chosen];
  said.textContent = words[chosen];
  if (pushes[chosen] < 13) seen.add('weak');
  if (pushes[chosen] >= 30) seen.add('strong');
  document.querySelector('#push-why').hidden = seen.size < 2;
  slider.setAttribute('aria-valuetext', `${pushes[chosen]} µA/cm². ${words[chosen]}`);
}

document.querySelector('.knob').hidden = false;
slider.addEventListener('input', show);
show();  // where a browser has kept the slider's place from before
