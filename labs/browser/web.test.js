import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { accessible, fits, launch, open } from "./chromium.js";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const dist = fileURLToPath(new URL("../../web/dist/", import.meta.url));
const at = "2026-11-22T07:00:00Z";
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
let browser, folder, server, address;
let requests = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "transportcert-web-"));
  browser = await launch();
  server = createServer((request, response) => {
    requests.push(request.url);
    const name = request.url === "/sub/" ? "index.html" : request.url.replace("/sub/", ""); // relative paths are enough
    try {
      const text = readFileSync(join(dist, name));
      response.setHeader("Content-Type", types[extname(name)] ?? "application/octet-stream");
      response.end(text);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${server.address().port}/sub/`;
});

after(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
});

// loaded opens the page and waits until the program runs.
async function loaded(options = {}) {
  const page = await open(browser, address, options);
  await status(page, /^Ready\.$/, 60_000);
  requests = [];
  return page;
}

const status = (page, text, timeout = 30_000) => page.locator("#status").filter({ hasText: text }).waitFor({ timeout });

const done = (page, timeout) => status(page, /checked/, timeout);

// files returns the files of a folder, with their relative names.
const files = (from) =>
  readdirSync(from, { recursive: true })
    .filter((name) => statSync(join(from, name)).isFile())
    .map((name) => [relative(from, join(from, name)), readFileSync(join(from, name))]);

// drop drops files, [name, content], as if from the desktop.
async function drop(page, all) {
  const transfer = await page.evaluateHandle(
    (all) => {
      const transfer = new DataTransfer();
      for (const [name, text] of all) transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
      return transfer;
    },
    all.map(([name, content]) => [name, Buffer.from(content).toString("base64")]),
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

function zip(name, from) {
  const file = join(folder, `${name}.zip`);
  const ran = spawnSync("python3", ["-m", "zipfile", "-c", file, ...readdirSync(from).map((entry) => join(from, entry))], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
  return file;
}

function transportcert(...args) {
  const ran = spawnSync(process.env.TRANSPORTCERT, args, { encoding: "utf8", maxBuffer: 64 << 20 });
  assert.ok(ran.status === 0 || ran.status === 1, ran.stderr);
  return ran.stdout;
}

// download returns what a button saves.
async function download(page, label) {
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: label, exact: true }).click()]);
  return readFileSync(await saved.path(), "utf8");
}

async function picture(page, name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

const rows = (page) => page.locator("#servers tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));

test("for all exports, the page and check have the same results for a zip file", async () => {
  const page = await loaded();
  await page.getByText("Options", { exact: true }).click();
  await page.getByLabel("Evaluate at this time").fill(at);
  const roots = join(fixtures, "exports/roots/contoso-root.pem");
  for (const name of readdirSync(join(fixtures, "exports")).filter((name) => name !== "roots" && name !== "README.md")) {
    const file = zip(name, join(fixtures, "exports", name));
    await page.locator("#files").setInputFiles([file, roots]);
    await status(page, /Reading|Compiling|Checking|Writing/);
    await done(page);
    assert.equal(await page.locator("#error").isVisible(), false);
    const servers = await rows(page);
    const args = ["check", "--exports", file, "--roots", roots, "--at", at, ...(servers.length > 1 ? ["--all-servers"] : [])];
    const wanted = transportcert(...args, "-o", "json");
    assert.equal(await download(page, "Findings (JSON)"), wanted, name);
    assert.equal(await download(page, "Findings (SARIF)"), transportcert(...args, "-o", "sarif"), name);
    const counts = JSON.parse(wanted).servers.map(({ server, evaluated_at, counts }) => [server, String(counts.error), String(counts.warning), evaluated_at]);
    assert.deepEqual(servers.map(([server, , errors, warnings, at]) => [server, errors, warnings, at]), counts, name);
    // The report shows each of these findings.
    const report = await page.frameLocator("#report").locator("body").textContent();
    for (const finding of JSON.parse(wanted).servers.flatMap(({ findings }) => findings)) assert.ok(report.includes(finding.rule_id), `${name}: ${finding.rule_id}`);
    await page.reload();
    await status(page, /^Ready\.$/, 60_000);
    await page.getByText("Options", { exact: true }).click();
    await page.getByLabel("Evaluate at this time").fill(at);
  }
  assert.deepEqual(page.faults, []);
});

test("nothing leaves the page while exports are evaluated", async () => {
  const page = await loaded();
  const dropped = files(join(fixtures, "exports/script")).map(([name, content]) => [name.replaceAll("/", "-"), content]);
  await drop(page, [...dropped.filter(([name]) => name.includes("servers-EX01")), ...files(join(fixtures, "exports/roots"))]);
  await done(page);
  assert.deepEqual((await rows(page)).map(([server]) => server), ["EX01"]);
  await download(page, "Report");
  await download(page, "Calendar");
  assert.deepEqual(requests, []);
  assert.deepEqual(page.faults, []);
  // The Content-Security-Policy ensures this in the page, and in the worker, which inherits it.
  const elsewhere = createServer((request, response) => response.end());
  await new Promise((listening) => elsewhere.listen(0, "127.0.0.1", listening));
  const port = elsewhere.address().port;
  const blocked = await page.evaluate(
    (url) =>
      Promise.all([
        fetch(url, { mode: "no-cors" }).then(() => "sent", () => "blocked"),
        new Promise((answer) => {
          const text = `fetch("${url}", {mode: "no-cors"}).then(() => postMessage("sent"), () => postMessage("blocked"))`;
          new Worker(URL.createObjectURL(new Blob([text]))).onmessage = (event) => answer(event.data);
        }),
      ]),
    `http://127.0.0.1:${port}/`,
  );
  elsewhere.close();
  assert.deepEqual(blocked, ["blocked", "blocked"]);
});

