// The log of bubbles. Everything that comes from outside becomes a text node, never markup.
const time = () => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format();

export class Log {
  constructor(root, words, { press, picture, zoom }) {
    Object.assign(this, { root, words, press, picture, zoom });
    this.dots = document.createElement("div");
    this.dots.className = "dots";
    this.dots.append(document.createElement("i"), document.createElement("i"), document.createElement("i"));
  }

  clear() { this.root.replaceChildren(); }

  mine(text) {
    this.retire();
    return this.bubble("mine", text, this.words.you);
  }

  sent(bubble) { bubble.classList.remove("failed"); bubble.querySelector(".retry")?.remove(); }

  failed(bubble, text, again) {
    bubble.classList.add("failed");
    bubble.querySelector(".retry")?.remove();
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "retry";
    retry.textContent = text;
    retry.onclick = () => { this.sent(bubble); again(); };
    bubble.append(retry);
    this.follow();
  }

  reply(reply) {
    this.retire();
    const bubble = this.bubble("theirs", reply.text, this.words.house);
    bubble.dataset.n = reply.n;
    bubble.dataset.kind = reply.kind;
    if (reply.image) {
      const image = document.createElement("img");
      image.src = this.picture(reply.image.url);
      image.alt = reply.image.alt;
      image.width = 1000;
      image.height = reply.kind === "card" ? 630 : 1250;
      image.onclick = () => this.zoom(reply.image, reply.data.number);
      bubble.prepend(image);
    }
    if (reply.items.length) this.root.append(this.items(reply.items));
    if (reply.buttons.length) this.root.append(this.answers(reply.buttons));
    this.follow();
  }

  bubble(side, text, who) {
    const bubble = document.createElement("div");
    bubble.className = `bubble ${side}`;
    const hidden = document.createElement("span");
    hidden.className = "sr";
    hidden.textContent = `${who}: `;
    const at = document.createElement("time");
    at.textContent = time();
    bubble.append(hidden, document.createTextNode(text), at);
    this.root.append(bubble);
    this.follow();
    return bubble;
  }

  answers(buttons) {
    const row = document.createElement("div");
    row.className = "answers";
    row.append(...buttons.map((button) => this.button(button)));
    return row;
  }

  button(button) {
    if (button.kind === "url") {
      const link = document.createElement("a");
      link.href = /^https?:/.test(button.value) ? button.value : "#";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = button.label;
      return link;
    }
    const key = document.createElement("button");
    key.type = "button";
    key.textContent = button.label;
    key.className = button.style;
    key.dataset.action = button.action;
    key.onclick = () => this.press(button);
    return key;
  }

  items(items) {
    const row = document.createElement("div");
    row.className = "items";
    row.tabIndex = 0;
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", items.map((item) => item.title).join(", "));
    row.append(...items.map((item) => {
      const card = document.createElement("article");
      card.className = "item";
      const title = document.createElement("h2");
      title.textContent = item.title;
      const lines = document.createElement("p");
      lines.textContent = item.price ? `${item.reason}\n${item.until}` : item.subtitle;
      const parts = item.price ? [this.photo(item.image), title, this.price(item), lines] : [title, lines];
      card.append(...parts, ...item.buttons.map((button) => this.button(button)));
      return card;
    }));
    return row;
  }

  photo(image) {
    const photo = document.createElement("img");
    photo.src = this.picture(image.url);
    photo.alt = "";
    photo.width = 1000;
    photo.height = 500;
    return photo;
  }

  // The former price is struck, and told apart by more than the line.
  price(item) {
    const line = document.createElement("div");
    line.className = "price";
    const now = document.createElement("b");
    now.textContent = item.price;
    const was = document.createElement("s");
    was.textContent = item.was;
    line.append(now, was);
    if (item.mark) {
      const mark = document.createElement("span");
      mark.textContent = item.mark;
      line.append(mark);
    }
    return line;
  }

  // Buttons of an earlier message can be seen but answer nothing any more.
  retire() {
    for (const key of this.root.querySelectorAll(".answers button[data-action^='q']")) key.disabled = true;
  }

  typing(on) {
    if (on) { this.root.append(this.dots); this.follow(); } else this.dots.remove();
  }

  follow() { this.root.scrollTop = this.root.scrollHeight; }
}
