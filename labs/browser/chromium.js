// Chromium from Debian, driven by playwright-core, and the checks that the
// tests of every page use.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

// open opens an address in its own context. The page gets `faults`, a list of
// what must not happen: errors in the console, which include violations of the
// Content-Security-Policy, dialogs, and requests to other hosts.
//
// With busy, the page also gets a function of that name, which returns the
// processor time of its main thread in seconds, independent of other processes.
export async function open(browser, url, { busy, ...options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  if (busy) {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    page.busy = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
  }
  page.faults = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("dialog", (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!["data:", "blob:", new URL(url).protocol].includes(new URL(request.url()).protocol)) page.faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

// accessible runs axe-core, which must find nothing.
export async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`), [], what);
}

// fits checks that nothing requires horizontal scrolling.
export async function fits(page, what) {
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= width, `${what}: ${wide} pixels wide, of ${width}`);
}
