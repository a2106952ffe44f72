// Once a second the page asks how full the bucket is; what is marked data-live is fetched anew only
// when something has happened since.
let mark = document.body.dataset.mark;
const levels = JSON.parse(sessionStorage.getItem("levels") ?? "[]");

const spaced = (number) => Math.round(number).toLocaleString("en").replaceAll(",", "\u202f");

function show(pulse) {
  for (const gauge of document.querySelectorAll(".gauge")) {
    const bucket = pulse.buckets.find((one) => one.app === gauge.dataset.app);
    if (!bucket) continue;
    const share = Math.max(0, bucket.left / bucket.size);
    gauge.querySelector("b").textContent = spaced(bucket.left);
    const bar = gauge.querySelector(".bar i");
    bar.style.width = `${100 * share}%`;
    bar.classList.toggle("low", share < 0.2);
  }
  const first = pulse.buckets[0];
  levels.push(first.left / first.size);
  if (levels.length > 90) levels.shift();
  sessionStorage.setItem("levels", JSON.stringify(levels));
  const line = document.querySelector(".trace polyline");
  if (line) line.setAttribute("points", levels.map((y, x) => `${x},${22 - 20 * y}`).join(" "));
  const clock = document.querySelector(".clock time");
  if (clock) clock.textContent = pulse.now;
}

async function renew() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const news = fresh.querySelector(`[data-live=${part.dataset.live}]`);
    if (news && news.innerHTML !== part.innerHTML) part.innerHTML = news.innerHTML;
  }
}

async function beat() {
  if (document.hidden) return;
  const answer = await fetch("/_sandbox/pulse").catch(() => null);
  document.body.classList.toggle("gone", !answer);
  if (!answer || !answer.ok) return;
  const pulse = await answer.json();
  if (pulse.mark !== mark) {
    mark = pulse.mark;
    await renew();
  }
  show(pulse);
}

document.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
setInterval(beat, 1000);
beat();