test("the example, in light, dark, wide and narrow, in which axe-core finds nothing", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1200, 360]) {
      const what = `${colorScheme}, ${width} pixels`;
      const page = await loaded({ colorScheme, viewport: { width, height: 900 } });
      await accessible(page, `${what}, empty`);
      await fits(page, `${what}, empty`);
      await page.getByRole("button", { name: "Try the example" }).click();
      await done(page);
      assert.deepEqual((await rows(page)).map(([server]) => server), ["EX01", "EX02"]);
      await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      await fits(page, what);
      await picture(page, `web-${colorScheme}-${width}`);
      await accessible(page, what);
      assert.deepEqual(page.faults, []);
    }
  }
});

test("by keyboard alone", async () => {
  const page = await loaded();
  await page.getByRole("button", { name: "Try the example" }).focus();
  await page.keyboard.press("Enter");
  await done(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "result-title");
});

test("a damaged zip file causes an error that names it, and the next files work", async () => {
  const page = await loaded();
  const broken = readFileSync(zip("cut", join(fixtures, "exports/remote"))).subarray(0, 5000);
  await drop(page, [["cut.zip", broken]]);
  await done(page);
  assert.match(await page.locator("#failed").innerText(), /exports: cut\.zip: the zip file ends too early or is damaged/);
  assert.equal(await page.locator("#error").isVisible(), false);
  await page.getByRole("button", { name: "Remove cut.zip" }).click();
  await status(page, /^Ready\.$/);
  await drop(page, files(join(fixtures, "exports/remote")));
  await done(page);
  assert.deepEqual((await rows(page)).map(([server]) => server), ["EX01"]);
});

