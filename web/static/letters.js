/* Verifies a signed letter in the browser: Ed25519 and SHA-512 in plain arithmetic, so that it works offline and without
   a secure context. It reads the letter from the part of the address after "#", which never leaves the telephone. */
const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const MASK = (1n << 64n) - 1n;
const mod = (value, by = P) => ((value % by) + by) % by;
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = base * base % P) if (exponent & 1n) result = result * base % P;
  return result;
}
const inverse = (value) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n)), ROOT = power(2n, (P - 1n) / 4n);

function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p)) found.push(n);
  return found.map(BigInt);
}
function root(value, degree) {
  let low = 0n, high = 1n << 80n;
  while (high - low > 1n) { const middle = (low + high) >> 1n; if (middle ** degree <= value) low = middle; else high = middle; }
  return low;
}
const START = primes(8).map((p) => root(p << 128n, 2n) & MASK), ROUNDS = primes(80).map((p) => root(p << 192n, 3n) & MASK);
const turn = (value, by) => ((value >> by) | (value << (64n - by))) & MASK;
function sha512(bytes) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 128;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  let state = [...START];
  for (let block = 0; block < padded.length; block += 128) {
    const words = [], view = new DataView(padded.buffer, block, 128);
    for (let at = 0; at < 80; at++) {
      if (at < 16) { words.push(view.getBigUint64(at * 8)); continue; }
      const x = words[at - 15], y = words[at - 2];
      words.push((words[at - 16] + (turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)) + words[at - 7] + (turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n))) & MASK);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 80; at++) {
      const first = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + ROUNDS[at] + words[at];
      const second = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & MASK, c, b, a, (first + second) & MASK];
    }
    state = [a, b, c, d, e, f, g, h].map((word, at) => (word + state[at]) & MASK);
  }
  const digest = new Uint8Array(64);
  state.forEach((word, at) => new DataView(digest.buffer).setBigUint64(at * 8, word));
  return digest;
}

const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
function point(bytes) {
  const sign = bytes[31] >> 7, y = little(bytes) & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * ROOT);
  if (mod(x * x) !== square || (x === 0n && sign)) return null;
  if (Number(x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
function add([x, y, z, t], [u, v, w, s]) {
  const a = mod((y - x) * (v - u)), b = mod((y + x) * (v + u)), c = mod(2n * t * D * s), d = mod(2n * z * w);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function times(base, scalar) {
  let sum = [0n, 1n, 1n, 0n];
  for (; scalar; scalar >>= 1n, base = add(base, base)) if (scalar & 1n) sum = add(sum, base);
  return sum;
}
const BASE = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));
function verifies(key, message, signature) {
  const a = point(key), r = point(signature.slice(0, 32)), s = little(signature.slice(32));
  if (!a || !r || s >= L) return false;
  const challenge = mod(little(sha512(Uint8Array.from([...signature.slice(0, 32), ...key, ...message]))), L);
  const left = times(BASE, s), right = add(r, times(a, challenge));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

const plain = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const coded = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
function facts(text, keys) {
  try {
    const [format, name, payload, signature] = text.trim().split("#").pop().split(".");
    const bytes = plain(payload), signed = plain(signature);
    if (format !== "GQ1" || signed.length !== 64 || coded(bytes) !== payload || coded(signed) !== signature || !keys[name]) return null;
    const message = Uint8Array.from([...new TextEncoder().encode("gangqiao:letter:"), ...bytes]);
    return verifies(plain(keys[name]), message, signed) ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  } catch { return null; }
}

function show(panel, text) {
  const found = facts(text, JSON.parse(panel.dataset.keys)), verdict = panel.querySelector("[data-verdict]");
  const list = panel.querySelector("dl"), labels = panel.dataset.labels.split("|");
  list.replaceChildren();
  panel.hidden = false;
  panel.dataset.result = found ? "good" : "bad";
  verdict.textContent = found ? panel.dataset.good : panel.dataset.bad;
  if (!found) return;
  const rows = found.slice(1, 11).map((word, at) => [labels[at], word]);
  const bases = JSON.parse(panel.dataset.bases);
  for (const [name, rating, basis, source] of found[11]) rows.push([name, [rating, bases[basis] ?? basis, source].filter(Boolean).join(" · ")]);
  for (const [label, word] of rows) {
    const term = document.createElement("dt"), told = document.createElement("dd");
    term.textContent = label;
    told.textContent = word;
    list.append(term, told);
  }
}

const panel = document.querySelector("[data-letter]");
if (panel) {
  const look = () => { if (location.hash.includes("GQ1.")) show(panel, decodeURIComponent(location.hash)); };
  addEventListener("hashchange", look);
  look();
  document.querySelector("[data-letter-form]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    show(panel, event.target.elements.text.value);
  });
}
