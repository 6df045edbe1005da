import assert from "node:assert/strict";
import test from "node:test";
import * as powershell from "./powershell.js";
import * as yaml from "./yaml.js";

test("a syntax error in PowerShell is found, with its place", () => {
  assert.deepEqual(powershell.problems("Get-Item -Path 'x' | ForEach-Object { $_.Name }\n"), []);
  assert.deepEqual(powershell.problems("$a = 1\nforeach ($b in $a) {\n  Write-Host $b\n"), ["3:16: expected }"]);
  assert.notDeepEqual(powershell.problems("if ($a -eq) { 1 }\n"), []);
});

const wrong = {
  ".github/workflows/a.yml": ["on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: y\n", "        bogus: 1\n"],
  "action.yml": ["name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: x\n      shell: bash\n", "bogus: 1\n"],
  ".gitlab-ci.yml": ["a:\n  script: b\n", "  when: sometimes\n"],
  "azure-pipelines.yml": ["steps:\n  - script: a\n    displayName: b\n", "  - displayName: b\n    script: a\n"],
  ".pre-commit-hooks.yaml": ["- {id: a, name: b, entry: c, language: golang}\n", "- {id: a, name: b, entry: c, language: go}\n"],
  ".pre-commit-config.yaml": ["repos:\n- repo: a\n  rev: b\n  hooks: [{id: c}]\n", "  bogus: 1\n"],
  "waivers.yaml": ["- rule_id: TC004\n", "- a: b: c\n"],
};
for (const [name, [good, bad]] of Object.entries(wrong)) {
  test(`a problem in ${name} is found`, async () => {
    assert.deepEqual(await yaml.problems(name, good), []);
    assert.notDeepEqual(await yaml.problems(name, good + bad), []);
  });
}

test("a file without a check is a problem", async () => {
  assert.equal((await yaml.problems("other.yaml", "a: 1\n")).length, 1);
});
