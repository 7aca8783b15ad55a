// The basket: lines, vouchers, the quote that the house works out, the slider for points.
export class Basket {
  constructor({ $, words, post, money, changed }) {
    Object.assign(this, { $, words, post, money, changed });
    this.clear();
    $("spend").oninput = () => { this.spend = Number($("spend").value); this.show(); this.ask(); };
  }

  clear() {
    this.lines = [];
    this.vouchers = [];
    this.code = null;
    this.name = "";
    this.spend = 0;
    this.quote = null;
    this.show();
  }

  add(product) {
    const known = this.lines.find((line) => line.sku === product.sku && line.unit_price === product.price);
    if (known) known.quantity += 1;
    else this.lines.push({ sku: product.sku, name: product.name, unit_price: product.price, quantity: 1 });
    this.renewed();
  }

  step(line, by) {
    line.quantity += by;
    if (line.quantity <= 0) this.lines = this.lines.filter((one) => one !== line);
    this.renewed();
  }

  voucher(code) {
    if (!this.vouchers.includes(code)) this.vouchers.push(code);
    this.renewed();
  }

  customer(code, name) {
    this.code = code;
    this.name = name;
    this.renewed();
  }

  renewed() { this.show(); this.ask(); this.changed(); }

  body(store) {
    const lines = this.lines.map((line) => ({ sku: line.sku, name: line.name, unit_price: line.unit_price, quantity: String(line.quantity) }));
    return { store, lines, vouchers: this.vouchers, spend_points: this.spend, ...(this.code ? { code: this.code } : {}) };
  }

  get subtotal() { return this.lines.reduce((sum, line) => sum + line.unit_price * line.quantity, 0); }

  // The newest answer counts: an older one that comes late is not shown.
  async ask() {
    if (!this.lines.length) { this.quote = null; this.show(); return; }
    const turn = this.turn = (this.turn || 0) + 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        const { ok, content } = await this.post("/till/api/quotes", this.body(this.store()));
        if (turn !== this.turn) return;
        this.quote = ok ? content : null;
        this.problem = ok ? null : content;
      } catch { if (turn === this.turn) this.quote = null; }
      this.show();
    }, 120);
  }

  show() {
    const { $, words, money } = this;
    this.rows();
    $("basket").hidden = !this.lines.length;
    const quote = this.quote;
    $("discount").textContent = quote && quote.discount ? `${words.discount}: −${money(quote.discount)}` : "";
    $("total").textContent = money(quote ? quote.total : this.subtotal);
    $("earned").textContent = quote && quote.earned ? `${words.earns}: +${quote.earned}` : "";
    const most = quote?.points_max ?? 0;
    $("spending").hidden = !this.code || !quote;
    $("spend").max = String(most);
    $("spend").disabled = most === 0;
    if (quote) { this.spend = Math.min(this.spend, most); $("spend").value = String(this.spend); }
    const why = (quote?.spend_blocked_by ?? []).map((reason) => words[reason] || reason).join(" ");
    $("spend-label").textContent = why || words.spend.replace("{points}", this.spend).replace("{most}", most);
    const reasons = (quote?.not_applied ?? []).map((one) => `${one.voucher}: ${words[`voucher-${one.code}`]}`);
    $("vouchers").textContent = [...(quote?.applied ?? []).filter((one) => one.voucher).map((one) => `${one.voucher}: ✓`), ...reasons].join(" · ");
  }

  // A line keeps its row while it is in the basket: a knob that is being pressed is not taken from under the finger.
  rows() {
    const rows = this.lines.map((line) => line.row ??= this.row(line));
    const list = this.$("lines");
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, at) => {
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
      const line = this.lines[at];
      row.querySelector("b").textContent = line.quantity;
      row.querySelector(".amount").textContent = this.money(this.quote?.lines[at]?.total ?? line.unit_price * line.quantity);
    });
  }

  row(line) {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.className = "what";
    name.textContent = line.name || line.sku;
    const less = this.knob("−", this.words.less, () => this.step(line, -1));
    const more = this.knob("+", this.words.more, () => this.step(line, 1));
    const amount = document.createElement("span");
    amount.className = "amount";
    row.append(name, less, document.createElement("b"), more, amount);
    return row;
  }

  knob(sign, label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "knob";
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.onclick = act;
    return button;
  }
}
