// What the cashier sees of a scanned card in large: may this person spend, and if not, why.
import { codeOf } from "./calls.js";
import { beep } from "./sound.js";

const sentences = (words) => ({
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
});

export class Verdict {
  constructor({ $, words, done }) {
    Object.assign(this, { $, words, done, sentences: sentences(words) });
  }

  accepted(seen, linked) {
    const { $, words } = this;
    const open = seen.card.state === "active" && seen.spend_blocked_by.length === 0 && seen.customer;
    const spend = open && seen.proof !== "none";
    const prepared = seen.customer === null;
    this.frame(spend ? "good" : "wait", spend ? "✓" : "•", spend ? words["can-spend"] : words["earn-only"]);
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

  refused(problem) {
    const { $, words } = this;
    const sentence = (this.sentences[codeOf(problem)] || (() => words.fault))(problem);
    this.frame("bad", "✕", words.refused);
    $("reason").textContent = sentence;
    for (const id of ["name", "number", "notes"]) $(id).textContent = "";
    $("confirm").hidden = true;
    $("result").classList.add("bare");
    beep(false);
  }

  frame(kind, mark, text) {
    const { $ } = this;
    $("result").className = `result ${kind}`;
    $("result").hidden = false;
    $("mark").textContent = mark;
    $("verdict").textContent = text;
    this.done();
  }
}
