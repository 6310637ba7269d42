// The page of a gate: scanner, keyboard or camera; works on after the network is gone.
import { ScanQueue } from "./scans.js";

const $ = (selector) => document.querySelector(selector);
const gate = $("[data-gate]"), form = $("[data-gate-form]"), said = $("[data-said]");
const words = Object.fromEntries([...document.querySelectorAll("[data-word]")].map((item) => [item.dataset.word, item.textContent]));
const tones = { admit: "good", out: "good", walk_in: "good", ask: "warn", repeat: "bad", unknown: "bad", early: "bad", late: "bad", banned: "bad", full: "bad" };
let last = null, sound = null;

function beep(isGood) {
  try {
    sound ||= new AudioContext();
    const tone = sound.createOscillator(), volume = sound.createGain();
    tone.frequency.value = isGood ? 880 : 220;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + (isGood ? 0.12 : 0.4));
  } catch { /* a silent gate is still a gate */ }
}

function say(verdict, more = "") {
  said.className = `gate-said gate-${tones[verdict] || "bad"}`;
  said.textContent = [words[verdict] || verdict, more].filter(Boolean).join(" · ");
  said.hidden = false;
  beep(tones[verdict] === "good");
}

async function start() {
  const queue = await ScanQueue.open({ address: gate.dataset.gate, roll: gate.dataset.roll });
  const show = async () => {
    $("[data-inside]").textContent = queue.inside;
    $("[data-entered]").textContent = queue.entered;
    await queue.tell(gate, words);
  };
  queue.addEventListener("change", show);
  const where = () => form.elements.gate?.value || "";
  const again = $("[data-again-form]");

  async function scanned(code, force = "") {
    const { subject, entry, verdict } = await queue.look(code);
    return decided({ subject, entry, verdict, heads: entry?.heads || 1, retry: (reason) => scanned(code, reason) }, force);
  }

  async function walked(heads, force = "") {
    const { entry, verdict } = queue.walking(heads);
    return decided({ subject: "", entry, verdict, heads, retry: (reason) => walked(heads, reason) }, force);
  }

  async function decided({ subject, entry, verdict, heads, retry }, force) {
    const act = form.elements.act.value;
    again.hidden = true;
    if (act === "out") {
      await queue.add({ subject, act, gate: where(), heads });
      return say("out", subject ? "" : String(heads));
    }
    const isIn = verdict === "admit" || Boolean(force);
    if (verdict === "ask" && !force) {
      last = retry;
      again.hidden = false;
      $("[data-reason]").hidden = true;
      return say("ask", entry.ask);
    }
    const forced = Boolean(force) && verdict !== "ask" && verdict !== "admit";
    await queue.add({
      subject, gate: where(), heads, forced, reason: forced ? force : "",
      act: isIn || verdict === "repeat" ? "in" : "turned_away",
    });
    if (isIn && !subject) say("walk_in", forced ? words.forced : String(heads));
    else say(isIn ? "admit" : verdict, isIn && forced ? words.forced : entry?.ban || "");
    if (!isIn && verdict !== "repeat") {
      last = retry;
      again.hidden = false;
      $("[data-reason]").hidden = false;
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = form.elements.code, code = field.value.trim();
    field.value = "";
    field.focus();
    if (code) await scanned(code);
  });
  again.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = again.elements.reason.value.trim();
    if (last && (reason || $("[data-reason]").hidden)) await last(reason || words.asked);
    again.elements.reason.value = "";
    form.elements.code.focus();
  });
  $("[data-walk-in]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const heads = Math.max(1, Math.min(999, Number(event.target.elements.heads.value) || 1));
    event.target.elements.heads.value = 1;
    await walked(heads);
  });
  // The page's own script marks a sent form; here nothing was sent, and the next visitor is waiting.
  document.addEventListener("submit", ({ target }) => setTimeout(() => {
    target.sent = false;
    for (const button of target.querySelectorAll("button")) button.ariaDisabled = false;
  }, 20));
  camera(scanned);
  await show();
  await queue.flush();
  form.elements.code.focus();
}

// The camera, where the browser reads QR codes by itself.
async function camera(scanned) {
  const button = $("[data-camera]"), picture = $("[data-picture]");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const reader = new BarcodeDetector({ formats: ["qr_code"] });
  let seen = "", at = 0;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (picture.srcObject) {
      picture.srcObject.getTracks().forEach((track) => track.stop());
      picture.srcObject = null;
      picture.hidden = true;
      return;
    }
    picture.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    picture.hidden = false;
    await picture.play();
    const look = async () => {
      if (!picture.srcObject) return;
      const [code] = await reader.detect(picture).catch(() => []);
      if (code && (code.rawValue !== seen || Date.now() - at > 5000)) {
        [seen, at] = [code.rawValue, Date.now()];
        await scanned(code.rawValue.split("/").pop());
      }
      setTimeout(look, 200);
    };
    look();
  });
}

// Where the browser has no keys (plain http on another machine) the form goes to the service as it is.
if (window.isSecureContext && window.indexedDB && crypto.subtle) {
  navigator.serviceWorker?.register("/gate/worker.js", { scope: "/gate" }).catch(() => {});
  start().catch(() => say("broken"));
} else {
  say("insecure");
}
