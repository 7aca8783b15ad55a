// A wedge scanner types through the keyboard's layout: digits are read from the key itself, not from its letter.
const FASTEST_HUMAN_MS = 60;

export class Wedge {
  constructor(take) {
    this.take = take;
    this.text = "";
    this.last = 0;
    addEventListener("keydown", (event) => this.key(event), true);
  }

  key(event) {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = performance.now();
    if (now - this.last > FASTEST_HUMAN_MS * 5) this.text = "";
    this.last = now;
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      if (this.text.length >= 4) {
        event.preventDefault();
        const code = this.text;
        this.text = "";
        this.take(code);
      }
      return;
    }
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (digit) this.text += digit[1];
    else if (letter) this.text += letter[1];
  }
}
