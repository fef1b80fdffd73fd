/** Long work beside quick answers: it goes on in short turns, one kind at a time, and what was asked meanwhile is answered in between. */
import { Refusal } from '../../../core/base/refusal.ts';

/** Milliseconds of work in one turn: a slider that moves meanwhile waits for no more than that, and for one step. */
const TURN = 10;

let queue: Promise<void> = Promise.resolve();

/** Resolves after messages were looked at, for whoever asked first. */
function turn(): Promise<void> {
  queue = queue.then(() => new Promise((resolve) => setImmediate(resolve)));
  return queue;
}

/** One kind of long work. Only what was asked last goes on: who turns a slider has no use for what was before. */
export class LongWork<Asked, Step, Last> {
  #key = '';
  #steps: Iterator<Step, Last> | undefined;
  #end: IteratorReturnResult<Last> | undefined;

  constructor(private readonly begin: (asked: Asked) => Iterator<Step, Last>) {}

  /**
   * Goes on with what was asked, from the beginning if it is something else than before, or had come to its end.
   * @param enough is told of every step; true stops for now
   * @returns the end, or undefined if there is more to do
   * @throws Refusal `superseded` when something else is asked meanwhile
   */
  async goOn(asked: Asked, enough: (step: Step) => boolean = () => false): Promise<IteratorReturnResult<Last> | undefined> {
    const steps = this.#stepsOf(asked);
    for (;;) {
      await turn();
      if (this.#steps !== steps)
        throw new Refusal('superseded', 'Something else was asked of the planner meanwhile.', 'Ask again, if it still matters.');
      const until = performance.now() + TURN;
      do {
        if (this.#end !== undefined) return this.#end;
        const step = steps.next();
        if (step.done === true) this.#end = step;
        else if (enough(step.value)) return undefined;
      } while (performance.now() < until);
    }
  }

  #stepsOf(asked: Asked): Iterator<Step, Last> {
    const key = JSON.stringify(asked);
    if (this.#steps === undefined || this.#end !== undefined || key !== this.#key) {
      this.#key = key;
      this.#end = undefined;
      this.#steps = this.begin(asked);
    }
    return this.#steps;
  }
}
