// The settled receipt: what it came to, a return by line, the undoing of all of it with a reason.
export class Receipt {
  constructor({ $, words, post, money, done, changed }) {
    Object.assign(this, { $, words, post, money, done, changed });
    $("undo").onclick = () => this.back("/cancel", {});
    $("next").onclick = () => { $("receipt").hidden = true; done(); };
  }

  show(sale, lines) {
    this.sale = sale;
    this.asked = {}; // what nobody has answered yet, to be asked again in the same words under the same key
    this.lines = lines;
    this.left = lines.map((line) => line.quantity);
    const { $, words, money } = this;
    $("receipt").hidden = false;
    $("receipt-total").textContent = money(sale.total);
    const told = [
      sale.points_spent ? `${words.spent}: ${sale.points_spent}` : "",
      sale.earned ? `${words.earns}: +${sale.earned}` : "",
      sale.balance ? `${words.balance}: ${sale.balance.active}` : "",
    ];
    $("receipt-told").textContent = told.filter(Boolean).join(" · ");
    $("undone").textContent = "";
    this.rows();
  }

  rows() {
    const { $, words, money } = this;
    $("receipt-lines").replaceChildren(...this.lines.map((line, at) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "what";
      name.textContent = `${line.name || line.sku} × ${this.left[at]}`;
      const amount = document.createElement("span");
      amount.className = "amount";
      amount.textContent = money(this.sale.lines[at].total);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = words["return-one"];
      button.disabled = this.left[at] <= 0;
      button.onclick = () => this.back("/returns", { lines: [{ line: at, quantity: "1" }] }, at);
      row.append(name, amount, button);
      return row;
    }));
    $("undo").disabled = this.left.every((count) => count <= 0);
  }

  async back(path, body, at) {
    const { $, words, money } = this;
    const reason = $("why").value.trim();
    if (!reason) { $("undone").textContent = words["say-why"]; $("why").focus(); return; }
    const what = at ?? path;
    const asked = this.asked[what] ??= { key: crypto.randomUUID(), body: { ...body, reason } };
    try {
      const { ok, content } = await this.post(`/till/api/sales/${this.sale.sale_id}${path}`, asked.body, asked.key);
      delete this.asked[what];
      if (!ok) { $("undone").textContent = words["not-undone"]; return; }
      this.left = this.left.map((count, place) => (at === undefined ? 0 : place === at ? count - 1 : count));
      $("undone").textContent = `${words["money-back"]}: ${money(content.money_back)}`;
      this.rows();
      this.changed();
    } catch { $("undone").textContent = words.offline; }
  }
}
