// The cashier's page: a code comes from the camera, a wedge scanner or the keyboard; a verdict goes out.
import { Camera } from "./camera.js";
import { beep } from "./sound.js";
import { Wedge } from "./wedge.js";

const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
let linking = null; // null, or {plastic: number|null} while a plastic card is being linked
let lastCode = "";

const SENTENCES = {
  "unknown-code": (data) => ({ "other-programme": words.other, "code-over": words["code-over"], "not-a-customer": words.nobody }[data.reason] || words.unknown),
  "card-blocked": () => words.blocked,
  "card-replaced": () => words.replaced,
  "unknown-plastic": () => words["unknown-plastic"],
  "plastic-taken": () => words.taken,
  "plastic-already": () => words.taken,
  "plastic-blocked": () => words.blocked,
  "unauthorized": () => words.session,
  "password-due": () => words.session,
  "csrf": () => words.session,
  "forbidden": () => words.forbidden,
  "too-many-misses": () => words["too-many"],
  "too-many-requests": () => words["too-many"],
  "try-again": () => words.busy,
};

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf },
    body: JSON.stringify(body),
  });
  const content = await answer.json().catch(() => ({}));
  return { ok: answer.ok, content };
}

async function take(code) {
  code = code.trim();
  if (!code) return;
  if (!navigator.onLine) return offline(true);
  if (linking && linking.plastic === null) {
    linking.plastic = code;
    step(words["link-code"]);
    beep(true);
    return;
  }
  try {
    const { ok, content } = linking
      ? await post("/till/api/plastic/link", { plastic: linking.plastic, code })
      : await post("/till/api/lookup", { code });
    offline(false);
    if (ok) { lastCode = code; accepted(content, linking); } else refused(content);
    if (linking) stopLinking();
  } catch {
    offline(true);
  }
}

function accepted(seen, linked) {
  const open = seen.card.state === "active" && seen.spend_blocked_by.length === 0 && seen.customer;
  const spend = open && seen.proof !== "none";
  const prepared = seen.customer === null;
  frame(spend ? "good" : "wait", spend ? "✓" : "•", spend ? words["can-spend"] : words["earn-only"]);
  $("reason").textContent = linked ? words["link-done"] : prepared ? words.prepared
    : open && !spend ? words["ask-proof"] : seen.spend_blocked_by.map((why) => words[why] || why).join(" ");
  $("name").textContent = seen.customer?.name ?? "";
  $("points").textContent = seen.points.active;
  $("points-label").textContent = words.points;
  $("number").textContent = seen.card.number.replace(/(.{4})(?=.)/g, "$1 ");
  const state = { issued: words.issued, active: words.active, prepared: words["prepared-state"] }[seen.card.state];
  const proof = { rotating: words["proof-rotating"], spoken: words["proof-spoken"], none: words["proof-none"] }[seen.proof];
  $("notes").textContent = prepared ? state : `${state} · ${proof}`;
  $("confirm").hidden = !seen.hints.includes("confirm-person");
  $("result").classList.toggle("bare", prepared);
  beep(true);
}

function refused(problem) {
  const code = (problem.type || "").replace("about:kartka/", "");
  const sentence = (SENTENCES[code] || (() => words.fault))(problem);
  frame("bad", "✕", words.refused);
  $("reason").textContent = sentence;
  for (const id of ["name", "number", "notes"]) $(id).textContent = "";
  $("confirm").hidden = true;
  $("result").classList.add("bare");
  beep(false);
}

function frame(kind, mark, verdict) {
  const result = $("result");
  result.className = `result ${kind}`;
  result.hidden = false;
  $("mark").textContent = mark;
  $("verdict").textContent = verdict;
  step(words.scan);
}

function step(text) { $("step").textContent = text; }

function offline(on) {
  $("offline").hidden = !on;
  if (on) { $("result").hidden = true; beep(false); }
}

async function reach() {
  if (!navigator.onLine) return offline(true);
  try {
    await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(1500) });
    $("offline").hidden = true;
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
  if (ok) accepted(content, null); else refused(content);
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
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/till/sw.js", { scope: "/till" }).catch(() => {});
