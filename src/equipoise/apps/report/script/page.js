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
  const kept = document.body.dataset.kept;
  if (kept && place === 0) {
    const note = document.createElement("p");
    note.className = "note unprinted";
    note.textContent = kept;
    group.prepend(note);
  }
  const put = (blank, kind, words) => {
    const input = document.createElement("input"), name = words.textContent.trim();
    const asked = blank.closest("li, tr").querySelector(".asked, th").textContent.trim();
    input.type = kind;
    input.autocomplete = "off";
    input.className = blank.className;
    input.setAttribute("aria-label", name ? `${asked}: ${name}` : asked);
    blank.replaceWith(input);
    return input;
  };
  group.querySelectorAll(".tick-box").forEach((box) => {
    const words = box.parentElement, input = put(box, "checkbox", words);
    const row = words.closest("tr");
    // In a table one box in each line is asked for.
    if (row) {
      input.addEventListener("change", () => row.querySelectorAll("input").forEach((one) => {
        if (one !== input && input.checked) one.checked = false;
      }));
      return;
    }
    const label = document.createElement("label");
    label.append(input, ...words.childNodes);
    words.append(label);
  });
  group.querySelectorAll(".write").forEach((line) => put(line, "text", line));
};

document.querySelectorAll("#weighing").forEach(sliders);
document.querySelectorAll("figure.chart").forEach((figure) => {
  if (figure.querySelector("table.rows")) readout(figure);
});
document.querySelectorAll("[data-viewer]").forEach(viewer);
// Lines in a crisis box stay lines for a pen: what is typed is lost when it is needed.
document.querySelectorAll(".form:not(.card .form)").forEach(form);
