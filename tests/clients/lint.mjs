// What the linter finds in a file of the repository: the rule, the words, and the line itself.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ESLint } from "eslint";

const root = resolve("../..");
const linter = new ESLint({ cwd: root, overrideConfigFile: "tests/clients/eslint.config.js" });
const lines = readFileSync(resolve(root, process.argv[2]), "utf8").split("\n");
const shown = [];
for (const { messages } of await linter.lintFiles(process.argv[2])) {
  for (const { line, ruleId, message } of messages) shown.push({ ruleId, message, line: lines[line - 1]?.trim() });
}
console.log(JSON.stringify(shown));