test("hostile zip files cause an error, and the page keeps working", async () => {
  const page = await loaded();
  const script = `
import sys, zipfile
folder = sys.argv[1]
def write(name, entries):
    with zipfile.ZipFile(folder + "/" + name, "w", zipfile.ZIP_DEFLATED) as z:
        for entry, text in entries: z.writestr(entry, text)
objs = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
write("bomb.zip", [("connectors.xml", objs + " " * (240 << 20))])
write("outside.zip", [("../connectors.xml", objs + "</Objs>")])
write("many.zip", [(f"{i}.xml", "") for i in range(20000)])
write("deep.zip", [("connectors.xml", objs + "<LST>" * 2000000)])
write("wide.zip", [("connectors.xml", objs + "".join("<I32>%d</I32>" % (i * 7919 % 1000003) for i in range(3000000)) + "</Objs>")])
`;
  const ran = spawnSync("python3", ["-c", script, folder], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
  for (const [name, error] of [
    ["bomb.zip", /connectors\.xml": expected a compression ratio of at most 250/],
    ["outside.zip", /connectors\.xml": expected a name inside the zip file/],
    ["many.zip", /expected at most 10000 files, found more/],
    ["deep.zip", /expected a compression ratio of at most 250|elements nested at most/],
    ["wide.zip", /expected at most 2000000 .*elements/],
  ]) {
    await page.locator("#files").setInputFiles(join(folder, name));
    const told = page.locator("#failed .failure:visible, #error:visible").first();
    await told.waitFor({ timeout: 90_000 });
    // On a busy machine the page can time out before the program has counted.
    assert.match(await told.innerText(), new RegExp(`${error.source}|Stopped: there was no progress`), name);
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await status(page, /^Ready\.$/);
  }
  await page.getByRole("button", { name: "Try the example" }).click();
  await done(page);
  assert.deepEqual(page.faults, []);
});

test("private keys are read only with consent", async () => {
  const page = await loaded();
  const exports = files(join(fixtures, "exports/remote")).filter(([name]) => name !== "certificates.xml");
  const [[, pfx]] = files(join(fixtures, "store/pfx"));
  // It is recognized regardless of its name.
  await drop(page, [...exports, ["backup.bin", pfx]]);
  await page.getByRole("heading", { name: "These files contain private keys" }).waitFor();
  await accessible(page, "the question");
  await picture(page, "web-keys");
  await page.getByRole("button", { name: "Skip them" }).click();
  await done(page);
  assert.match(await page.locator("#failed").innerText(), /missing information: certificates[\s\S]*Get-ExchangeCertificate -Server \$env:COMPUTERNAME \| Export-Clixml certificates\.xml/);
  await picture(page, "web-missing");
  assert.equal(await page.getByText("backup.bin").count(), 0);
  await drop(page, [["backup.bin", pfx]]);
  await page.getByLabel("Password of backup.bin").fill("Contoso-2026");
  await page.getByRole("button", { name: "Read them" }).click();
  // Until the worker has begun, the status is that of the previous check.
  for (const end = Date.now() + 60_000; (await rows(page)).length === 0 && Date.now() < end;) await page.waitForTimeout(100);
  await done(page);
  assert.deepEqual((await rows(page)).map(([server]) => server), ["EX01"]);
  const keys = JSON.parse(await download(page, "Documents")).certificates.filter((certificate) => certificate.has_private_key);
  assert.notEqual(keys.length, 0);
});

test("certificates in PEM are used for the store or as trusted roots, as selected", async () => {
  const page = await loaded();
  await drop(page, [...files(join(fixtures, "exports/remote")), ...files(join(fixtures, "exports/roots"))]);
  await done(page);
  assert.equal(await page.getByText("Could not determine whether certificates").count(), 0);
  assert.equal(await page.getByLabel("Use contoso-root.pem as").inputValue(), "roots");
  await page.getByLabel("Use contoso-root.pem as").selectOption("certificates");
  await status(page, /Reading/).catch(() => {});
  await done(page);
  assert.equal(JSON.parse(await download(page, "Documents")).certificates.length, 1);
});

test("a stopped worker is replaced by another", async () => {
  const page = await loaded();
  await page.getByRole("button", { name: "Try the example" }).click();
  await page.locator("#stop").click();
  await page.locator("#error").filter({ hasText: "Stopped." }).waitFor();
  requests = [];
  await drop(page, files(join(fixtures, "exports/remote")).map(([name, content]) => [name, content]));
  await page.locator("#servers tbody tr, .failure").first().waitFor();
  assert.deepEqual(requests, [], "the program is not loaded again");
});

test("fifty servers within 10 s on two cores", async () => {
  const page = await loaded({ busy: true });
  const names = Array.from({ length: 50 }, (_, i) => `EX${String(i + 1).padStart(2, "0")}`);
  const script = `
import os, re, sys, zipfile
source, target = sys.argv[1:3]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(25):
        for file in sorted(os.listdir(source)):
            with open(source + "/" + file, encoding="utf-8") as f: text = f.read()
            z.writestr("%d-%s" % (i, file), re.sub("(EX|ex)0([12])", lambda m: "%s%02d" % (m[1], 2 * i + int(m[2])), text))
`;
  const file = join(folder, "fifty.zip");
  const ran = spawnSync("python3", ["-c", script, join(fixtures, "exports/two-servers"), file], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
  const start = performance.now();
  await page.locator("#files").setInputFiles([file, join(fixtures, "exports/roots/contoso-root.pem")]);
  await done(page, 120_000);
  const took = (performance.now() - start) / 1000;
  assert.deepEqual((await rows(page)).map(([server]) => server), names);
  console.log(`50 servers: ${took.toFixed(1)} s from the drop to the report`);
});

test("whatif has the same result as the command line", async () => {
  const page = await loaded();
  await page.getByText("Options", { exact: true }).click();
  await page.getByLabel("Evaluate at this time").fill(at);
  await drop(page, [...files(join(fixtures, "exports/remote")), ...files(join(fixtures, "exports/roots"))]);
  await done(page);
  const document = join(folder, "whatif.json");
  writeFileSync(document, await download(page, "Documents"));
  const { certificates } = JSON.parse(readFileSync(document, "utf8"));
  const run = async (flag, thumbprint, answer) => {
    await page.locator("#if-flag").selectOption(flag);
    if (thumbprint) await page.locator("#if-certificate").selectOption(thumbprint);
    if (answer !== undefined) await page.locator("#if-overwrite").selectOption(answer);
    await page.locator("#if-result").evaluate((result) => result.replaceChildren());
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator("#if-result pre, #if-result .failure").waitFor();
    return page.locator("#if-result").locator("pre, .failure").textContent();
  };
  const command = (...edit) => {
    const ran = spawnSync(process.env.TRANSPORTCERT, ["whatif", document, ...edit], { encoding: "utf8" });
    return ran.status === 2 ? ran.stderr.replace(/^transportcert: /, "").trimEnd() : ran.stdout;
  };
  for (const { thumbprint } of certificates) {
    assert.equal(await run("remove", thumbprint), command("--remove", thumbprint));
    assert.equal(await run("renew", thumbprint), command("--renew", thumbprint));
    assert.equal(await run("enable", thumbprint, "yes"), command("--enable", `${thumbprint}=SMTP`, "--overwrite-default"));
    assert.equal(await run("enable", thumbprint, ""), command("--enable", `${thumbprint}=SMTP`, "--keep-default"));
  }
  await accessible(page, "before and after");
  await picture(page, "web-whatif");
  await page.locator("#if-flag").selectOption("add");
  await page.locator("#if-file").setInputFiles(join(fixtures, "exports/roots/contoso-root.pem"));
  await page.locator("#if-services").selectOption("SMTP");
  const roots = ["--exports", join(fixtures, "exports/remote"), "--at", at, "--roots", join(fixtures, "exports/roots/contoso-root.pem")];
  const added = spawnSync(process.env.TRANSPORTCERT, ["whatif", ...roots, "--add", "contoso-root.pem", "--services", "SMTP", "--keep-default"], { encoding: "utf8", cwd: join(fixtures, "exports/roots") });
  assert.notEqual(added.stdout, "", added.stderr);
  assert.equal(await run("add", "", ""), added.stdout);
  assert.deepEqual(page.faults, []);
});
