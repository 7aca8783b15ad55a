// The live card: codes for some minutes ahead, so that a net that fails for a moment shows no dead one; honest when it lasts.
const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
const RENEW_BEFORE = 10;
const AGAIN_AFTER = 3;
let codes = [];
let step = 60;
let since = clock();
let renewAt = 0;
let asking = false;
let over = false;
let away = false;
let shown = "";
let spokenUntil = 0;

// Whose card: the secret of the address, or what the messenger hands to its own door.
const token = document.body.dataset.token;
const initData = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData") ?? "";
const whose = token ? { token } : { init_data: initData };

// A phone that slept may have stopped one of its clocks: the later one is believed.
function clock() { return { wall: Date.now(), run: performance.now() }; }
function elapsed() { return Math.max(Date.now() - since.wall, performance.now() - since.run) / 1000; }

async function ask(what) {
  const body = JSON.stringify(whose);
  const headers = { "Content-Type": "application/json" };
  return fetch(`/card/${what}`, { method: "POST", headers, body, cache: "no-store", signal: AbortSignal.timeout(8000) });
}

async function renew() {
  if (asking || over) return;
  asking = true;
  const began = clock();
  try {
    const answer = await ask("now");
    if (answer.status === 404) return gone();
    if (!answer.ok) throw new Error("busy");
    const card = await answer.json();
    [codes, step, since, away] = [card.codes, card.step, began, false];
    renewAt = Math.max(AGAIN_AFTER, codes[1].shown_from - RENEW_BEFORE);
    show(card);
  } catch {
    away = true;
    renewAt = elapsed() + AGAIN_AFTER;
  } finally {
    asking = false;
  }
  tick();
}

function show(card) {
  for (const id of ["name", "number", "points", "balance"]) $(id).textContent = card[id];
  $("bars").src = card.bars;
  for (const id of ["bars", "speak", "hint"]) $(id).hidden = false;
  $("full").hidden = !document.fullscreenEnabled || !token;
}

// Nothing that a till would refuse is shown as if it were good.
function tick() {
  if (over) return;
  const now = elapsed();
  const code = codes.findLast((one) => one.shown_from <= now);
  const good = code && now < code.good_until - 5;
  $("qr").hidden = !good;
  if (good && shown !== code.rotating) {
    shown = code.rotating;
    $("qr").src = code.qr;
  }
  if (Date.now() >= spokenUntil) $("spoken").hidden = true;
  $("rings").hidden = !good;
  const left = good ? Math.max(0, 1 - (now - code.shown_from) / step) : 0;
  $("ring").style.transform = `scaleX(${left})`;
  if (codes.length) notice(good, good && code.good_until - now);
  else if (away) say(words.busy, true);
  if (now >= renewAt) renew();
}

function notice(good, seconds) {
  if (!good) return say(words.old, true);
  if (!away && navigator.onLine) return say("", false);
  const until = new Date(Date.now() + seconds * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  say(words.offline.replace("{time}", until), true);
}

function say(text, warn) {
  if ($("notice").textContent !== text) $("notice").textContent = text;
  $("notice").classList.toggle("warn", warn);
}

function gone() {
  over = true;
  for (const id of ["qr", "rings", "bars", "speak", "spoken", "full", "hint"]) $(id).hidden = true;
  for (const id of ["name", "number", "points", "balance"]) $(id).textContent = "";
  say(words.unknown, true);
}

$("speak").onclick = async () => {
  try {
    const answer = await ask("spoken");
    if (answer.status === 404) return gone();
    if (!answer.ok) throw new Error("busy");
    const { spoken, valid_for: seconds } = await answer.json();
    $("spoken").textContent = spoken.replace(/(\d{3})(?=\d)/g, "$1 ");
    $("spoken").hidden = false;
    spokenUntil = Date.now() + seconds * 1000;
  } catch { say(words.busy, true); }
};

$("full").onclick = async () => {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen({ navigationUI: "hide" });
  } catch { $("full").hidden = true; }
};

// Inside Telegram the page says that it is ready and takes the whole height; elsewhere nobody listens.
function tell(event) {
  if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(event, "{}");
  else if (!token && window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: event, eventData: {} }), "https://web.telegram.org");
}

async function stayAwake() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* a browser without it dims as it likes */ }
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); renew(); stayAwake(); } });
addEventListener("pageshow", (event) => { if (event.persisted) renew(); });
addEventListener("online", renew);
addEventListener("offline", () => { away = true; tick(); });
setInterval(tick, 1000);
stayAwake();
for (const event of ["web_app_ready", "web_app_expand"]) tell(event);
if (token || initData) renew();
else gone();
