// Keys: every page has these, and those that its own elements name.
//   data-go="u"      a link that `g u` follows
//   data-key="d"     a link, button or field that a single key presses or goes to; data-help="words" explains it
//   data-filter      the field that / goes to
//   data-row         a row that j and k move over; Enter opens its first link, x its input[data-choose]
"use strict";

(() => {
  const GO_MILLISECONDS = 1500;
  let goUntil = 0;

  const isTyping = (target) =>
    target.isContentEditable ||
    target.matches("textarea, select") ||
    (target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type));
  const isSeen = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  const first = (selector) => [...document.querySelectorAll(selector)].find(isSeen);

  const rows = () => [...document.querySelectorAll("[data-row]")].filter(isSeen);
  const here = () => document.querySelector("[data-row].here");

  function moveTo(row) {
    if (!row) return;
    here()?.classList.remove("here");
    row.classList.add("here");
    // The focus moves along, so that a screen reader says the row and Tab goes on from it.
    const link = row.querySelector("a[href]") || row.querySelector("input, button");
    link?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const now = all.indexOf(here());
    moveTo(now < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(all.length - 1, Math.max(0, now + by))]);
  }

  function press(element) {
    if (element.matches("a[href], button, summary, input[type=checkbox], input[type=radio]")) element.click();
    if (element.matches("summary")) return;
    if (element.matches("input, select, textarea")) {
      element.focus();
      if (element.matches("input:not([type=checkbox], [type=radio])")) element.select();
    }
  }

  function describe(list, keys, text) {
    const term = document.createElement("dt");
    for (const key of keys) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(...(term.childNodes.length ? [" ", cap] : [cap]));
    }
    const words = document.createElement("dd");
    words.textContent = text;
    list.append(term, words);
  }

  function showHelp() {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "keys-title");
    const title = document.createElement("h2");
    title.id = "keys-title";
    title.textContent = "Keys";
    const list = document.createElement("dl");
    list.className = "keys";
    const told = new Set();
    for (const link of document.querySelectorAll("[data-go]")) describe(list, ["g", link.dataset.go], link.textContent.trim());
    if (first("[data-filter]")) describe(list, ["/"], "Go to the filter");
    if (rows().length) {
      describe(list, ["j", "k"], "Next row, row before");
      describe(list, ["Enter"], "Open the row");
      if (first("[data-row] input[data-choose]")) describe(list, ["x"], "Choose the row");
    }
    for (const element of document.querySelectorAll("[data-key]")) {
      const text = element.dataset.help || element.getAttribute("aria-label") || element.textContent.trim();
      if (!isSeen(element) || told.has(element.dataset.key)) continue;
      told.add(element.dataset.key);
      describe(list, [element.dataset.key], text);
    }
    describe(list, ["Esc"], "Leave a field; close this");
    describe(list, ["?"], "These keys");
    const actions = document.createElement("p");
    actions.className = "actions";
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    actions.append(close);
    dialog.append(title, list, actions);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (document.querySelector("dialog[open]")) return;
    if (isTyping(target)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    const isGoing = performance.now() < goUntil;
    goUntil = 0;
    let link = null;
    if (isGoing) link = [...document.querySelectorAll("[data-go]")].find((a) => a.dataset.go === event.key);
    if (link) link.click();
    else if (event.key === "g" && document.querySelector("[data-go]")) goUntil = performance.now() + GO_MILLISECONDS;
    else if (event.key === "?") showHelp();
    else if (event.key === "/" && first("[data-filter]")) press(first("[data-filter]"));
    else if (event.key === "j" && rows().length) step(1);
    else if (event.key === "k" && rows().length) step(-1);
    else if (event.key === "x" && here()?.querySelector("input[data-choose]")) here().querySelector("input[data-choose]").click();
    else if (event.key === "Enter" && here() && target === document.body) here().querySelector("a[href]")?.click();
    else {
      const named = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === event.key && isSeen(e));
      if (!named) return;
      press(named);
    }
    event.preventDefault();
  }

  document.addEventListener("keydown", onKey);
  // A row that is reached by Tab or by the mouse is where j and k go on from.
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && row !== here()) {
      here()?.classList.remove("here");
      row.classList.add("here");
    }
  });
})();
