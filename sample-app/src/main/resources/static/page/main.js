import { Charts } from "./charts.js";
import { Run } from "./model.js";
import { fillTable } from "./table.js";
import { Timeline } from "./timeline.js";
import { aloneWords, busyWords, duration, instancesWords, levelWords, number, scenarioWords, startWords } from "./words.js";

const $ = (id) => document.getElementById(id);
const timeline = new Timeline($("timeline"));
const charts = new Charts($("level"), $("busy"));
// Nothing moves by itself; what comes is drawn in fewer steps for those who ask for less motion.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

$("address").textContent = location.host;

let run = null;
let mine = null;
let colours = null;
let asked = false;

// ---- drawing: at most once per frame, however many events there are

function draw() {
  if (asked || !run) {
    return;
  }
  asked = true;
  const later = calm.matches || run.calls.length > 2000;
  const next = () => requestAnimationFrame(() => {
    asked = false;
    timeline.draw(run, colours);
    charts.draw(run);
    if ($("calls").open) {
      fillTable(run, $("calls-caption"), $("rows"));
    }
  });
  if (later) {
    setTimeout(next, 400);
  }
  else {
    next();
  }
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  colours = { soft: colour("--soft"), line: colour("--line"), accent: colour("--accent"), waiting: colour("--waiting"),
    harm: colour("--harm"), harmSoft: colour("--harm-soft") };
  charts.colour(colours);
  draw();
}

// ---- what comes from the server

const BACK = "The connection is back. ";
const SILENT = "The application does not answer.";

// What is said first after the connection was lost, and what to say of a run that is told once more.
let lost = false;
let prefix = "";
let told = null;

function listen() {
  const events = new EventSource("experiments/events");
  const on = (type, action) => events.addEventListener(type, (event) => action(JSON.parse(event.data)));
  on("hello", heard);
  on("run", started);
  on("call", (event) => ofRun(event) && (run.add(event), draw()));
  on("stock", (event) => ofRun(event) && (run.level(event), draw()));
  on("summary", (event) => ofRun(event) && ended(event.summary));
  events.addEventListener("error", () => disconnected(events));
}

/** The browser tries again by itself, unless the answer was none at all. */
function disconnected(events) {
  lost = true;
  document.body.dataset.connected = "false";
  say("The connection is lost; trying again.");
  if (events.readyState === EventSource.CLOSED) {
    events.close();
    setTimeout(listen, 3000);
  }
}

/** What the server knows, now that it is connected; whatever there is to tell of it comes next. */
function heard(hello) {
  prefix = lost && hello.run !== null ? BACK : "";
  told = hello.over ? hello.run : null;
  if (lost && hello.run === null) {
    forgotten();
  }
  if (lost) {
    roll().catch(() => {});
    if ($("problem").textContent === SILENT) {
      problem("");
    }
  }
  lost = false;
  document.body.dataset.connected = "true";
}

/** The server has been started anew. */
function forgotten() {
  const inTheMiddle = run !== null && run.summary === null;
  if (inTheMiddle) {
    state("aborted");
  }
  say(BACK + (inTheMiddle ? "The application was started anew; the run that was under way is lost." : "Nothing is running."));
}

const ofRun = (event) => run !== null && event.run === run.id;

function started(start) {
  run = new Run(start);
  const words = scenarioWords(run.scenario);
  // One that is over is not said to be running: its summary comes in a moment.
  if (run.id !== told) {
    state("running");
    say(prefix + startWords(run));
    prefix = "";
  }
  $("instances").textContent = instancesWords(run);
  $("level-title").textContent = words.level;
  $("level-note").textContent = words.note;
  $("wrong-name").textContent = words.wrong;
  figures({});
  turn("");
  draw();
}

function ended(summary) {
  run.summary = summary;
  figures(summary);
  say(prefix + summary.words);
  prefix = "";
  told = null;
  state(summary.aborted ? "aborted" : "done");
  draw();
}

function figures(summary) {
  const waits = summary.waits ?? {};
  const peak = summary.peak ? Math.max(0, ...Object.values(summary.peak)) : undefined;
  const shown = (value) => (value === undefined ? "–" : number(value));
  $("wrong").textContent = shown(summary.wrong);
  $("lost").textContent = shown(summary.lostUpdates);
  $("peak").textContent = shown(peak);
  $("level-words").textContent = peak === undefined ? "" : levelWords(run);
  $("busy-words").textContent = peak === undefined ? "" : busyWords(peak);
  for (const name of ["p50", "p90", "p99", "max"]) {
    $(name).textContent = duration(waits[name]);
  }
  $("duration").textContent = duration(summary.durationMillis);
  $("wrong-figure").classList.toggle("bad", summary.wrong > 0);
  $("lost-figure").classList.toggle("bad", summary.lostUpdates > 0);
  $("dropped").textContent = summary.dropped > 0 ? `${number(summary.dropped)} changes are missing in the timeline: there were too many at once.` : "";
}

function say(text) {
  if ($("words").textContent !== text) {
    $("words").textContent = text;
  }
}

function state(name) {
  document.body.dataset.state = name;
}

async function roll() {
  const answer = await fetch("experiments/instances");
  if (answer.ok) {
    const crew = await answer.json();
    $("instances").textContent = instancesWords(crew);
    $("reach").textContent = aloneWords(crew);
  }
}

// ---- what the visitor does

async function begin() {
  const callers = $("callers").value;
  if (!$("callers").validity.valid || callers === "") {
    problem(`Callers is ${callers === "" ? "no number" : callers}; give a whole number from 1 to 10,000.`);
    $("callers").focus();
    return;
  }
  problem("");
  turn(document.body.dataset.state === "running" ? "Another run is under way; yours comes next." : "");
  const form = new FormData($("form"));
  const query = new URLSearchParams({ callers: Number(callers), lock: form.get("lock") });
  mine = new AbortController();
  buttons();
  try {
    const answer = await fetch(`experiments/${encodeURIComponent(form.get("scenario"))}?${query}`,
      { method: "POST", signal: mine.signal });
    if (!answer.ok) {
      const found = await answer.json();
      problem(found.detail ?? found.title, answer.status === 400);
    }
  }
  catch (failure) {
    if (failure.name !== "AbortError") {
      problem(SILENT);
    }
  }
  mine = null;
  turn("");
  buttons();
}

/** Why nothing happens yet. */
function turn(text) {
  $("turn").textContent = text;
}

// They stay in the order of tabs: a button that is disabled loses the focus.
function buttons() {
  $("run").setAttribute("aria-disabled", String(mine !== null));
  $("stop").setAttribute("aria-disabled", String(mine === null));
}

function problem(text, ofCallers = text !== "") {
  $("problem").textContent = text;
  $("callers").setAttribute("aria-invalid", String(text !== "" && ofCallers));
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (mine === null) {
    begin();
  }
});
$("stop").addEventListener("click", () => mine?.abort());
$("calls").addEventListener("toggle", draw);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && roll().catch(() => {}));
dark.addEventListener("change", readColours);
new ResizeObserver(draw).observe($("timeline"));

readColours();
roll().catch(() => {});
listen();
