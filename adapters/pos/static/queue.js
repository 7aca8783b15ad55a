// Sales on their way: kept with their keys before anything is sent, so that a lost net or a reload loses none and
// repeats none. The key makes a second sending harmless; the lock keeps two tabs from trying at once.
const STORE = "sales";
const LOST_AFTER = 15_000; // longer than a call may take

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
  // send(item) answers {sent: true, ...} when the house has it, {refused: problem, judged} where `judged` says whether
  // the sale itself was refused and not who asked, or throws when nobody answered.
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    new BroadcastChannel("kartka-till").onmessage = () => this.tell();
    this.others = new BroadcastChannel("kartka-till");
  }

  // A sale that is `kept` is sent by whichever tab finds the net first; any other by the tab that made it.
  async put(body, kept) {
    const key = crypto.randomUUID();
    await run("readwrite", (store) => store.put({ key, body, at: Date.now(), kept }));
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

  // One sale now; what became of it. It is kept when nobody answered, or nobody judged it.
  async one(key) {
    return navigator.locks.request("kartka-till-queue", async () => {
      const item = await run("readonly", (store) => store.get(key));
      if (!item) return { sent: true };
      const renew = async (change) => {
        await run("readwrite", (store) => store.put({ ...item, ...change }));
        await this.tell(true);
      };
      const done = await this.send(item).catch(async (error) => { await renew({ kept: true }); throw error; });
      if (done.sent) await this.drop(key);
      else await renew(done.judged ? { refused: done.refused } : { kept: true });
      return done;
    });
  }

  // Everything that is kept and was not refused, oldest first; stops at the first that nobody answers or judges.
  // A sale whose tab was closed while it was on its way counts as kept. Answers what stopped it, if somebody did.
  async flush() {
    const lost = Date.now() - LOST_AFTER;
    const waiting = (await this.all()).filter((item) => !item.refused && (item.kept || item.at < lost));
    for (const { key } of waiting.sort((a, b) => a.at - b.at)) {
      const done = await this.one(key);
      if (!done.sent && !done.judged) return done.refused;
    }
    return null;
  }
}
