// Sales on their way: kept with their keys before anything is sent, so that a lost net or a reload loses none and
// repeats none. The key makes a second sending harmless; the lock keeps two tabs from trying at once.
const STORE = "sales";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("kartka-till", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function run(mode, act) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally { db.close(); }
}

export class Queue {
  // send(item) answers {sent: true, ...} when the house has it, {refused: problem}, or throws when nobody answered.
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    new BroadcastChannel("kartka-till").onmessage = () => this.tell();
    this.others = new BroadcastChannel("kartka-till");
  }

  async put(body) {
    const key = crypto.randomUUID();
    await run("readwrite", (store) => store.put({ key, body, at: Date.now() }));
    await this.tell(true);
    return key;
  }

  all() { return run("readonly", (store) => store.getAll()); }

  async drop(key) {
    await run("readwrite", (store) => store.delete(key));
    await this.tell(true);
  }

  async tell(aloud) {
    this.changed(await this.all());
    if (aloud) this.others.postMessage("changed");
  }

  // One sale now; what became of it. It stays in the queue when nobody answered.
  async one(key) {
    return navigator.locks.request("kartka-till-queue", async () => {
      const item = await run("readonly", (store) => store.get(key));
      if (!item) return { sent: true };
      const done = await this.send(item);
      if (done.sent) await this.drop(key);
      else {
        await run("readwrite", (store) => store.put({ ...item, refused: done.refused }));
        await this.tell(true);
      }
      return done;
    });
  }

  // Everything that waits and was not refused, oldest first; stops at the first that nobody answers.
  async flush() {
    const waiting = (await this.all()).filter((item) => !item.refused).sort((a, b) => a.at - b.at);
    for (const { key } of waiting) await this.one(key);
  }
}
