/** What things are called, scenario by scenario. */
const SCENARIOS = {
  items: { wrong: "oversold", level: "Stock", note: "Left after each sale, and what the row says" },
  orders: { wrong: "charged too often", level: "Charges of the order", note: "One is right; red above it" },
  payments: { wrong: "charged too often", level: "Charges of the order", note: "One is right; red above it" },
  submissions: { wrong: "charged too often", level: "Charges for the submission", note: "One is right; red above it" },
  transfers: { wrong: "off the right sum", level: "Money in all wallets", note: "It must stay what it was; what the rows say" },
  uploads: { wrong: "too many", level: "Room for files", note: "What the quota leaves; red below zero" },
  sync: { wrong: "runs not counted", level: "Synchronisations", note: "How many there were; what the row says" },
};

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export const scenarioWords = (scenario) => SCENARIOS[scenario] ?? SCENARIOS.items;

export const number = (value) => NUMBER.format(value);

export function duration(millis) {
  if (millis === undefined) {
    return "–";
  }
  return millis < 10 ? `${millis.toFixed(1)} ms` : millis < 10000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}

export function instancesWords(crew) {
  const names = crew.instances.map((instance) => instance.instance ?? instance);
  const some = names.length === 1 ? `1 instance takes part: ${names[0]}.` : `${names.length} instances take part: ${names.join(", ")}.`;
  const apart = crew.apart === 0 ? "" : crew.apart === 1
    ? " 1 other does not: it has a database of its own." : ` ${crew.apart} others do not: they have databases of their own.`;
  return some + apart;
}

/** What the chart of the level shows, when all is over. */
export function levelWords(run) {
  const { before, limit, step } = run.quantity;
  const last = run.levels.at(-1);
  if (!last) {
    return `Nobody changed it: it is ${number(before)}.`;
  }
  const row = last.row === null ? "" : ` The ${run.keys.length === 1 ? "row says" : "rows say"} ${number(last.row)}.`;
  const came = limit === null || limit === undefined ? `should be ${number(last.expected)} now`
    : `came to ${number(last.expected)}, where ${number(limit)} is the ${step < 0 ? "least" : "most"} that is right`;
  return `It was ${number(before)} and ${came}.${row}`;
}

/** What the chart of those at work shows, when all is over. */
export const busyWords = (most) => (most === 0 ? "Nobody was at work." : `At most ${number(most)} at the same time.`);

/** Why it is one instance only, where that is known. */
export const aloneWords = (crew) => (crew.why ? `This timeline shows this instance only: ${crew.why}.` : "");

export const startWords = (run) =>
  `Running: ${number(run.callers)} ${run.callers === 1 ? "caller" : "callers"} ${run.lock ? "with the lock" : "without a lock"} …`;
