// A kiosk forgets the person after some seconds of silence, and says so fifteen seconds before.
const WARNING = 15;

export class Kiosk {
  constructor(seconds, words, banner, text, stay, forget) {
    Object.assign(this, { seconds, words, banner, text, forget });
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => this.touch(), { passive: true });
    stay.onclick = () => this.touch();
    this.touched = Date.now();
    this.used = false;
    setInterval(() => this.tick(), 1000);
  }

  touch() {
    this.touched = Date.now();
    this.used = true;
    this.banner.hidden = true;
  }

  tick() {
    if (!this.used) return;
    const left = Math.ceil(this.seconds - (Date.now() - this.touched) / 1000);
    if (left <= 0) {
      this.used = false;
      this.banner.hidden = true;
      this.forget();
    } else if (left <= WARNING) {
      this.banner.hidden = false;
      this.text.textContent = `${this.words.kiosk} ${left}`;
    }
  }
}
