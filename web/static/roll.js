// The roll call of a batch by two taps; the list and what is said are kept sealed on the telephone.
import { ScanQueue } from "./scans.js";

const $ = (selector) => document.querySelector(selector);
const call = $("[data-call]"), list = $("[data-people]"), line = $("[data-line-of]").content.firstElementChild;
const words = Object.fromEntries([...document.querySelectorAll("[data-word]")].map((item) => [item.dataset.word, item.textContent]));
const GATE = ["boarded", "absent"];
const stage = (word) => (GATE.includes(word) ? "gate" : "way");

// What the service takes in: its own time as far as the device knows it, none from a clock that may be wrong.
const shape = ({ counter, member_id, word, anchor_at, elapsed_ms }) =>
  ({ counter, member_id, word, at: anchor_at && new Date(Date.parse(anchor_at) + elapsed_ms).toISOString() });

const merge = (roll, scans) => {
  const said = new Map(scans.map((scan) => [scan.member_id, scan.word]));
  for (const entry of roll.entries) if (said.has(entry.member_id)) entry.word = said.get(entry.member_id);
};

async function start() {
  const queue = await ScanQueue.open({ address: call.dataset.call, roll: call.dataset.roll, shape, merge });
  const chosen = () => document.querySelector("[name=stage]:checked").value;
  let drawn = "", called = "", shown = Promise.resolve();

  // One after the other: a slow drawing must not replace a later one by what it read before.
  const show = () => (shown = shown.then(draw));

  async function draw() {
    const waiting = await queue.rows(), said = new Map(waiting.map((scan) => [scan.member_id, scan.word]));
    const people = queue.roll?.entries || [];
    // What is called follows the batch once: from boarding to arrival when it has left. A tap may change it after that.
    const due = queue.roll?.at_gate ? "gate" : "way";
    if (queue.roll && due !== called) {
      called = due;
      $(`[name=stage][value=${due}]`).checked = true;
    }
    const word = (entry) => said.get(entry.member_id) || entry.word;
    $("[data-aboard]").textContent = people.filter((entry) => ["boarded", "arrived"].includes(word(entry))).length;
    $("[data-all]").textContent = people.length;
    $("[data-closed]").hidden = !queue.roll || queue.roll.open;
    await queue.tell(call, words);
    const sought = $("[name=sought]").value.trim();
    const listed = people.filter((entry) => !sought || [entry.name, entry.group, entry.pick_up].some((text) => text.includes(sought)));
    const picture = JSON.stringify([listed.map((entry) => [entry, word(entry), said.has(entry.member_id)]), chosen()]);
    if (picture === drawn) return;
    drawn = picture;
    const focused = document.activeElement?.dataset?.key;
    list.replaceChildren(...listed.map((entry) => drawnLine(entry, word(entry), said.has(entry.member_id))));
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  function drawnLine(entry, word, isWaiting) {
    const item = line.cloneNode(true), part = (name) => item.querySelector(`[data-${name}]`);
    part("name").textContent = entry.name;
    part("place").textContent = [entry.seat ? words.seat.replace("{vehicle}", entry.vehicle).replace("{seat}", entry.seat) : "", entry.group, entry.pick_up].filter(Boolean).join(" · ");
    for (const [name, number] of [["phone", entry.phone], ["emergency", entry.emergency_phone]]) {
      part(name).hidden = !number;
      part(name).href = `tel:${number}`;
    }
    part("called").textContent = word ? words[word] + (isWaiting ? ` · ${words.waiting}` : "") : words.nobody;
    part("conflict").hidden = !entry.is_conflict;
    item.dataset.said = word || "";
    for (const button of item.querySelectorAll("button")) {
      button.hidden = stage(button.value) !== chosen();
      button.dataset.key = `${entry.member_id}-${button.value}`;
      button.setAttribute("aria-pressed", String(button.value === word));
      button.setAttribute("aria-label", `${entry.name} ${button.textContent}`);
      button.addEventListener("click", () => queue.add({ member_id: entry.member_id, word: button.value }));
    }
    return item;
  }

  queue.addEventListener("change", show);
  $("[name=sought]").addEventListener("input", show);
  for (const choice of document.querySelectorAll("[name=stage]")) choice.addEventListener("change", show);
  await queue.flush();
  await show();
}

if (window.isSecureContext && window.indexedDB && crypto.subtle) {
  // The list of batches is kept as well: an installed roll call begins there.
  const kept = navigator.serviceWorker?.register("/gate/worker.js", { scope: "/roll" }).then(() => navigator.serviceWorker.ready);
  kept?.then(() => fetch("/roll")).catch(() => {});
  start().catch(() => { $("[data-line]").textContent = words.broken; });
} else {
  $("[data-line]").textContent = words.insecure;
}
