// A campaign's page: fields put into the text, a picture sent, progress as it goes, the tester's own card remembered.
"use strict";

let written = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea")) written = event.target;
});

for (const button of document.querySelectorAll("[data-slot]")) {
  button.addEventListener("click", () => {
    const message = button.closest(".message");
    const area = message.contains(written) ? written : message.querySelector("textarea");
    area.setRangeText(button.dataset.slot, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

for (const input of document.querySelectorAll("[data-upload]")) {
  const box = input.closest(".picture");
  const [name, shown, remove, error] = [box.querySelector("input[type=hidden]"), box.querySelector("img"), box.querySelector("[data-remove]"), box.querySelector("[data-upload-error]")];
  const put = (value) => {
    name.value = value;
    shown.hidden = remove.hidden = !value;
    if (value) shown.src = `/media/${value}`;
    name.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    error.textContent = "";
    const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content, "Content-Type": "application/octet-stream" };
    const answer = await fetch("/console/campaigns/pictures", { method: "POST", body: file, headers });
    const told = await answer.json();
    if (answer.ok) put(told.name);
    else error.textContent = told.error;
  });
  remove.addEventListener("click", () => { input.value = ""; put(""); });
}

for (const input of document.querySelectorAll("[data-remember]")) {
  const key = `kartka.${input.dataset.remember}`;
  input.value ||= localStorage.getItem(key) ?? "";
  input.form.addEventListener("submit", () => localStorage.setItem(key, input.value));
}

const progress = document.querySelector("[data-events]");
if (progress) {
  const events = new EventSource(progress.dataset.events);
  events.addEventListener("progress", (event) => { progress.innerHTML = event.data; });
  // What can be done with it has changed, and the page says so.
  events.addEventListener("over", () => { events.close(); location.reload(); });
  window.addEventListener("pagehide", () => events.close());
}
