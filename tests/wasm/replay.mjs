// Calls the functions of wasm_kernel.wasm in Node with arguments that were kept, and writes what they made of them.
// node replay.mjs wasm_kernel.wasm FOLDER: FOLDER/calls.json lists the calls, FOLDER/N.bin holds the arrays of call N.
import fs from "node:fs";

const [kernel, folder] = process.argv.slice(2);
const memory = new WebAssembly.Memory({ initial: 64 });
const STACK = 1 << 20; // bytes that come first, then the data of the module, then all that is allocated
let top = STACK;
const reserve = (bytes) => {
  const at = (top + 15) & ~15;
  top = at + bytes;
  const pages = Math.ceil(top / 65536) - memory.buffer.byteLength / 65536;
  if (pages > 0) memory.grow(pages);
  return at;
};
const env = {
  memory, malloc: reserve, free() {},
  __stack_pointer: new WebAssembly.Global({ value: "i32", mutable: true }, STACK),
  __memory_base: new WebAssembly.Global({ value: "i32" }, reserve(1 << 16)),
  __table_base: new WebAssembly.Global({ value: "i32" }, 0),
};
for (const name of ["exp", "expm1", "log", "log10", "log1p", "pow"]) env[name] = Math[name];
const { instance } = await WebAssembly.instantiate(fs.readFileSync(kernel), { env });
const begin = top, told = [];

for (const [number, call] of JSON.parse(fs.readFileSync(`${folder}/calls.json`)).entries()) {
  const arrays = fs.readFileSync(`${folder}/${number}.bin`), times = [];
  let status, given, at, result;
  for (let turn = 0; turn < call.turns; turn++) {
    top = begin;
    at = reserve(arrays.length);
    result = reserve(64);
    new Uint8Array(memory.buffer, at, arrays.length).set(arrays);
    given = call.arguments.flatMap((each) => {
      if (each === null) return [0];
      if (typeof each === "string") return [BigInt(each)];
      if (typeof each === "number") return [each];
      const { offset, itemsize, shape, strides } = each, size = shape.reduce((a, b) => a * b, 1);
      return [0, 0, BigInt(size), BigInt(itemsize), at + offset, ...shape.map(BigInt), ...strides.map(BigInt)];
    });
    const before = performance.now();
    status = instance.exports[call.name](result, result + 48, ...given);
    times.push(performance.now() - before);
  }
  const view = new DataView(memory.buffer);
  const whole = [view.getBigInt64(result, true), view.getBigInt64(result + 8, true)].map(String);
  const made = view.getInt32(result + 24, true), size = Number(view.getBigInt64(result + 8, true));
  const array = call.array ? [...new Float64Array(memory.buffer.slice(made, made + 8 * size))] : null;
  fs.writeFileSync(`${folder}/${number}.out`, new Uint8Array(memory.buffer, at, arrays.length));
  told.push({ status, whole, array, ms: times.sort((a, b) => a - b)[times.length >> 1] });
}
fs.writeFileSync(`${folder}/told.json`, JSON.stringify(told));
