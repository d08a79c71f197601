// The few things that markup cannot do: copy a value, put the focus on the error summary.
// Every page works without it. Never fetches, never stores, never writes markup.
"use strict";

// Copy buttons stay hidden until this script shows them, so that no control is visible that does nothing.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById(button.dataset.copy + "-status");
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const value = "value" in source ? source.value : source.textContent.trim();
    try {
      await navigator.clipboard.writeText(value);
      if (status) status.textContent = "Copied";
    } catch {
      if (source.select) source.select();
      if (status) status.textContent = "Selected. Press Ctrl C to copy";
    }
  });
}

// The whole value of a copy field is selected when it gets the focus.
for (const input of document.querySelectorAll("input[readonly][data-select]")) {
  input.addEventListener("focus", () => input.select());
}

// After a form came back: the summary first, then each of its links to the field it names.
const summary = document.querySelector(".error-summary");
if (summary) {
  summary.focus();
  for (const link of summary.querySelectorAll("a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const field = document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      field.focus();
    });
  }
}

// Menus close on Escape and give the focus back; one click outside closes them too.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
