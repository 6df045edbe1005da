// Checks the project's PowerShell and YAML files, and the examples in its documentation. Each file's line names the
// problems; the exit code is 1 if there are any.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as powershell from "./powershell.js";
import * as yaml from "./yaml.js";

const root = new URL("../../", import.meta.url);
const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\0").filter(Boolean);

// blocks returns the code blocks of a page in this language, each with the number of the line before it.
function blocks(page, language) {
  const found = [];
  for (const match of page.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, "gms"))) {
    found.push({ text: match[1], line: page.slice(0, match.index).split("\n").length });
  }
  return found;
}

// fileName returns the file name of a YAML block: the one in its first line, or the last one before the block.
function fileName(page, block) {
  const before = page.split("\n").slice(0, block.line - 1).join("\n");
  const first = block.text.match(/^# ([\w.-]+\.ya?ml)\n/);
  return first?.[1] ?? [...before.matchAll(/`([\w./-]+\.ya?ml)`/g)].at(-1)?.[1] ?? "";
}

let checked = 0;
let failed = 0;
function report(name, problems) {
  checked++;
  for (const problem of problems) {
    failed++;
    console.error(`${name}: ${problem}`);
  }
}

for (const file of files) {
  const text = () => readFileSync(new URL(file, root), "utf8");
  if (file.endsWith(".ps1")) {
    report(file, powershell.problems(text()));
  } else if (/\.ya?ml$/.test(file)) {
    report(file, await yaml.problems(file, text()));
  } else if (file.endsWith(".md")) {
    const page = text();
    for (const block of blocks(page, "powershell")) {
      report(file, powershell.problems("\n".repeat(block.line) + block.text));
    }
    for (const block of blocks(page, "ya?ml")) {
      const name = fileName(page, block);
      report(`${file}:${block.line} (${name})`, await yaml.problems(name, block.text));
    }
  }
}
console.log(`${checked} files and examples checked, ${failed} problems`);
process.exitCode = failed > 0 || checked === 0 ? 1 : 0;
