// Runs a program on WASI. It sees the working directory as its root, or as `.` where `SHOW` is so.

import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [program, ...words] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: ["bot", ...words],
  preopens: { [process.env.SHOW ?? "/"]: process.cwd() },
});
const module = await WebAssembly.compile(readFileSync(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
