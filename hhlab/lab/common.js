// What benches and cards share: this stands before bench.js, frame.js and steps.js.

// A text with its values put in, where it has their names in braces.
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What gives the text of a name that Python has sent, such as "bench.hold"; they stand in words.toml.
const wordsOf = (model) => (name, values = {}) => filled(model.get("words")[name], values);

// Files to save, and a text to put on the clipboard, which the kernel sends as a message of its own.
function deliver(message, buffers) {
  if (message.copy !== undefined) return void navigator.clipboard?.writeText(message.copy).catch(() => {});
  if (!message.save) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(buffers, { type: message.type }));
  link.download = message.save;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// While a control has the focus, all keys are its own. Notebooks look for this mark on the control itself before they
// look for shortcuts; on what is around it, some of their shortcuts would still come first.
function ownKeys({ target }) {
  target.dataset.lmSuppressShortcuts = "true";
}

// The bytes that a message brought, as a buffer of their own: numbers need not begin there where such numbers may.
const bytesOf = (told) => told.buffer.slice(told.byteOffset, told.byteOffset + told.byteLength);

const onThePage = (act) => [0, 300, 1500].map((wait) => setTimeout(act, wait)); // it comes there some time after `render`

