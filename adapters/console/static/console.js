// The frame of every page: the menu on small screens, the CSRF token on htmx requests, charts out of their numbers.
"use strict";

const toggle = document.querySelector(".rail-toggle");
const rail = document.querySelector(".rail");
toggle?.addEventListener("click", () => {
  const open = rail.classList.toggle("open");
  toggle.setAttribute("aria-expanded", String(open));
});

// A button under a finger stays where it is: an answer that would redraw the page waits until the press has ended,
// or a button that moves between the press and its end is not clicked at all.
let pressed = Promise.resolve();
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.("button, a, summary, label")) return;
  pressed = new Promise((done) => {
    const ended = () => setTimeout(done); // the click itself comes after the pointer's end
    for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, ended, { once: true });
  });
});

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  ctx.request.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf"]').content;
  ctx.fetch = async (...asked) => {
    const answer = await window.fetch(...asked);
    await pressed;
    return answer;
  };
});

// Something that cannot be undone asks first, with its count: <form data-sure="…">.
document.addEventListener("submit", (event) => {
  const sure = event.target.dataset?.sure;
  if (sure && !window.confirm(sure)) event.preventDefault();
});

// What a narrowed list came to is told by a region that was there before: one that comes with the rows is passed over.
document.addEventListener("htmx:after:swap", () => {
  const told = document.getElementById("list-told");
  const found = document.getElementById("list-found");
  if (told && found && told.textContent !== found.textContent) told.textContent = found.textContent;
});
