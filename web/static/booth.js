// Talks at a booth by two taps; they are kept on the device while there is no network.
import { ScanQueue, subjectOf } from "./scans.js";

const $ = (selector) => document.querySelector(selector);
const booth = $("[data-booth]"), form = $("[data-talk-form]"), said = $("[data-said]");
const words = Object.fromEntries([...document.querySelectorAll("[data-word]")].map((item) => [item.dataset.word, item.textContent]));

async function start() {
  const queue = await ScanQueue.open({ address: booth.dataset.booth });
  let unknown = 0;
  const show = async () => {
    await queue.tell(booth, words);
    if (queue.received) {
      unknown += queue.received.unknown;
      queue.received = null;
      renew();
    }
    $("[data-unknown]").hidden = !unknown;
    $("[data-unknown-count]").textContent = unknown;
  };
  queue.addEventListener("change", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const field = form.elements.code, code = field.value.trim(), outcome = event.submitter.value;
    field.value = "";
    field.focus();
    await queue.add({ subject: code ? await subjectOf(code.split("/").pop()) : "", outcome });
    said.textContent = [words.kept, event.submitter.textContent].join(" · ");
    said.hidden = false;
  });
  await show();
  await queue.flush();
}

// The list below comes from the service, so it shows what has arrived there.
async function renew() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#talks");
  if (next) $("#talks").replaceWith(document.adoptNode(next));
}

// Where the browser has no keys (plain http on another machine) the form goes to the service as it is.
if (window.isSecureContext && window.indexedDB && crypto.subtle) {
  navigator.serviceWorker?.register("/gate/worker.js", { scope: "/employer/booths/" }).catch(() => {});
  start().catch(() => { $("[data-line]").textContent = words.broken; });
}
