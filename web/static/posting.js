// Warn of unlawful words while they are typed; without scripts the next page does.
const region = document.querySelector("[data-check]"), form = document.querySelector("form[data-guard]");
let waiting, latest = 0;

async function check() {
  const turn = ++latest, fields = new URLSearchParams(new FormData(form));
  fields.delete("_key"); // the key belongs to the form itself, which is sent later
  const answer = await fetch(region.dataset.check, { method: "POST", body: fields });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#warnings");
  if (answer.ok && fresh && turn === latest) region.replaceChildren(...fresh.childNodes);
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => check().catch(() => {}), 600);
});
