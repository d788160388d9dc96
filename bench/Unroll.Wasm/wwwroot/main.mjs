// Runs the program in Node: node main.mjs [NAME…]. Afterwards the processor time of all, which other programs disturb less.
import { dotnet } from './_framework/dotnet.js';

const started = performance.now();
const { runMain, getConfig } = await dotnet.create();
const before = process.cpuUsage().user;
console.log(`start ${((performance.now() - started) / 1e3).toFixed(3)} s`);
const code = await runMain(getConfig().mainAssemblyName, process.argv.slice(2));
console.log(`processor ${((process.cpuUsage().user - before) / 1e6).toFixed(3)} s`);
process.exit(code);
