// The chat's script: draws what the house says, sends what the person does, once for each id.
import { Kiosk } from "./kiosk.js";
import { Log } from "./log.js";

const words = JSON.parse(document.body.dataset.words);
const query = new URLSearchParams(location.search);
const kioskMode = query.has("kiosk");
const store = kioskMode ? sessionStorage : localStorage;
const $ = (id) => document.getElementById(id);

let token = store.getItem("kartka.chat");
let last = 0;
let wants = "text";
let source = null;
const log = new Log($("log"), words, { press, picture: pictureUrl, zoom });

// The house names its public address; the page asks where it stands itself, which its policy allows.
function pictureUrl(url) {
  const { pathname } = new URL(url);
  return pathname.startsWith("/chat/api/pictures/") ? pathname : url;
}

async function call(method, path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(content.type || "fault"), { status: answer.status, content });
  return content;
}

async function open() {
  const opened = await call("POST", "/chat/api/sessions", {
    language: query.get("lang") || document.body.dataset.language, ref: query.get("ref"),
  });
  token = opened.token;
  store.setItem("kartka.chat", token);
  show(opened.replies);
  listen();
}

function show(replies) {
  for (const reply of replies) {
    if (reply.n <= last) continue;
    last = reply.n;
    log.reply(reply);
    keys(reply.keyboard);
    wants = reply.kind === "question" ? reply.data.wants : "text";
    if (reply.kind === "card") panel(reply);
  }
  expect();
}

function expect() {
  const text = $("text");
  const kinds = { phone: ["tel", "tel", words.phone], code: ["numeric", "one-time-code", words.code] };
  const [mode, complete, hint] = kinds[wants] || ["text", "off", words.placeholder];
  text.inputMode = mode;
  text.autocomplete = complete;
  text.placeholder = hint;
}

function panel(reply) {
  $("panel").hidden = false;
  $("panel-name").textContent = reply.data.name;
  $("panel-number").textContent = reply.data.number.replace(/(.{4})(?=.)/g, "$1 ");
  $("panel-points").textContent = reply.data.balance;
  $("panel").onclick = () => zoom(reply.image, reply.data.number);
}

function zoom(image, number) {
  $("full-image").src = pictureUrl(image.url);
  $("full-image").alt = image.alt;
  $("full-number").textContent = (number || "").replace(/(.{4})(?=.)/g, "$1 ");
  $("full").showModal();
}
$("full-close").onclick = () => $("full").close();

function keys(rows) {
  $("keys").replaceChildren(...rows.map((row) => {
    const line = document.createElement("div");
    line.append(...row.map((button) => {
      const key = document.createElement("button");
      key.type = "button";
      key.textContent = button.label;
      key.className = button.style;
      key.onclick = () => press(button);
      return key;
    }));
    return line;
  }));
}

async function press(button) {
  switch (button.kind) {
    case "reply": return send({ kind: "action", action: button.action }, button.label);
    case "copy":
      await navigator.clipboard?.writeText(button.value).catch(() => {});
      return status(words.copied);
    case "location": return place();
    case "phone": $("text").focus(); return status(words.phone);
    default: return undefined;
  }
}

function place() {
  const refused = () => { status(words["place-denied"]); $("text").focus(); };
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => send({ kind: "location", lat: coords.latitude, lon: coords.longitude }, words.place), refused);
}

async function send(message, shown) {
  const id = crypto.randomUUID();
  const bubble = log.mine(shown);
  await deliver({ id, ...message }, bubble);
}

async function deliver(message, bubble) {
  log.typing(true);
  try {
    const answer = await call("POST", "/chat/api/messages", message);
    log.sent(bubble);
    show(answer.replies);
  } catch (error) {
    if (error.status === 401) return restart();
    const text = error.status === 429 ? words["too-fast"] : error.status ? words.fault : words.retry;
    log.failed(bubble, text, () => deliver(message, bubble));
  } finally {
    log.typing(false);
  }
}

function restart() {
  source?.close();
  store.removeItem("kartka.chat");
  token = null;
  last = 0;
  $("panel").hidden = true;
  if ($("full").open) $("full").close();
  log.clear();
  return open().catch(() => status(words.offline));
}

function listen() {
  source?.close();
  const stop = new AbortController();
  source = { close: () => stop.abort() };
  stream(stop.signal).catch(() => {}).finally(() => {
    if (!stop.signal.aborted) setTimeout(listen, 2000);
  });
}

// EventSource cannot carry a header, and a token has no place in an address: the stream is read by fetch.
async function stream(signal) {
  const answer = await fetch(`/chat/api/stream?after=${last}`, { headers: { Authorization: `Bearer ${token}` }, signal });
  if (answer.status === 401) return restart();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    rest += value.replaceAll("\r", "");
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
      if (data) show([JSON.parse(data)]);
    }
  }
}

function status(text) {
  $("status").textContent = text;
}

$("form").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  const phone = wants === "phone" && /^[+\d\s()-]{7,}$/.test(text);
  send(phone ? { kind: "phone", phone: text } : { kind: "text", text }, text);
};

$("photo").onchange = async () => {
  const [file] = $("photo").files;
  $("photo").value = "";
  if (!file) return;
  if (file.size > 8_000_000) { status(words["photo-large"]); return; }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
  send({ kind: "photo", image: btoa(binary) }, words.photo);
};

if (kioskMode) {
  new Kiosk(Number(document.body.dataset.kioskSeconds), words, $("kiosk"), $("kiosk-text"), $("kiosk-stay"), async () => {
    await call("DELETE", "/chat/api/sessions").catch(() => {});
    await restart();
  });
}

async function begin() {
  if (!token) return open();
  try {
    show((await call("GET", "/chat/api/messages?after=0")).replies);
    return listen();
  } catch (error) {
    if (error.status === 401) return restart();
    throw error;
  }
}
begin().catch(() => { status(words.offline); setTimeout(() => begin().catch(() => {}), 3000); });
