// Says every four seconds that this page of a case is in front, and shows who else has it open. A page in the background
// says nothing.

const place = document.querySelector("[data-presence]");
const EVERY = 4000;

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(place.dataset.presence, {
      method: "POST", headers: { "x-csrftoken": place.dataset.token }, redirect: "manual",
    });
    if (answer.ok) place.innerHTML = await answer.text();
    else place.textContent = "";
  } catch {
    place.textContent = ""; // no connection: nobody is known to look
  }
}

if (place) {
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
