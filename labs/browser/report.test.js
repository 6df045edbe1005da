import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { accessible, fits, launch, open } from "./chromium.js";

const fixtures = new URL("../../fixtures/", import.meta.url);
const hostile = `<img src="http://127.0.0.1:9/x" onerror="alert(1)">'"</title></style></script><script>alert(2)</script>`;
let browser, folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "transportcert-browser-"));
  browser = await launch();
});

after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const fixture = (name) => JSON.parse(readFileSync(new URL(`${name}/input.json`, fixtures)));

// check writes a report about documents, each with its own server name, and
// returns the report's address.
function check(name, documents, extra = []) {
  const file = join(folder, `${name}.html`);
  const input = documents.map((document) => JSON.stringify(document)).join("\n");
  const ran = spawnSync(process.env.TRANSPORTCERT, ["check", "-o", `html=${file}`, "-", ...extra], { input, encoding: "utf8" });
  assert.notEqual(ran.status, null, String(ran.error));
  assert.ok(statSync(file).size > 0, ran.stderr);
  return pathToFileURL(file).href;
}

const named = (server, document) => ({ ...document, server });

const few = () => {
  const risk = named("EX03", fixture("194-server-all-events"));
  risk.directory.internal_transport_certificate = "DEAD".repeat(10);
  return check("few", [
    named("EX01", fixture("02-pki-certificate-in-use")),
    named("EX02", fixture("194-server-all-events")),
    risk,
    { server: "EX04" },
  ]);
};

async function picture(page, name, options = {}) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true, ...options });
}

const visible = (page) => page.locator("table.servers tbody tr:visible").evaluateAll((rows) => rows.map((row) => row.querySelector("a").textContent));

test("the worst server comes first, and failures are shown", async () => {
  const page = await open(browser, few());
  const rows = await page.locator("table.servers tbody tr").evaluateAll((all) => all.map((row) => [row.cells[0].textContent, row.cells[1].textContent.slice(2)]));
  assert.deepEqual(rows, [["EX03", "MAIL AT RISK"], ["EX02", "ACTION NEEDED"], ["EX01", "OK"]]);
  assert.deepEqual(await page.locator("article h2").evaluateAll((all) => all.map((h2) => h2.firstChild.data.trim())), ["EX03", "EX02", "EX01"]);
  assert.match(await page.locator(".failed").innerText(), /stdin:4.*schema_version: missing/s);
  assert.match(await page.locator("header").innerText(), /MAIL AT RISK 1 server\s.*ACTION NEEDED 1 server\s.*OK 1 server\s.*NOT CHECKED 1 document/s);
  await page.locator("table.servers a", { hasText: "EX02" }).click();
  assert.ok(await page.locator("article h2", { hasText: "EX02" }).evaluate((h2) => h2.getBoundingClientRect().top < innerHeight));
  assert.deepEqual(page.faults, []);
});

test("search and filter", async () => {
  const page = await open(browser, few());
  await page.getByLabel("Search").fill("ex02");
  await page.waitForFunction(() => document.querySelector("#shown").value === "1 of 3 servers shown");
  assert.deepEqual(await visible(page), ["EX02"]);
  assert.equal(await page.locator("article:visible").count(), 1);
  await page.getByLabel("Search").fill("smtp.contoso.test"); // the FQDN of a connector of two servers
  await page.waitForFunction(() => document.querySelector("#shown").value === "2 of 3 servers shown");
  await page.getByRole("checkbox", { name: "MAIL AT RISK" }).uncheck();
  assert.deepEqual(await visible(page), ["EX02"]);
  await page.getByLabel("Search").fill("");
  await page.waitForFunction(() => document.querySelector("#shown").value === "2 of 3 servers shown");
  assert.deepEqual(await visible(page), ["EX02", "EX01"]);
  await page.getByRole("button", { name: "Expand all facts" }).click();
  assert.equal(await page.locator("details:not([open])").count(), 0);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("details[open]").count(), 0);
});

