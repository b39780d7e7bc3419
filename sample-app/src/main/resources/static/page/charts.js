/** The two charts, by Chart.js: the level of what the callers change, and how many are at work. */
const MOST_POINTS = 600;

export class Charts {

  constructor(level, busy) {
    this.level = new Chart(level, options([
      { label: "counted", stepped: true, pointRadius: 0, borderWidth: 2 },
      { label: "the row says", stepped: true, pointRadius: 0, borderWidth: 1.5, borderDash: [5, 4] },
    ], true));
    this.busy = new Chart(busy, options([{ label: "at work", stepped: true, pointRadius: 0, borderWidth: 1.5, fill: true }], false));
    this.busy.options.scales.y.beginAtZero = true;
    this.busy.options.scales.y.suggestedMax = 2;
  }

  colour(colours) {
    for (const chart of [this.level, this.busy]) {
      for (const scale of Object.values(chart.options.scales)) {
        scale.ticks.color = colours.soft;
        scale.title.color = colours.soft;
        scale.grid.color = colours.line;
      }
      chart.options.plugins.legend.labels.color = colours.soft;
      chart.data.datasets[0].borderColor = colours.accent;
    }
    this.level.data.datasets[1].borderColor = colours.waiting;
    this.busy.data.datasets[0].backgroundColor = colours.line;
    this.harm = colours.harm;
    this.harmSoft = colours.harmSoft;
  }

  draw(run) {
    const { before, limit, step } = run.quantity;
    const [should, row] = this.level.data.datasets;
    const beyond = (value) => limit !== null && limit !== undefined && (step < 0 ? value < limit : value > limit);
    const levels = thinned(run.levels);
    // Of what has a limit it is not what should be: it is what came of all who wrote.
    should.label = limit === null || limit === undefined ? "should be" : "counted";
    should.data = [{ x: 0, y: before }, ...levels.map((level) => ({ x: level.at, y: level.expected }))];
    should.segment = { borderColor: (part) => (beyond(part.p1.parsed.y) ? this.harm : undefined) };
    should.fill = limit === null || limit === undefined ? false
      : { target: { value: limit }, above: step < 0 ? "transparent" : this.harmSoft, below: step < 0 ? this.harmSoft : "transparent" };
    const said = levels.filter((level) => level.row !== null);
    row.data = said.length > 0 ? [{ x: 0, y: before }, ...said.map((level) => ({ x: level.at, y: level.row }))] : [];
    this.busy.data.datasets[0].data = [{ x: 0, y: 0 }, ...thinned(run.busy)];
    for (const chart of [this.level, this.busy]) {
      chart.options.scales.x.max = Math.max(1, run.now);
      chart.update("none");
    }
  }

}

/** Not more points than there are pixels; of some in a row, the one that stands out. */
function thinned(points) {
  if (points.length <= MOST_POINTS) {
    return points;
  }
  const size = Math.ceil(points.length / MOST_POINTS);
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const some = points.slice(from, from + size);
    kept.push(some.reduce((most, point) => ((point.y ?? 0) > (most.y ?? 0) ? point : most), some[some.length - 1]));
  }
  return kept;
}

function options(datasets, legend) {
  return {
    type: "line",
    data: { datasets: datasets.map((dataset) => ({ data: [], ...dataset })) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      events: [],
      scales: {
        x: { type: "linear", min: 0, title: { display: true, text: "ms since the start" }, grid: { display: false }, ticks: { maxTicksLimit: 7, maxRotation: 0, includeBounds: false } },
        y: { title: { display: false }, grid: {}, ticks: { precision: 0, maxTicksLimit: 6 } },
      },
      plugins: { legend: { display: legend, align: "start", labels: { boxWidth: 24, boxHeight: 0 } }, tooltip: { enabled: false } },
    },
  };
}
