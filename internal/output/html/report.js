"use strict";
// Everything can be read without this: it searches, filters and unfolds.
const tools = document.getElementById("tools");
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const expand = document.getElementById("expand");
const boxes = [...tools.querySelectorAll("[name=verdict]")];
const servers = [...document.querySelectorAll("[data-for]")].map((row) => ({
  row, sheet: document.getElementById(row.dataset.for), text: null,
}));

function filter() {
  const wanted = search.value.trim().toLowerCase();
  const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const server of servers) {
    if (wanted) server.text ??= server.sheet.textContent.toLowerCase();
    const show = verdicts.has(server.row.className) && (!wanted || server.text.includes(wanted));
    server.row.hidden = server.sheet.hidden = !show;
    if (show) count++;
  }
  shown.value = count === servers.length ? "" : `${count} of ${servers.length} servers shown`;
}

let waiting;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 150);
});
for (const box of boxes) box.addEventListener("change", filter);
expand.addEventListener("click", () => {
  const open = expand.getAttribute("aria-pressed") !== "true";
  expand.setAttribute("aria-pressed", String(open));
  for (const details of document.querySelectorAll("details")) details.open = open;
});
if (servers.length) tools.hidden = false;
filter();
