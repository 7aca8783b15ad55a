// Two sounds that cannot be mistaken for each other, and a touch where the device can.
let context = null;

export function beep(good) {
  navigator.vibrate?.(good ? 40 : [90, 60, 90]);
  try {
    context ??= new AudioContext();
    const at = context.currentTime;
    const notes = good ? [[880, 0, 0.09], [1320, 0.09, 0.12]] : [[220, 0, 0.28]];
    for (const [pitch, from, long] of notes) {
      const tone = context.createOscillator();
      const loud = context.createGain();
      tone.frequency.value = pitch;
      tone.type = good ? "sine" : "square";
      loud.gain.setValueAtTime(0.12, at + from);
      loud.gain.exponentialRampToValueAtTime(0.001, at + from + long);
      tone.connect(loud).connect(context.destination);
      tone.start(at + from);
      tone.stop(at + from + long);
    }
  } catch { /* no sound here: the verdict is in words and colour too */ }
}
