// What is looked for inside a page; each returns a list of faults in words, empty where all is well.

export const SPACING = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
  + "p{margin-block-end:2em!important}";  // WCAG 2.2, 1.4.12

export function words() {
  return document.querySelector("main").innerText.split(/\s+/).filter(Boolean);
}

// Words that script adds are no fault; words that only script shows are.
export function missing(withScript, without) {
  const there = new Set(without);
  const core = withScript.filter((word) => !there.has(word));
  return without.length < 5 ? ["the page is empty without script"]
    : core.length > withScript.length / 10 ? [`${core.length} of ${withScript.length} words need script`] : [];
}

export function sideways() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return (box.right > root.clientWidth + 1 || box.left < -1) && !one.closest(".unseen,.skip,svg *");
  });
  return [`${root.scrollWidth} px in ${root.clientWidth}`, ...wide.slice(-4).map(
    (one) => `${one.tagName}.${one.getAttribute("class") ?? ""} ${one.textContent.trim().slice(0, 40)}`)];
}

export function clipped() {
  const faults = [];
  for (const one of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    if (one.closest(".unseen,svg,thead") || !/hidden|clip/.test(style.overflow)) continue;
    if (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
      faults.push(`${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return faults;
}

export function motion() {
  const moving = document.getAnimations().map((one) => one.effect.target.tagName);
  const smooth = getComputedStyle(document.documentElement).scrollBehavior === "smooth";
  return smooth ? [...moving, "smooth scrolling"] : moving;
}

// Every link, summary and control is reached by Tab, shows its focus and stands in sight.
export async function keyboard(page) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href],summary,button,input,select,textarea,[tabindex]")];
    const tabbable = all.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }));
    const groups = new Set();
    return tabbable.filter((one) => {
      one.dataset.wanted = "1";
      if (one.type !== "radio") return true;
      const known = groups.has(one.name);
      groups.add(one.name);
      if (known) delete one.dataset.wanted;
      return !known;
    }).length;
  });
  const faults = [];
  for (let n = 0; n < wanted + 2; n += 1) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return "";
      delete one.dataset.wanted;
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      const name = `${one.tagName} ${(one.textContent || one.getAttribute("aria-label") || "").trim().slice(0, 40)}`;
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `no visible focus: ${name}`;
      if (box.bottom <= 0 || box.top >= innerHeight || box.width === 0) return `focus out of sight: ${name}`;
      const top = document.elementFromPoint(box.left + Math.min(box.width, innerWidth) / 2, Math.max(1, box.top + Math.min(box.height, innerHeight) / 2));
      return top && !one.contains(top) && !top.contains(one) && getComputedStyle(one).display !== "inline" ? `focus covered: ${name}` : "";
    });
    if (fault) faults.push(fault);
  }
  const left = await page.evaluate(() => [...document.querySelectorAll("[data-wanted]")].map(
    (one) => `not reached: ${one.tagName} ${one.textContent.trim().slice(0, 40)}`));
  return [...faults, ...left].slice(0, 10);
}
