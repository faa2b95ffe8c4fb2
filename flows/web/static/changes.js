// The list of changes and the page of one: parts come without a new page, and the keys keep their place.
"use strict";

(() => {
  const part = () => document.getElementById("changes");
  const boxes = () => [...document.querySelectorAll("input[data-choose]")];
  const here = () => document.querySelector("[data-row].here");
  let place = null;

  // A plain click on a choice, a heading or a page of the list brings the list alone; a link in a new tab stays one.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-part] a[href]:not([data-plain])");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!window.htmx || !part()) return;
    event.preventDefault();
    place = null;
    const path = link.pathname + link.search;
    window.htmx.ajax("GET", path, { source: part(), target: "#changes", swap: "outerHTML" });
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-ask]");
    const isByKeys = document.documentElement.dataset.by === "keys";
    if (form && event.target.matches("select") && !isByKeys) form.requestSubmit();
    if (event.target.matches("[data-every]")) {
      for (const box of boxes()) box.checked = event.target.checked;
      boxes()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (event.target.matches("[name=action]")) showCodes();
  });

  // Codes are asked for where the decision needs them.
  function showCodes() {
    for (const form of document.querySelectorAll("form:has([data-codes])")) {
      const chosen = form.querySelector("select[name=action], input[name=action]:checked");
      const codes = form.querySelector("[data-codes]");
      codes.hidden = chosen?.value !== "replace";
      for (const field of codes.querySelectorAll("input")) field.disabled = codes.hidden;
    }
  }

  // `d` and `o` are about the chosen rows, and where none is chosen about the one at hand.
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const isTyping = target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
    if (isTyping && event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
      event.preventDefault();
      const own = target.closest(".inline, .fields")?.querySelector("button:not([type=button])");
      // A press, not requestSubmit: htmx sends the name of a button that was pressed alone.
      if (own) own.click();
      else target.form.requestSubmit();
      return;
    }
    if (isTyping && event.key === "Escape" && target.form?.id === "bulk") {
      event.preventDefault();
      (here()?.querySelector("a[href]") || document.body).focus();
      return;
    }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = here()?.querySelector("input[data-choose]");
    if (["d", "o"].includes(event.key) && box && !boxes().some((each) => each.checked)) box.click();
  }, true);

  // After work on rows the next one is at hand.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "bulk") return;
    const rows = [...document.querySelectorAll("[data-row]")];
    const last = rows.findLastIndex((row) => row.querySelector("input:checked"));
    place = (rows[last + 1] || rows[last])?.dataset.row ?? null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "notice") return;
    showCodes();
    document.getElementById("notice")?.replaceChildren();
    // htmx puts the focus back into the field of that name, where the keys of the page would be typed text.
    if (document.getElementById("change")) document.getElementById("main").focus({ preventScroll: true });
    if (place === null) return;
    const row = [...document.querySelectorAll("[data-row]")].find((each) => each.dataset.row === place);
    place = null;
    row?.classList.add("here");
    row?.querySelector("a[href]")?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  });
  showCodes();
})();
