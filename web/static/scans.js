// A queue of scans that outlives the network and the power: sealed on the device, sent until it is acknowledged.
// Any page can use it: `await ScanQueue.open({ address, roll })`, then `add({ subject, act, ... })`. The service merges
// queues by device and counter (centre/scans/rules.py), so sending twice or late is harmless. `shape` says what is sent
// of a scan, `merge` what becomes of the kept roll when some scans have been taken in.
const NAME = "gangqiao-scans", PART = 200, REFRESH = 20000;
const utf8 = new TextEncoder(), text = new TextDecoder();
const life = crypto.randomUUID();

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onerror = transaction.onabort = () => reject(transaction.error);
});

export const bare = (code) => code.replace(/[\s-]/g, "").toUpperCase();
export async function subjectOf(code) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(bare(code))));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
}

// The same decision as `judge` in centre/scans/rules.py, for a device without network.
export function judge(door, entry, at, inside, isInside) {
  if (isInside) return "repeat";
  if (!entry) return "unknown";
  if (entry.ban) return "banned";
  const moments = (...values) => values.filter(Boolean).map((value) => Date.parse(value));
  if (at < Math.max(...moments(door.opens_at, entry.from_at), -Infinity)) return "early";
  if (at >= Math.min(...moments(door.closes_at, entry.until_at), Infinity)) return "late";
  if (door.capacity !== null && inside + entry.heads > door.capacity) return "full";
  return entry.ask ? "ask" : "admit";
}

const present = (roll, scans, queue) =>
  Object.assign(roll, { inside_subjects: [...queue.present], inside: queue.inside, entered: queue.entered });

export class ScanQueue extends EventTarget {
  static async open({ address, roll = "", shape = (scan) => scan, merge = present }) {
    const queue = new ScanQueue();
    Object.assign(queue, { address, rollAddress: roll, shape, merge, online: true, signedOut: false, refused: "", received: null, refreshedAt: 0 });
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("kept");
      opening.result.createObjectStore("queue", { keyPath: ["address", "counter"] });
      opening.result.createObjectStore("roll");
    };
    queue.base = await asked(opening);
    await queue.#identify();
    queue.anchor = (await queue.#kept("anchor")) || null;
    await queue.#reload();
    const again = () => queue.flush();
    addEventListener("online", again);
    setInterval(again, 15000);
    return queue;
  }

