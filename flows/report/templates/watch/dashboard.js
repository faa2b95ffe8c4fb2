"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const tools = document.querySelector(".tools");
  if (!tools) return;
  document.documentElement.classList.add("js");
  const status = byId("status"), payer = byId("payer"), category = byId("category"), words = byId("words");
  const found = byId("found"), nothing = byId("nothing");
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const number = (value) => value.toLocaleString("en-US");
  const units = [...document.querySelectorAll("[data-s]")].map((node) => ({
    node, signal: node.dataset.k, status: node.dataset.s, category: node.dataset.c.split(" "),
    payer: node.dataset.p.split(" "), rows: [...node.querySelectorAll("[data-payer]")], text: "",
  }));
  const total = new Set(units.map((unit) => unit.signal).filter(Boolean)).size;
  const holders = [...document.querySelectorAll("[data-section], details.fold, .sheet")]
    .map((node) => ({ node, count: node.querySelectorAll("[data-s]").length }))
    .filter((holder) => holder.count);
  const folds = [...document.querySelectorAll("details.fold")].map((node) => ({ node, wasOpen: node.open }));
  let wasFiltered = false;
  const show = (node, isShown) => {
    if (node.classList.contains("off") === isShown) node.classList.toggle("off", !isShown);
  };
  const textOf = (unit) => (unit.text = unit.text || plain(unit.node.textContent));

  const filter = () => {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const isFiltered = Boolean(status.value || payer.value || category.value || wanted.length);
    const shown = new Set();
    for (const unit of units) {
      const fits = (!status.value || unit.status === status.value)
        && (!category.value || unit.category.includes(category.value))
        && (!payer.value || unit.payer.includes(payer.value) || unit.payer.includes("*"))
        && wanted.every((word) => textOf(unit).includes(word));
      show(unit.node, fits);
      if (fits && unit.signal) shown.add(unit.signal);
      for (const row of unit.rows) show(row, !payer.value || row.dataset.payer.split(" ").includes(payer.value));
    }
    for (const holder of holders) {
      show(holder.node, !isFiltered || Boolean(holder.node.querySelector("[data-s]:not(.off)")));
    }
    if (isFiltered !== wasFiltered) {
      for (const fold of folds) {
        if (isFiltered) {
          fold.wasOpen = fold.node.open;
          fold.node.open = true;
        } else fold.node.open = fold.wasOpen;
      }
      wasFiltered = isFiltered;
    }
    show(nothing, isFiltered && shown.size === 0);
    const text = isFiltered ? `${number(shown.size)} of ${number(total)} signals` : `${number(total)} signal${total === 1 ? "" : "s"}`;
    if (found.textContent !== text) found.textContent = text;
  };

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 90);
  });
  for (const control of [status, payer, category]) control.addEventListener("change", filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(filter));
  filter();
})();
