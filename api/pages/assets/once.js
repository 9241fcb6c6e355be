// Sends a form once: of two clicks the second one would end the answer to the first.
"use strict";

const FORGOTTEN_AFTER_MS = 5000;
const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) return event.preventDefault();
  sent.add(event.target);
  // Whoever stays on the page, as an app opens or the line is down, may try again.
  setTimeout(() => sent.delete(event.target), FORGOTTEN_AFTER_MS);
});
