/** A run, as its events tell it: nothing here knows of the page. */
export class Run {

  constructor(start) {
    Object.assign(this, start);
    this.id = start.run;
    this.calls = [];
    this.byNumber = new Map();
    this.now = 0;
    this.levels = [];
    this.busy = [];
    this.atWork = new Map();
    this.summary = null;
  }

  /** Something happened to a call. Events come in the order of their times. */
  add(event) {
    this.now = Math.max(this.now, event.at);
    const call = this.call(event);
    const visit = event.key ? call.visit(event.key) : null;
    switch (event.state) {
      case "asked":
        visit.asked = event.at;
        break;
      case "started":
        visit.started = event.at;
        this.work(event, 1);
        break;
      case "ended":
        visit.ended = event.at;
        this.work(event, -1);
        break;
      default:
        call.answered = event.at;
        call.outcome = event.state;
        call.reason = event.reason;
    }
  }

  call(event) {
    let call = this.byNumber.get(event.call);
    if (!call) {
      call = new Call(event.call, event.instance);
      this.byNumber.set(event.call, call);
      this.calls.push(call);
    }
    return call;
  }

  work(event, change) {
    const count = (this.atWork.get(event.key) ?? 0) + change;
    this.atWork.set(event.key, count);
    this.busy.push({ x: event.at, y: Math.max(...this.atWork.values()) });
  }

  /** The stock, or whatever it is, has changed. */
  level(event) {
    this.levels.push(event);
    const call = this.byNumber.get(event.call);
    if (call && event.harm) {
      call.harm = true;
    }
  }

}

class Call {

  constructor(number, instance) {
    this.number = number;
    this.instance = instance;
    this.visits = new Map();
    this.harm = false;
  }

  visit(key) {
    let visit = this.visits.get(key);
    if (!visit) {
      visit = { key };
      this.visits.set(key, visit);
    }
    return visit;
  }

}
