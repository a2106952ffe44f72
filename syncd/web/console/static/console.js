// Parts of pages that change by themselves, and small help with forms. Pages read without it, too.
"use strict";

// A part is replaced only when it is another one, and nobody is typing or choosing in it.
function renew(live, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const parts = fresh.content.querySelectorAll("[data-part]");
  const known = live.querySelectorAll("[data-part]");
  const names = (list) => [...list].map((one) => one.dataset.part).join();
  if (!parts.length || names(parts) !== names(known)) {
    if (!live.contains(document.activeElement)) live.replaceChildren(fresh.content);
    return;
  }
  for (const part of parts) {
    const old = live.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    old.querySelectorAll("details").forEach((one, at) => {
      const same = part.querySelectorAll("details")[at];
      if (same) same.open = one.open;
    });
    if (old.outerHTML !== part.outerHTML && !old.contains(document.activeElement)) old.replaceWith(part);
  }
}

const away = document.getElementById("away");
for (const live of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(live.dataset.live);
  let lost = 0;
  source.onmessage = (event) => { away.hidden = true; lost = 0; renew(live, event.data); };
  source.onopen = () => { away.hidden = true; };
  source.onerror = () => {
    // A stream ends by itself every ten minutes: only a second failure is trouble.
    if (++lost > 1) away.hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  };
}

// Ask before what cannot be taken back.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A box in a table's head ticks all others of its form.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.ticks;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${CSS.escape(name)}"]`)) box.checked = event.target.checked;
});
