/**
 * Draws every call as a line, in groups per key and instance: thin while it waits, thick
 * while it works. All of it on one canvas, so that a thousand calls are a thousand
 * rectangles and not a thousand elements.
 */
const LABEL = 20;
const AXIS = 24;
const GAP = 10;

export class Timeline {

  constructor(canvas) {
    this.canvas = canvas;
  }

  draw(run, colours) {
    const { context, width, height } = this.prepare();
    context.clearRect(0, 0, width, height);
    const groups = groupsOf(run);
    const end = Math.max(run.now, 1);
    const scale = (width - 5) / end;
    const room = (height - AXIS - groups.length * (LABEL + GAP)) / groups.length;
    let top = 0;
    for (const group of groups) {
      this.label(context, group, top, width, colours);
      this.group(context, run, group, top + LABEL, room, scale, colours);
      top += LABEL + room + GAP;
    }
    this.axis(context, end, scale, width, height, colours);
  }

  prepare() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "middle";
    return { context, width, height };
  }

  label(context, group, top, width, colours) {
    const count = group.calls.length === 1 ? "1 call" : `${group.calls.length} calls`;
    context.fillStyle = colours.soft;
    context.textAlign = "right";
    context.fillText(count, width, top + LABEL / 2);
    context.textAlign = "left";
    context.fillText(nameOf(context, group, width - context.measureText(count).width - 12), 0, top + LABEL / 2);
    context.fillStyle = colours.line;
    context.fillRect(0, top + LABEL - 1, width, 1);
  }

  group(context, run, group, top, room, scale, colours) {
    const step = room / Math.max(1, group.calls.length);
    const thick = Math.min(14, Math.max(2, step * 0.8));
    const thin = Math.min(2, Math.max(1, step * 0.3));
    // The lines that matter are drawn last: on a small screen they share pixels.
    const harmful = [];
    const working = [];
    context.fillStyle = colours.waiting;
    group.calls.forEach((call, row) => {
      const visit = call.visits.get(group.key);
      const middle = top + (row + 0.5) * step;
      const until = visit.started ?? call.answered ?? run.now;
      if (visit.asked !== undefined) {
        context.fillRect(visit.asked * scale, middle - thin / 2, Math.max(1, (until - visit.asked) * scale), thin);
      }
      if (visit.started !== undefined) {
        (call.harm || call.outcome === "failed" ? harmful : working).push([visit, middle]);
      }
    });
    context.fillStyle = colours.accent;
    working.forEach(([visit, middle]) => this.bar(context, run, visit, middle, thick, scale));
    context.fillStyle = colours.harm;
    harmful.forEach(([visit, middle]) => {
      const right = this.bar(context, run, visit, middle, thick, scale);
      context.fillRect(right + 2, middle - thick / 2, 2, thick);
    });
  }

  bar(context, run, visit, middle, thick, scale) {
    const left = visit.started * scale;
    const length = Math.max(2, ((visit.ended ?? run.now) - visit.started) * scale);
    context.fillRect(left, middle - thick / 2, length, thick);
    return left + length;
  }

  axis(context, end, scale, width, height, colours) {
    const step = niceStep(end / Math.max(2, width / 110));
    context.fillStyle = colours.line;
    context.fillRect(0, height - AXIS, width, 1);
    context.fillStyle = colours.soft;
    for (let at = 0; at <= end; at += step) {
      const x = at * scale;
      context.fillRect(x, height - AXIS, 1, 5);
      context.textAlign = at === 0 ? "left" : x > width - 40 ? "right" : "center";
      context.fillText(`${at} ms`, x, height - AXIS / 2 + 3);
    }
  }

}

/** In full where there is room for it; else without the middle of the key: keys differ at their ends. */
function nameOf(context, group, room) {
  const { key, instance } = group;
  const fits = (text) => context.measureText(text).width <= room;
  const shortened = (kept) =>
    `${key.slice(0, Math.ceil(kept / 2))}…${key.slice(key.length - Math.floor(kept / 2))}  ·  ${instance}`;
  const whole = [`${key}  ·  instance ${instance}`, `${key}  ·  ${instance}`].find(fits);
  let kept = key.length - 1;
  while (!whole && kept > 2 && !fits(shortened(kept))) {
    kept -= 1;
  }
  return whole ?? shortened(kept);
}

function groupsOf(run) {
  const groups = [];
  for (const key of run.keys) {
    for (const share of run.instances) {
      const calls = run.calls.filter((call) => call.instance === share.instance && call.visits.has(key));
      if (calls.length > 0) {
        groups.push({ key, instance: share.instance, calls });
      }
    }
  }
  return groups;
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  return Math.max(1, step);
}
