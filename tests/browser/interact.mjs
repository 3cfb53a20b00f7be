// Moves sliders, charts, slices and forms by keyboard and writes what happened as JSON to stdout.
// Usage: node interact.mjs FOLDER CHROMIUM; reads avoided, clinician, patient and target.html.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const found = { faults: [] };

async function opened(name, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
  const url = pathToFileURL(resolve(join(folder, name))).href;
  page.on("request", (asked) => {
    if (asked.url() !== url && !asked.url().startsWith("data:")) found.faults.push(asked.url());
  });
  page.on("console", (line) => found.faults.push(`${name}: ${line.text()}`));
  page.on("pageerror", (error) => found.faults.push(`${name}: ${error.message}`));
  await page.goto(url);
  return page;
}

const state = (page) => page.evaluate(() => {
  const panel = document.querySelector("#weighing");
  const rows = [...panel.querySelectorAll("tr[data-option]")];
  return {
    order: rows.map((row) => Number(row.dataset.option)),
    said: panel.querySelector(".said").textContent,
    shares: [...panel.querySelectorAll("output")].map((one) => one.textContent),
    forest: document.querySelector("#c-forest").textContent.length,
  };
});

async function sliders() {
  const page = await opened("clinician.html");
  await page.waitForTimeout(800);
  found.before = await state(page);
  const remission = page.locator("#w-remission");
  await remission.focus();
  await page.keyboard.press("Home");
  await page.locator("#w-visits").focus();
  await page.keyboard.press("End");
  await page.waitForTimeout(800);
  found.moved = await state(page);
  found.swings = await page.locator("#weighing input").evaluateAll((all) => all.map((one) => [one.id.slice(2), Number(one.value)]));
  found.targets = await page.locator("#weighing input, #weighing button").evaluateAll(
    (all) => all.filter((one) => one.offsetParent).map((one) => Math.min(one.offsetHeight, one.offsetWidth)));
  await page.locator("[data-reset]").press("Enter");
  await page.waitForTimeout(800);
  found.reset = await state(page);
  await page.locator("#c-forest").focus();
  await page.keyboard.press("ArrowDown");
  found.read = await page.locator("#c-forest .readout").textContent();
  await page.emulateMedia({ media: "print" });
  found.printed = await page.locator("#weighing").isVisible();
  await page.close();
}

async function avoided() {
  const page = await opened("avoided.html");
  const of = (name) => page.locator(`#weighing [data-group=${name}] tr[data-option]`).evaluateAll(
    (all) => all.map((one) => Number(one.dataset.option)));
  found.groups = { tied: await of("tied"), rest: await of("rest"), avoid: await of("avoid") };
  await page.close();
}

async function slices() {
  const page = await opened("target.html");
  const viewer = page.locator("[data-viewer]").first(), input = viewer.locator("input").first();
  const words = () => viewer.locator("output").first().textContent();
  found.slice = await words();
  await input.focus();
  await page.keyboard.press("ArrowRight");
  found.next = await words();
  found.slices = await viewer.locator("[data-slice]:visible").count();
  await page.close();
}

async function forms() {
  const page = await opened("patient.html");
  const boxes = page.locator("#wishes .ticks tbody tr").first().locator("input");
  await boxes.nth(1).press("Space");
  await boxes.nth(3).press("Space");
  found.ticked = await boxes.evaluateAll((all) => all.map((one) => one.checked));
  found.names = await boxes.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  await page.close();
}

async function still() {
  const page = await opened("clinician.html", { javaScriptEnabled: false });
  found.hidden = !(await page.locator("#weighing").isVisible());
  found.whole = await page.locator("#c-forest tbody tr").count();
  await page.close();
}

for (const part of [sliders, avoided, slices, forms, still]) await part();
await browser.close();
process.stdout.write(JSON.stringify(found));
