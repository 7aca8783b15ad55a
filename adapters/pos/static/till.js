// The cashier's page: a code comes from the camera, a wedge scanner or the keyboard; a verdict goes out.
import { Basket } from "./basket.js";
import { NOT_LOGGED_IN, NOT_NOW, call, codeOf, post } from "./calls.js";
import { Camera } from "./camera.js";
import { Queue } from "./queue.js";
import { Receipt } from "./receipt.js";
import { beep } from "./sound.js";
import { Verdict } from "./verdict.js";
import { Wedge } from "./wedge.js";

const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
let linking = null; // null, or {plastic: number|null} while a plastic card is being linked
let lastCode = "";
let selling = false;
let sending = false;
let unsent = 0; // sales in the queue that nobody has refused
let loggedOut = false; // until the page is opened anew
let confirmation = null; // the customer's answer in the chat, once it was asked for
const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: document.body.dataset.currency, currencyDisplay: "narrowSymbol" });
const money = (minor) => format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);

// Codes are taken in the order they were scanned, whichever answer is the quicker; what has waited behind a call
// that nobody answered is not asked again one by one.
let taken = Promise.resolve();
let unanswered = 0;
function take(scanned) {
  const code = scanned.trim();
  const before = unanswered;
  if (code) taken = taken.then(() => (before === unanswered ? takeOne(code) : takeOffline(code)));
}

async function takeOne(code) {
  if (!navigator.onLine) { offline(true); return takeOffline(code); }
  if (linking && linking.plastic === null) {
    linking.plastic = code;
    step(words["link-code"]);
    beep(true);
    return;
  }
  try {
    if (!linking && await takeGoods(code)) return;
    const { ok, content } = linking
      ? await post("/till/api/plastic/link", { plastic: linking.plastic, code })
      : await post("/till/api/lookup", { code });
    offline(false);
    if (ok) { lastCode = code; verdict.accepted(content, linking); if (content.card) basket.customer(code, content.customer?.name ?? content.card.number); } else verdict.refused(content);
    if (linking) stopLinking();
  } catch {
    unanswered += 1;
    offline(true);
    takeOffline(code);
  }
}

// A product or a voucher goes into the basket; false: the code is somebody's card.
async function takeGoods(code) {
  const bare = code.replace(/[\s-]/g, "").toUpperCase();
  if (/^98\d{16}$/.test(bare) || (/^[2-9A-Z]{11}$/.test(bare) && /[A-Z]/.test(bare))) { basket.voucher(bare); beep(true); return true; }
  const { ok, content } = await post("/till/api/products", { code });
  if (!ok) return false;
  basket.add(content);
  $("result").hidden = true;
  beep(true);
  return true;
}

// Without a net a card may still earn: its number is kept with the sale and judged when the net is back.
function takeOffline(code) {
  if (/^\d{8,40}$/.test(code)) { basket.customer(code, code); step(words["offline-card"]); }
}

async function settle() {
  if (selling) return;
  selling = true;
  $("settle").disabled = true;
  try {
    await taken;
    if (basket.lines.length) await sell();
  } finally {
    selling = false;
    $("settle").disabled = false;
  }
}

async function sell() {
  const away = !$("offline").hidden || !navigator.onLine;
  const lines = basket.lines.map(({ row: _, ...line }) => line);
  const body = {
    ...basket.body(store()), till: document.body.dataset.till, receipt: crypto.randomUUID().slice(0, 18),
    sold_at: new Date().toISOString(), ...(confirmation ? { confirmation } : {}),
    ...(away ? { offline: true, spend_points: 0, vouchers: [] } : { expected_total: basket.quote?.total ?? basket.subtotal }),
  };
  const key = await queue.put(body, away);
  if (away) keptForLater();
  else {
    try {
      const done = await queue.one(key);
      if (done.sent) settled(done.content, lines);
      else { await queue.drop(key); unsettled(done.refused); }
    } catch {
      offline(true);
      keptForLater();
    }
  }
}

// The queue has the sale, and only the queue sends it: the customer may leave.
function keptForLater() {
  step(words["kept"]);
  basket.clear();
  $("result").hidden = true;
}

function settled(sale, lines) {
  confirmation = null;
  $("result").hidden = true;
  basket.clear();
  if (sale) receipt.show(sale, lines);
  beep(true);
  shift();
}

function unsettled(problem) {
  const code = codeOf(problem);
  if (code === "total-changed") { basket.ask(); step(words["total-changed"]); return; }
  if (code === "proof-needed" || code === "code-used") { step(words["ask-proof"]); $("ask").hidden = false; beep(false); return; }
  verdict.refused(problem);
}

async function send({ key, body }) {
  const late = body.offline || Date.now() - Date.parse(body.sold_at) > 60_000;
  const { expected_total: expected, ...rest } = body;
  const sent = late ? { ...rest, offline: true } : { ...rest, ...(expected === undefined ? {} : { expected_total: expected }) };
  const { ok, content } = await post("/till/api/sales", sent, key);
  if (ok) return { sent: true, content };
  return { sent: false, refused: content, judged: !NOT_LOGGED_IN.has(codeOf(content)) && !NOT_NOW.has(codeOf(content)) };
}

