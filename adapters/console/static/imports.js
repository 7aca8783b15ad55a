// A file is dragged in or chosen; it goes as it is, in one request, and the page of the import opens.
"use strict";

const form = document.getElementById("bring");
const state = document.getElementById("bring-state");
const bar = document.getElementById("bring-bar");
const picked = document.getElementById("file");

function tell(text, wrong) {
  state.textContent = text;
  state.classList.toggle("error", Boolean(wrong));
}

function bring(file) {
  if (!file) return;
  if (file.size > Number(form.dataset.most)) {
    tell(form.dataset.tooLarge, true);
    return;
  }
  const request = new XMLHttpRequest();
  request.open("POST", `/console/api/v1/imports?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.addEventListener("progress", (event) => {
    bar.value = event.total ? (100 * event.loaded) / event.total : 0;
  });
  request.addEventListener("load", () => {
    bar.hidden = true;
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      answer = {};
    }
    if (request.status === 201) window.location.assign(`/console/imports/${answer.id}`);
    else tell(answer.detail || form.dataset.lost, true);
  });
  request.addEventListener("error", () => {
    bar.hidden = true;
    tell(form.dataset.lost, true);
  });
  bar.hidden = false;
  bar.value = 0;
  tell(`${form.dataset.sent}: ${file.name}`);
  request.send(file);
}

picked.addEventListener("change", () => bring(picked.files[0]));
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  bring(event.dataTransfer.files[0]);
});
