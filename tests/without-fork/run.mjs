// Runs a program on WASI. The program sees the working directory as `/`, or as what `SHOW` says.

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
