/** The last calls in words, for those who do not see the timeline, and for a closer look. */
import { duration } from "./words.js";

const MOST_ROWS = 50;

export function fillTable(run, caption, rows) {
  const last = run.calls.slice(-MOST_ROWS);
  caption.textContent = `The last ${last.length} of ${run.calls.length} calls that asked`;
  rows.replaceChildren(...last.map((call) => {
    const row = document.createElement("tr");
    const visit = [...call.visits.values()][0] ?? {};
    const until = visit.started ?? call.answered;
    cell(row, call.number + 1);
    cell(row, call.instance);
    cell(row, [...call.visits.keys()].join(", "));
    cell(row, until === undefined || visit.asked === undefined ? "waits" : duration(until - visit.asked));
    cell(row, visit.started === undefined ? "–" : visit.ended === undefined ? "works" : duration(visit.ended - visit.started));
    cell(row, outcome(call)).className = call.harm || call.outcome === "failed" ? "bad" : "";
    return row;
  }));
}

function outcome(call) {
  if (call.harm) {
    return "did harm";
  }
  return call.reason ? `failed: ${call.reason}` : call.outcome ?? "under way";
}

function cell(row, text) {
  const made = document.createElement("td");
  made.textContent = text;
  row.append(made);
  return made;
}