function waiting(items) {
  const held = items.filter((item) => item.refused);
  unsent = items.length - held.length;
  $("waiting").hidden = !items.length;
  $("waiting").textContent = [
    unsent ? words.waiting.replace("{n}", unsent) : "",
    held.length ? words["waiting-refused"].replace("{n}", held.length) : "",
  ].filter(Boolean).join(" ");
  $("waiting-retry").hidden = !held.length;
}

// Kept sales that the house refused go through without their card: the receipt is true, whoever's it was.
async function withoutCards() {
  for (const item of await queue.all()) {
    if (!item.refused) continue;
    const { code: _, vouchers: __, ...body } = item.body;
    await queue.put({ ...body, spend_points: 0, offline: true }, true);
    await queue.drop(item.key);
  }
  await sendKept();
}

// What is kept goes out; a session that has ended is said once, and the sales stay until somebody logs in.
async function sendKept() {
  if (sending || loggedOut) return;
  sending = true;
  try {
    const problem = await queue.flush();
    if (problem && NOT_LOGGED_IN.has(codeOf(problem))) { loggedOut = true; verdict.refused(problem); }
    await shift();
  } catch { offline(true); }
  sending = false;
}

async function askChat() {
  try {
    const { ok, content } = await post("/till/api/confirmations", { code: basket.code, points: basket.spend });
    if (!ok) return verdict.refused(content);
    step(words["asked"]);
    for (let turn = 0; turn < 65; turn += 1) {
      const { content: said } = await call("GET", `/till/api/confirmations/${content.confirmation}`);
      if (said.state === "confirmed") { confirmation = content.confirmation; $("ask").hidden = true; step(words["allowed"]); return settle(); }
      if (said.state !== "waiting") { step(words["not-allowed"]); beep(false); return; }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  } catch { offline(true); }
}

async function shift() {
  try {
    const { ok, content } = await call("GET", "/till/api/shift");
    if (ok) $("shift").textContent = words.shift.replace("{n}", content.sales).replace("{total}", money(content.total - content.money_back));
  } catch { /* the totals wait for the net like everything else */ }
}

const store = () => $("store").value;
const basket = new Basket({ $, words, post, money, changed: () => { $("receipt").hidden = true; $("ask").hidden = true; } });
basket.store = store;
const verdict = new Verdict({ $, words, done: () => step(words.scan) });
const receipt = new Receipt({ $, words, post, money, done: () => step(words.scan), changed: shift });
const queue = new Queue(send, waiting);
$("settle").onclick = settle;
$("ask").onclick = askChat;
$("waiting-retry").onclick = withoutCards;
$("drop").onclick = () => { basket.clear(); confirmation = null; $("result").hidden = true; step(words.scan); };
$("by-amount").onclick = () => {
  const value = Number($("amount").value.replace(",", "."));
  if (!(value > 0 && value < 1e7)) { step(words["bad-amount"]); return; }
  basket.add({ sku: "amount", name: words["one-amount"], price: Math.round(value * 100) });
  $("amount").value = "";
};
$("store").onchange = () => { localStorage.setItem("kartka-store", store()); basket.renewed(); };
const kept = localStorage.getItem("kartka-store");
if (kept && [...$("store").options].some((option) => option.value === kept)) $("store").value = kept;
queue.tell();
shift();

function step(text) { $("step").textContent = text; }

function offline(on) {
  $("offline").hidden = !on;
  if (on) { $("result").hidden = true; beep(false); }
  else sendKept();
}

async function reach() {
  if (!navigator.onLine) return offline(true);
  try {
    await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(1500) });
    if (!$("offline").hidden) offline(false);
    else if (unsent) sendKept();
  } catch { if ($("offline").hidden) offline(true); }
}

function stopLinking() {
  linking = null;
  $("link").setAttribute("aria-pressed", "false");
}

$("link").onclick = () => {
  if (linking) { stopLinking(); step(words.scan); return; }
  linking = { plastic: null };
  $("link").setAttribute("aria-pressed", "true");
  $("result").hidden = true;
  step(words["link-plastic"]);
};
$("confirm").onclick = async () => {
  const { ok, content } = await post("/till/api/confirm", { code: lastCode }).catch(() => ({ ok: false, content: {} }));
  if (ok) verdict.accepted(content, null); else verdict.refused(content);
};
$("form").onsubmit = (event) => {
  event.preventDefault();
  const code = $("code").value;
  $("code").value = "";
  take(code);
};

new Wedge(take);
const camera = new Camera($("video"), $("camera"), $("torch"), $("cameras"), take);
$("scan").onclick = async () => {
  const on = $("scan").getAttribute("aria-pressed") !== "true";
  try {
    if (on) await camera.start(); else camera.stop();
    $("scan").setAttribute("aria-pressed", String(on));
  } catch { step(words["no-camera"]); }
};

addEventListener("offline", () => offline(true));
addEventListener("online", reach);
setInterval(reach, 2000);
if (!navigator.onLine) offline(true);
$("controls").disabled = false; // what is typed earlier would go nowhere
if ("serviceWorker" in navigator) keepThePage().catch(() => {});

// A page opened for the first time was not seen by the worker: it is asked for once more, so that it opens without a net.
async function keepThePage() {
  const worker = navigator.serviceWorker;
  const first = !worker.controller;
  if (first) worker.addEventListener("controllerchange", () => fetch("/till").catch(() => {}), { once: true });
  await worker.register("/till/sw.js", { scope: "/till" });
}
