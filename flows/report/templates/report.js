"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const words = byId("words");
  if (!words) return;
  document.documentElement.classList.add("js");
  const kind = byId("kind"), family = byId("family"), field = byId("field"), cosmetic = byId("cosmetic");
{% if impact %}
  const held = byId("held");
{% endif %}
  const found = byId("found"), nothing = byId("nothing");
  const sections = [...document.querySelectorAll("section.kind")].map((node) => ({
    node, kind: node.dataset.kind, count: node.querySelector(".count"),
    sheets: [...node.querySelectorAll(".sheet")].map((sheet) => ({
      node: sheet, family: sheet.dataset.family, rows: [...sheet.querySelectorAll("[id]")],
    })),
  }));
  const total = sections.reduce((sum, s) => sum + s.sheets.reduce((n, sheet) => n + sheet.rows.length, 0), 0);
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const number = (value) => value.toLocaleString("en-US");
  const texts = new Map();
  const textOf = (row) => {
    let text = texts.get(row);
    if (text === undefined) {
      text = plain(row.id.slice(2) + " " + row.textContent);
      texts.set(row, text);
    }
    return text;
  };
  const show = (node, isShown) => {
    if (node.classList.contains("off") === isShown) node.classList.toggle("off", !isShown);
  };

  const filter = () => {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const ofField = field ? field.value : "";
    const withCosmetic = !cosmetic || cosmetic.checked;
    let all = 0;
    for (const section of sections) {
      let inSection = 0, ofSection = 0;
      for (const sheet of section.sheets) {
        const isOpen = (!kind.value || kind.value === section.kind) && (!family.value || family.value === sheet.family);
        let inSheet = 0;
        ofSection += sheet.rows.length;
        if (isOpen) {
          for (const row of sheet.rows) {
            const fits = (!ofField || (row.dataset.fields || "").split(" ").includes(ofField))
              && (withCosmetic || row.dataset.cosmetic === undefined)
{% if impact %}
              && (!held || !held.checked || row.dataset.held !== undefined)
{% endif %}
              && wanted.every((word) => textOf(row).includes(word));
            show(row, fits);
            if (fits) inSheet += 1;
          }
        }
        show(sheet.node, inSheet > 0);
        inSection += inSheet;
      }
      show(section.node, inSection > 0);
      section.count.textContent = inSection === ofSection ? number(ofSection) : `${number(inSection)} of ${number(ofSection)}`;
      all += inSection;
    }
    show(nothing, all === 0);
    const text = all === total ? `${number(total)} change${total === 1 ? "" : "s"}` : `${number(all)} of ${number(total)} changes`;
    if (found.textContent !== text) found.textContent = text;
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 90);
  };
  const clear = () => {
    words.value = "";
    for (const choice of [kind, family, field]) if (choice) choice.value = "";
    if (cosmetic) cosmetic.checked = true;
{% if impact %}
    if (held) held.checked = false;
{% endif %}
    filter();
  };
  words.addEventListener("input", soon);
  for (const control of [kind, family, field, cosmetic]) if (control) control.addEventListener("change", filter);
{% if impact %}
  if (held) held.addEventListener("change", filter);
{% endif %}
  byId("clear").addEventListener("click", () => {
    clear();
    words.focus();
  });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && words.value) {
      event.preventDefault();
      words.value = "";
      filter();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(input|select|textarea)$/i.test(event.target.tagName)) return;
    event.preventDefault();
    words.focus();
    words.select();
  });
  // A link to a row that the filters hide must still lead there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && byId(link.getAttribute("href").slice(1));
    if (target && target.closest(".off")) clear();
  });
  const tools = document.querySelector(".tools");
  const clearBelow = () => {
    const isSticky = getComputedStyle(tools).position === "sticky";
    document.documentElement.style.scrollPaddingTop = isSticky ? `${tools.offsetHeight + 12}px` : "";
  };
  window.addEventListener("resize", clearBelow);
  clearBelow();
  // The browser keeps what was typed when a page is loaded again.
  filter();
})();
