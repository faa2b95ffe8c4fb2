// What the pages do beyond links and forms: everything here has a plain way without it.
"use strict";

// A notice, and the list of keys, close.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".notice").remove();
});

// Whether the person works by keys: a closed list changes with every key then, and each change is not yet a choice.
document.addEventListener("keydown", () => { document.documentElement.dataset.by = "keys"; }, true);
document.addEventListener("pointerdown", () => { document.documentElement.dataset.by = "pointer"; }, true);

// Filters send themselves when a choice is made by pointer; the button, and Enter, are for everything else.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    const isChoice = event.target.matches("select, [type=checkbox], [type=radio]");
    if (isChoice && document.documentElement.dataset.by !== "keys") form.requestSubmit();
  });
}

// Enter sends a filter from a closed list too, as it does from any other field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("form:is([data-auto], [data-ask]) select")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// One box chooses all rows, or none; the count of chosen rows is told.
function countChosen() {
  const boxes = [...document.querySelectorAll("input[data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = String(chosen);
  for (const all of document.querySelectorAll("input[data-choose-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}
document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-choose-all]")) {
    for (const box of document.querySelectorAll("input[data-choose]")) box.checked = event.target.checked;
  }
  if (event.target.matches("input[data-choose], input[data-choose-all]")) countChosen();
});
document.addEventListener("htmx:afterSettle", countChosen);

// A form that was sent is not sent again by a second press; coming back to the page wakes it up.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What a server refused is read out and seen, wherever the page is scrolled to.
document.addEventListener("htmx:sendError", () => {
  const place = document.getElementById("notice");
  const text = document.createElement("div");
  text.className = "notice bad";
  text.textContent = "The server does not answer. Nothing was changed; try again.";
  place.replaceChildren(text);
});