  // One identity and one key for this device; the key cannot be read out, not even by this page.
  async #identify() {
    const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const transaction = this.base.transaction("kept", "readwrite"), store = transaction.objectStore("kept");
    this.device = await asked(store.get("device"));
    this.key = await asked(store.get("key"));
    if (!this.device || !this.key) {
      this.device = crypto.randomUUID();
      this.key = fresh;
      store.put(this.device, "device");
      store.put(this.key, "key");
      store.put(0, "counter");
    }
    await finished(transaction);
  }

  #kept(name) { return asked(this.base.transaction("kept").objectStore("kept").get(name)); }

  async #seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, utf8.encode(JSON.stringify(value))) };
  }

  async #unseal({ iv, data }) {
    return JSON.parse(text.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, data)));
  }

  // The service's time as far as the device knows it: the last answer, and the time since by the steadiest clock.
  elapsed() {
    if (!this.anchor) return 0;
    const since = this.anchor.life === life ? performance.now() - this.anchor.steady : Date.now() - this.anchor.wall;
    return Math.max(0, Math.round(since));
  }

  now() { return this.anchor ? Date.parse(this.anchor.server) + this.elapsed() : Date.now(); }

  // Resolves when the scan is safely on the device: only then may the gate say "come in".
  async add({ subject = "", act = "in", gate = "", heads = 1, forced = false, reason = "", ...more }) {
    const taking = this.base.transaction("kept", "readwrite"), numbers = taking.objectStore("kept");
    const counter = ((await asked(numbers.get("counter"))) || 0) + 1;
    numbers.put(counter, "counter");
    await finished(taking);
    const scan = {
      counter, subject, act, gate, heads, forced, reason, ...more,
      wall_at: new Date().toISOString(), anchor_at: this.anchor?.server || null, elapsed_ms: this.elapsed(),
    };
    const sealed = await this.#seal(scan);
    const putting = this.base.transaction("queue", "readwrite", { durability: "strict" });
    putting.objectStore("queue").put({ address: this.address, counter, ...sealed });
    await finished(putting);
    this.#apply(scan);
    this.#tell();
    this.flush();
    return scan;
  }

  async waiting() {
    const range = IDBKeyRange.bound([this.address, 0], [this.address, Infinity]);
    return asked(this.base.transaction("queue").objectStore("queue").count(range));
  }

  // For how many whole minutes the oldest scan has waited to be sent.
  async heldMinutes() {
    const [oldest] = await this.rows(1);
    if (!oldest) return 0;
    const at = oldest.anchor_at ? Date.parse(oldest.anchor_at) + oldest.elapsed_ms : Date.parse(oldest.wall_at);
    return Math.max(0, Math.floor((this.now() - at) / 60000));
  }

  get state() {
    if (this.signedOut) return "signed_out";
    if (this.refused) return "refused";
    if (this.rollAddress && !this.roll) return "no_roll";
    return this.online ? "online" : "offline";
  }

  // What every page says of its queue: whether it is connected, how much waits and for how long.
  async tell(page, words) {
    const line = (name) => page.querySelector(`[data-${name}]`), minutes = await this.heldMinutes();
    line("waiting").textContent = await this.waiting();
    line("held").textContent = minutes ? words.held.replace("{n}", minutes) : "";
    line("line").textContent = words[this.state];
    page.dataset.state = this.state;
  }

  async rows(most) {
    const range = IDBKeyRange.bound([this.address, 0], [this.address, Infinity]);
    const rows = await asked(this.base.transaction("queue").objectStore("queue").getAll(range, most));
    return Promise.all(rows.map((row) => this.#unseal(row)));
  }

  async flush() {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const scans = await this.rows(PART);
        if (!scans.length) break;
        if (!(await this.#send(scans))) return await this.#sendEach(scans);
      }
      if (this.rollAddress && Date.now() - this.refreshedAt > REFRESH) await this.refresh();
    } catch {
      this.online = false;
    } finally {
      this.sending = false;
      this.#tell();
    }
  }

  // One scan that the service will never take, such as of somebody who left the list, must not hold up the others: it
  // stays on the device, and the page says so.
  async #sendEach(scans) {
    let refused = this.refused;
    if (refused !== "422" || scans.length === 1) return;
    for (const scan of scans) if (!(await this.#send([scan]))) refused = this.refused || refused;
    this.refused = refused;
  }

  async #send(scans) {
    const answer = await fetch(this.address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ device: this.device, scans: scans.map(this.shape) }),
    });
    this.online = true;
    this.signedOut = answer.status === 401;
    this.refused = answer.ok || this.signedOut ? "" : String(answer.status);
    if (!answer.ok) return false;
    this.received = await answer.json();
    await this.#keepTime(this.received.server_at);
    // What was sent is part of the kept roll before it leaves the queue: a page that is closed now forgets nobody.
    if (this.roll) {
      this.merge(this.roll, scans, this);
      await this.#keepRoll(this.roll);
    }
    const removing = this.base.transaction("queue", "readwrite"), queue = removing.objectStore("queue");
    for (const { counter } of scans) queue.delete([this.address, counter]);
    await finished(removing);
    return true;
  }

  async #keepTime(server) {
    this.anchor = { server, wall: Date.now(), steady: performance.now(), life };
    const keeping = this.base.transaction("kept", "readwrite");
    keeping.objectStore("kept").put(this.anchor, "anchor");
    await finished(keeping);
  }

  // The roll is kept sealed as well: the gate opens with it when the network is gone from the start.
  async refresh() {
    const answer = await fetch(this.rollAddress);
    this.signedOut = answer.status === 401;
    if ([403, 404].includes(answer.status)) return this.#forget();  // this reader may no longer keep the list
    if (!answer.ok) return;
    const roll = await answer.json();
    await this.#keepTime(roll.server_at);
    await this.#keepRoll(roll);
    this.online = true;
    this.refreshedAt = Date.now();
    await this.#reload(roll);
  }

  async #forget() {
    const removing = this.base.transaction("roll", "readwrite");
    removing.objectStore("roll").delete(this.rollAddress);
    await finished(removing);
    await this.#reload();
  }

  async #keepRoll(roll) {
    const sealed = await this.#seal(roll);
    const putting = this.base.transaction("roll", "readwrite");
    putting.objectStore("roll").put(sealed, this.rollAddress);
    await finished(putting);
  }

  async #reload(fresh) {
    const sealed = fresh ? null : await asked(this.base.transaction("roll").objectStore("roll").get(this.rollAddress));
    this.roll = fresh || (sealed ? await this.#unseal(sealed) : null);
    if (this.roll?.keep_until && this.now() > Date.parse(this.roll.keep_until)) return this.#forget();
    this.entries = new Map((this.roll?.entries || []).map((entry) => [entry.subject, entry]));
    this.aliases = this.roll?.aliases || {};
    this.present = new Set(this.roll?.inside_subjects || []);
    this.inside = this.roll?.inside || 0;
    this.entered = this.roll?.entered || 0;
    for (const scan of await this.rows()) this.#apply(scan);
    this.#tell();
  }

  #apply({ subject, act, heads }) {
    if (act === "turned_away") return;
    const isIn = act === "in";
    if (subject) {
      if (this.present.has(subject) === isIn) return;
      isIn ? this.present.add(subject) : this.present.delete(subject);
    }
    this.inside = Math.max(0, this.inside + (isIn ? heads : -heads));
    if (isIn) this.entered += heads;
  }

  // People without a ticket: the hours, the room inside and the question hold for them as well.
  walking(heads) {
    const door = this.roll?.door || { capacity: null }, entry = { heads, ask: door.ask || "" };
    return { entry, verdict: judge(door, entry, this.now(), this.inside, false) };
  }

  async look(code) {
    const own = await subjectOf(code), subject = this.aliases[own] || own, entry = this.entries.get(subject);
    const door = this.roll?.door || { capacity: null };
    return { subject, entry, verdict: judge(door, entry, this.now(), this.inside, this.present.has(subject)) };
  }

  #tell() { this.dispatchEvent(new Event("change")); }
}
