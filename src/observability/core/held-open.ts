/** What tells apart an answer that takes its time on purpose from one that is slow. */
interface Answer {
  readonly locals: Record<string, unknown>;
}

const HELD_OPEN = 'isHeldOpen';

/** This answer is kept open on purpose, as a stream is: how long it takes says nothing about the service. */
export function holdOpen(answer: Answer): void {
  answer.locals[HELD_OPEN] = true;
}

export function isHeldOpen(answer: Answer): boolean {
  return answer.locals[HELD_OPEN] === true;
}
