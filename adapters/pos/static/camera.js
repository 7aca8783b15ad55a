// Codes by camera: the decoder's wasm comes from this house; the camera chosen once is chosen again.
const FORMATS = ["qr_code", "ean_13", "code_128", "itf"];
const AGAIN_MS = 2500;

export class Camera {
  constructor(video, box, torch, list, take) {
    Object.assign(this, { video, box, torch, list, take });
    this.seen = new Map();
    list.onchange = () => { localStorage.setItem("kartka.camera", list.value); this.start(); };
    torch.onclick = () => this.light();
  }

  async start() {
    this.stop();
    const api = window.BarcodeDetectionAPI;
    api.prepareZXingModule({ overrides: { locateFile: () => "/assets/npm/zxing-wasm/dist/reader/zxing_reader.wasm" } });
    this.detector = new api.BarcodeDetector({ formats: FORMATS });
    const chosen = localStorage.getItem("kartka.camera");
    const ideal = { width: { ideal: 1280 }, height: { ideal: 720 } };
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: chosen ? { ...ideal, deviceId: { ideal: chosen } } : { ...ideal, facingMode: { ideal: "environment" } },
    });
    this.box.hidden = false;
    this.video.srcObject = this.stream;
    await this.video.play();
    const [track] = this.stream.getVideoTracks();
    this.torch.hidden = !track.getCapabilities?.().torch;
    await this.name(track);
    this.running = true;
    this.loop();
  }

  stop() {
    this.running = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.box.hidden = true;
    this.torch.hidden = true;
    this.list.hidden = true;
  }

  async name(track) {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
    this.list.hidden = cameras.length < 2;
    this.list.replaceChildren(...cameras.map((device, at) => new Option(device.label || `#${at + 1}`, device.deviceId)));
    this.list.value = track.getSettings().deviceId ?? "";
  }

  async light() {
    const [track] = this.stream.getVideoTracks();
    const on = this.torch.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] });
    this.torch.setAttribute("aria-pressed", String(on));
  }

  async loop() {
    while (this.running) {
      try {
        for (const code of await this.detector.detect(this.video)) this.found(code.rawValue);
      } catch { /* a frame that is not ready yet is simply not read */ }
      await new Promise((next) => setTimeout(next, 90));
    }
  }

  // The same code stays in front of the lens: it counts once, and again only after it was away.
  found(code) {
    const now = Date.now();
    const before = this.seen.get(code) ?? 0;
    for (const [one] of this.seen) this.seen.set(one, one === code ? now : this.seen.get(one));
    this.seen.set(code, now);
    if (now - before > AGAIN_MS) this.take(code);
  }
}