test("all content is shown without JavaScript", async () => {
  const page = await open(browser, few(), { javaScriptEnabled: false });
  assert.equal(await page.locator("#tools").isVisible(), false);
  assert.equal(await page.locator("article:visible").count(), 3);
  assert.equal(await page.locator(".flow:visible").count() > 6, true);
  await page.locator("article summary").first().click();
  assert.ok(await page.getByText("Physical DNS FQDN").first().isVisible());
});

test("light, dark, narrow and printed, axe-core finds nothing", async () => {
  const url = few();
  const papers = new Set();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1200, 360]) {
      const page = await open(browser, url, { colorScheme, viewport: { width, height: 900 } });
      papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      await accessible(page, `${colorScheme}, ${width} pixels`);
      await fits(page, `${colorScheme}, ${width} pixels`);
      await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      await accessible(page, `${colorScheme}, ${width} pixels, with facts`);
      await fits(page, `${colorScheme}, ${width} pixels, with facts`);
      await picture(page, `report-${colorScheme}-${width}`);
    }
  }
  assert.equal(papers.size, 2, "dark is dark");
});

test("printed: dark text on white, without controls", async () => {
  const page = await open(browser, few(), { colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.equal(await page.locator("#tools").isVisible(), false);
  assert.deepEqual(await page.locator("tr, .flow > li, .findings li, .time").evaluateAll((all) => all.filter((e) => getComputedStyle(e).breakInside !== "avoid").length), 0);
  const pdf = await page.pdf({ format: "A4", path: process.env.SCREENSHOTS && join(process.env.SCREENSHOTS, "report.pdf") });
  const pages = pdf.toString("latin1").match(/\/Type \/Page\b/g).length;
  assert.ok(pages >= 3, `${pages} pages, and each server begins on a new one`);
});

test("malicious names have no effect", async () => {
  const document = fixture("194-server-all-events");
  for (const connector of document.connectors) connector.name += hostile;
  document.certificates[0].friendly_name = `${hostile}\u202egnp.exe\u0007`;
  document.certificates[1].subject = hostile;
  document.directory.error = hostile;
  const page = await open(browser, check("hostile", [document]));
  await page.getByLabel("Search").fill("onerror");
  await page.waitForTimeout(300);
  assert.equal(await page.locator("img, script:not(body > script:last-of-type)").count(), 0);
  assert.ok((await page.locator("article").innerText()).includes(hostile));
  assert.equal(/[\u202a-\u202e\u2066-\u2069\u0007]/.test(await page.content()), false);
  assert.match(await page.locator("article").innerText(), /\\u202egnp\.exe\\a/);
  assert.deepEqual(page.faults, []);
});

// None is OK: every certificate in use has expired, and half of the servers lack the internal transport certificate.
test("a thousand servers: below 15 MB, and usable within 3 s", async () => {
  const exported = spawnSync(process.env.TRANSPORTCERT, ["gather", "--all-servers", "--exports", fileURLToPath(new URL("exports/two-servers", fixtures)), "-o", "-"], { encoding: "utf8" });
  const expired = exported.stdout.trim().split("\n").map((line) => ({ ...JSON.parse(line), now: "2029-06-01T00:00:00Z" }));
  const kinds = [...expired, ...expired.map((document) => ({ ...document, directory: { readable: true, internal_transport_certificate: "DEAD".repeat(10) } }))];
  assert.equal(kinds.length, 4);
  const documents = Array.from({ length: 1000 }, (_, i) => named(`EX${String(i + 1).padStart(4, "0")}`, kinds[i % kinds.length]));
  const url = check("many", documents);
  const size = statSync(join(folder, "many.html")).size;
  assert.ok(size < 15e6, `${size} bytes`);
  const start = performance.now();
  const page = await open(browser, url, { busy: true });
  await page.getByLabel("Search").fill("ex0777");
  await page.waitForFunction(() => document.querySelector("#shown").value === "1 of 1000 servers shown");
  const took = (performance.now() - start) / 1000;
  const busy = await page.busy();
  assert.deepEqual(await visible(page), ["EX0777"]);
  console.log(`1,000 servers: ${(size / 1e6).toFixed(1)} MB, one found after ${took.toFixed(1)} s, for which the page was busy ${busy.toFixed(1)} s`);
  assert.ok(busy < 6, `${busy} s of a processor, and less than 3 where nothing else runs`);
});
