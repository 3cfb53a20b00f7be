// Read-outs on charts of rows: point at a row, or go up and down with the arrow keys.
const readout = (figure) => {
  const table = figure.querySelector("table.rows");
  const rows = () => [...table.querySelectorAll("tbody tr")].filter(
    (row) => row.querySelector(".plot-cell") && row.offsetParent);
  const heads = table.tHead.rows[0].cells;
  const unit = heads[heads.length - 1].textContent.trim();
  const line = document.createElement("p");
  line.className = "readout";
  line.setAttribute("role", "status");
  figure.querySelector("table.rows").before(line);
  figure.tabIndex = 0;
  let now = null;

  const text = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const words = (row) => {
    const label = row.cells[0].querySelector("bdi") || row.cells[0];
    const [first, ...rest] = [...row.cells[2].querySelectorAll(".value,.note")].map(text);
    const value = !first ? [] : [unit ? `${unit}: ${first}` : first, ...rest];
    return `${text(label)}. ${value.join("; ")}`;
  };
  const choose = (row) => {
    if (row === now) return;
    if (now) now.classList.remove("is-read");
    now = row;
    table.classList.toggle("is-reading", Boolean(row));
    line.textContent = row ? words(row) : "";
    if (!row) return;
    row.classList.add("is-read");
    // A hairline through all rows at this estimate, to compare the others with it.
    const mark = row.querySelector(".plot-cell circle, .plot-cell svg svg svg");
    const at = mark && (mark.getAttribute("cx") || mark.getAttribute("x"));
    table.style.setProperty("--read-at", at && at.endsWith("%") ? parseFloat(at) / 100 : -9);
  };
  table.addEventListener("pointerover", (event) => {
    const row = event.target.closest("tr");
    if (row && rows().includes(row)) choose(row);
  });
  table.addEventListener("pointerleave", () => choose(null));
  figure.addEventListener("blur", () => choose(null));
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.target !== figure) return;
    if (event.key === "Escape") choose(null);
    if (!step) return;
    event.preventDefault();
    const all = rows(), place = all.indexOf(now);
    choose(all[place < 0 ? (step > 0 ? 0 : all.length - 1)
      : Math.min(Math.max(place + step, 0), all.length - 1)]);
    now.scrollIntoView({ block: "nearest" });
  });
};

// Slices of the brain that a slider moves through.
const viewer = (block) => {
  block.querySelectorAll("[data-plane]").forEach((plane) => {
    const input = plane.querySelector("input"), output = plane.querySelector("output");
    const slices = [...plane.querySelectorAll("[data-slice]")];
    const show = () => {
      slices.forEach((one, t) => { one.hidden = t !== Number(input.value); });
      const words = slices[input.value].dataset.slice;
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
    };
    input.addEventListener("input", show);
    show();
  });
  block.hidden = false;
};

// Lines and boxes of a paper form, to be filled in on the screen too.
const form = (group, place) => {
  group.querySelectorAll("li").forEach((item, line) => {
    const asked = item.querySelector(".asked");
    if (!asked) return;
    asked.id = asked.id || `asked-${place}-${line}`;
    const boxes = item.querySelector(".boxes");
    if (boxes) {
      boxes.setAttribute("role", "group");
      boxes.setAttribute("aria-labelledby", asked.id);
    }
    item.querySelectorAll(".tick-box").forEach((box) => {
      const input = document.createElement("input"), label = document.createElement("label");
      input.type = "checkbox";
      const words = box.parentElement;
      label.append(...words.childNodes);
      box.replaceWith(input);
      words.append(label);
    });
    item.querySelectorAll(".write").forEach((write) => {
      const input = document.createElement("input");
      input.type = "text";
      input.autocomplete = "off";
      input.className = "write";
      input.setAttribute("aria-labelledby", asked.id);
      write.replaceWith(input);
    });
  });
};

document.querySelectorAll("#weighing").forEach(sliders);
document.querySelectorAll("figure.chart").forEach((figure) => {
  if (figure.querySelector("table.rows")) readout(figure);
});
document.querySelectorAll("[data-viewer]").forEach(viewer);
document.querySelectorAll(".form").forEach(form);
