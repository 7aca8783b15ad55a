// Forms of offers and questionnaires: of each kind only its own fields are seen.
"use strict";

function kindsOf(select) {
  for (const part of document.getElementById(select.dataset.kinds).querySelectorAll("[data-kind]")) {
    part.hidden = !part.dataset.kind.split(" ").includes(select.value);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.dataset?.kinds) kindsOf(event.target);
});
// What was chosen before this script came, or what the browser has filled in again.
document.querySelectorAll("[data-kinds]").forEach(kindsOf);

// Which goods are meant is asked only where the benefit is for some of them.
const benefit = document.getElementById("benefit");
function scoped() {
  const kind = benefit.querySelector("[data-kinds]").value;
  const some = benefit.querySelector('[name="benefit.scope"][value="goods"]').checked;
  const always = kind === "fixed_price" || kind === "nth_free";
  benefit.querySelector(".goods").parentElement.hidden = kind === "bonus_points" || !(some || always);
}
if (benefit) {
  benefit.addEventListener("change", scoped);
  scoped();
}
