// Comforts on pages that work without scripts.
const doc = document;
const $ = (selector, root = doc) => root.querySelector(selector);
const on = (name, act, target = doc) => target.addEventListener(name, act);

// Replace a region by that of another page; on any trouble go there as usual.
let latest = 0;
async function swap(address, region, focus, keep = true) {
  const turn = ++latest, old = $(region);
  try {
    old.ariaBusy = true;
    const answer = await fetch(address);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = $(region, next);
    if (turn !== latest) return;
    if (!answer.ok) throw 0;
    old.replaceWith(doc.adoptNode(fresh));
    doc.title = next.title;
    if (keep) history.pushState({ region }, "", answer.url);
    start(fresh);
    fresh.tabIndex = -1;
    if (focus) { fresh.focus({ preventScroll: true }); fresh.scrollIntoView(); }
    const live = $("[data-live]");
    live.textContent = $("[data-count]", fresh)?.textContent || live.dataset.loaded;
    setTimeout(() => { live.textContent = ""; }, 4000);
  } catch { if (turn === latest) location = address; }
}
const go = (address, region, focus) => {
  if (!history.state) history.replaceState({ region }, "");
  swap(address, region, focus);
};
on("popstate", ({ state }) => state?.region && swap(location.href, state.region, false, false), window);

on("click", (event) => {
  const link = event.target.closest("[data-swap] a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href, link.closest("[data-swap]").dataset.swap, true);
});

// Filters look at once; other forms are sent once and ask before half-written work is left.
const find = (form, focus) => {
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].filter((pair) => pair[1]));
  go(address.href, form.dataset.swap, focus);
};
on("change", ({ target }) => {
  const form = target.form;
  if (form?.dataset.swap && target.matches("[type=checkbox], [type=radio], select")) find(form);
  else if (form?.dataset.guard) form.changed = true;
});
const send = (form, sent) => {
  form.sent = sent;
  for (const it of form.querySelectorAll("button:not([type])")) it.ariaDisabled = sent;
};
on("submit", (event) => {
  const form = event.target;
  if (form.dataset.swap || form.sent) event.preventDefault();
  if (form.dataset.swap) find(form, true);
  else if (form.method === "post") setTimeout(send, 0, form, true);
});
on("beforeunload", (event) => [...doc.forms].some((form) => form.changed && !form.sent) && event.preventDefault(), window);
on("pageshow", (event) => event.persisted && [...doc.forms].forEach((form) => send(form, false)), window);

// Printing, reading aloud, files, progress.
function start(root) {
  const each = (selector, act) => root.querySelectorAll(selector).forEach(act);
  each("[data-print]", (it) => { it.hidden = false; it.onclick = () => print(); });
  if (window.speechSynthesis) each("[data-aloud]", (it) => {
    const words = $("span", it), first = words.textContent, voice = speechSynthesis;
    it.hidden = false;
    it.onclick = () => {
      if (voice.speaking) return voice.cancel();
      const text = new SpeechSynthesisUtterance($(it.dataset.aloud).innerText);
      text.lang = doc.documentElement.lang;
      text.rate = 0.9;
      text.onend = text.onerror = () => { words.textContent = first; };
      words.textContent = it.dataset.stop;
      voice.speak(text);
    };
  });
  each("[data-drop]", (area) => {
    const over = (is) => (drag) => { drag.preventDefault(); area.classList.toggle("over", is); };
    area.ondragover = over(true);
    area.ondragleave = over(false);
    area.ondrop = (drop) => { over(false)(drop); $("input", area).files = drop.dataTransfer.files; };
  });
  each("[data-again]", (part) => setTimeout(swap, 3000, location.href, part.dataset.again, 0, 0));
  if (innerWidth > 959) each("[data-wide-open]", (box) => { box.open = true; });
  $("[data-focus]", root)?.focus();
}
start(doc);
