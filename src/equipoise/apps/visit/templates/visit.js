"use strict";
// Answers leave this page only as a file that the person saves.
(function () {
  var form = document.getElementById("sheet");
  var button = document.getElementById("save");
  button.hidden = false;
  document.getElementById("save-note").hidden = false;
  var before = null;
  form.addEventListener("pointerdown", function (event) {
    var label = event.target.closest("label");
    before = label && label.querySelector("input:checked");
  });
  form.addEventListener("click", function (event) {
    // A second tap, or the key Delete, takes a tick away again.
    if (event.target === before) { before.checked = false; before = null; }
  });
  form.addEventListener("keydown", function (event) {
    if (event.target.type === "radio" && (event.key === "Delete" || event.key === "Backspace")) {
      event.target.checked = false;
    }
  });
  function cell(text) { return '"' + String(text).replace(/"/g, '""') + '"'; }
  button.addEventListener("click", function () {
    var rows = ["key,answer", cell("label") + "," + cell(form.dataset.label)];
    new FormData(form).forEach(function (value, key) {
      if (String(value).trim()) { rows.push(cell(key) + "," + cell(value)); }
    });
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([rows.join("\n") + "\n"], { type: "text/csv" }));
    link.download = "sub-" + form.dataset.label + "_visit.csv";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  });
})();
