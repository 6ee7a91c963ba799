import { runCli } from './run-cli.js';

process.exitCode = await runCli(process.argv.slice(2), {
  environment: process.env,
  input: process.stdin,
  print: (text) => console.log(text),
  printError: (line) => console.error(line),
});
