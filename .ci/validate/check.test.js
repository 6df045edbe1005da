import assert from "node:assert/strict";
import test from "node:test";
import * as powershell from "./powershell.js";

test("PowerShell that does not parse is found, with its place", () => {
  assert.deepEqual(powershell.problems("Get-Item -Path 'x' | ForEach-Object { $_.Name }\n"), []);
  assert.deepEqual(powershell.problems("$a = 1\nforeach ($b in $a) {\n  Write-Host $b\n"), ["3:16: expected }"]);
  assert.notDeepEqual(powershell.problems("if ($a -eq) { 1 }\n"), []);
});
