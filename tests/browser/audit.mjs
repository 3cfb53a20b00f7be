// Opens every page of a folder in Chromium and writes what is wrong with each, as JSON, to stdout.
// Usage: node audit.mjs FOLDER CHROMIUM. Pages named *.light.html are spared axe and the keyboard,
// which take most of the time: their like has been through both.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import * as look from "./looks.mjs";

const [folder, executablePath] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DESKTOP = { width: 1000, height: 900 };
const PHONE = { width: 320, height: 640 };
const ZOOMED = { width: 320, height: 256 };
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function opened(browser, url, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { requests: [], console: [] };
  page.on("request", (asked) => {
    if (asked.url() !== url && !asked.url().startsWith("data:")) seen.requests.push(asked.url());
  });
  page.on("console", (line) => seen.console.push(`${line.type()}: ${line.text()}`));
  page.on("pageerror", (error) => seen.console.push(`error: ${error.message}`));
  await page.goto(url);
  return { context, page, seen };
}

async function axeFaults(page, light) {
  if (light) return [];
  await page.evaluate(axe);
  return page.evaluate(async (tags) => {
    const options = { runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } },
      resultTypes: ["violations"] };
    const found = await window.axe.run(document, options);
    return found.violations.flatMap((rule) => rule.nodes.slice(0, 5).map(
      (node) => `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(";").trim()}`));
  }, RULES);
}

async function audited(browser, url) {
  const light = url.endsWith(".light.html");
  const faults = {};
  const at = async (name, options, work) => {
    const { context, page, seen } = await opened(browser, url, options);
    const found = await work(page);
    for (const [check, lines] of Object.entries(found)) faults[`${check}, ${name}`] = lines;
    faults[`requests, ${name}`] = seen.requests;
    faults[`console, ${name}`] = seen.console;
    await context.close();
  };
  let text = "";
  await at("desktop", { viewport: DESKTOP, reducedMotion: "reduce" }, async (page) => {
    text = await page.evaluate(look.words);
    return { axe: await axeFaults(page, light), motion: await page.evaluate(look.motion),
      keyboard: light ? [] : await look.keyboard(page), sideways: await page.evaluate(look.sideways) };
  });
  await at("dark", { viewport: DESKTOP, colorScheme: "dark" }, async (page) => ({ axe: await axeFaults(page, light) }));
  await at("phone", { viewport: PHONE }, async (page) => {
    const before = { axe: await axeFaults(page, light), sideways: await page.evaluate(look.sideways) };
    await page.addStyleTag({ content: look.SPACING });
    return { ...before, spacing: [...await page.evaluate(look.clipped), ...await page.evaluate(look.sideways)] };
  });
  await at("400 % zoom", { viewport: ZOOMED, deviceScaleFactor: 4 },
    async (page) => ({ sideways: await page.evaluate(look.sideways) }));
  await at("no script", { viewport: DESKTOP, javaScriptEnabled: false },
    async (page) => ({ words: look.missing(text, await page.evaluate(look.words)) }));
  return faults;
}

const browser = await chromium.launch({ executablePath, args: QUIET });
const names = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const results = {};
async function worker() {
  while (names.length) {
    const name = names.shift();
    results[name] = await audited(browser, pathToFileURL(resolve(join(folder, name))).href);
  }
}
await Promise.all([worker(), worker()]);
await browser.close();
process.stdout.write(JSON.stringify(results));
