// The live card: a code that renews itself a moment before its step ends, and says honestly when it could not.
const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
const initData = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
const headers = initData ? { "X-Telegram-Init-Data": initData } : {};
let goodUntil = 0;
let timer;

async function renew() {
  clearTimeout(timer);
  try {
    const answer = await fetch(`${location.pathname}/now`, { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (answer.status === 404 || answer.status === 403) return gone();
    if (!answer.ok) throw new Error("busy");
    show(await answer.json());
  } catch {
    if (performance.now() > goodUntil) stale();
    timer = setTimeout(renew, 3000);
  }
}

function show(card) {
  goodUntil = performance.now() + card.valid_for * 1000;
  $("qr").src = card.qr;
  $("qr").hidden = false;
  $("notice").textContent = "";
  $("bars").src = card.bars;
  $("bars").hidden = false;
  $("name").textContent = card.name;
  $("number").textContent = card.number;
  $("points").textContent = card.points;
  $("balance").textContent = card.balance;
  $("speak").hidden = false;
  const ring = $("ring");
  ring.getAnimations().forEach((one) => one.cancel());
  ring.animate([{ transform: `scaleX(${Math.min(1, card.fresh_for / 60)})` }, { transform: "scaleX(0)" }], { duration: card.fresh_for * 1000, fill: "forwards" });
  timer = setTimeout(renew, Math.max(1000, card.fresh_for * 1000 - 2000 + 2100));
}

// Nothing that a till would refuse is shown as if it were good.
function stale() {
  $("qr").hidden = true;
  $("spoken").hidden = true;
  $("notice").textContent = words.old;
}

function gone() {
  for (const id of ["qr", "bars", "speak", "spoken"]) $(id).hidden = true;
  for (const id of ["name", "number", "points", "balance"]) $(id).textContent = "";
  $("notice").textContent = words.unknown;
}

$("speak").onclick = async () => {
  try {
    const answer = await fetch(`${location.pathname}/spoken`, { method: "POST", headers, cache: "no-store" });
    if (!answer.ok) throw new Error("busy");
    const { spoken, valid_for: seconds } = await answer.json();
    $("spoken").textContent = spoken.replace(/(\d{3})(?=\d)/g, "$1 ");
    $("spoken").hidden = false;
    setTimeout(() => { $("spoken").hidden = true; }, seconds * 1000);
  } catch { $("notice").textContent = words.busy; }
};

async function stayAwake() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* a browser without it dims as it likes */ }
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) { renew(); stayAwake(); } });
addEventListener("online", renew);
stayAwake();
renew();
