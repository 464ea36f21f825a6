import type { PoolReport } from '../../../../storage/index.js';
import type { AttemptFailure, InterruptionCause, Json, JsonObject, Level } from '../../../core/index.js';
import { outputFileName } from '../../../core/index.js';
import type { AgentOutput, RemoteAttemptListener } from '../../../invoker/index.js';
import { LargeOutput } from '../../../outputs/index.js';

/** Characters of an output that one row carries; no server refuses a statement with as much text. */
const PART_LENGTH = 1_000_000;

interface LogBody {
  readonly level: Level;
  readonly message: string;
  readonly data?: JsonObject;
}

interface ProgressBody {
  readonly percent: number;
  readonly message?: string;
}

/** How an output ends: whether it was too large for the journal. Its text stands in the parts before. */
interface OutputBody {
  readonly isLarge: boolean;
}

export function logReport(body: LogBody): PoolReport {
  return { kind: 'log', body: JSON.stringify(body) };
}

export function progressReport(body: ProgressBody): PoolReport {
  return { kind: 'progress', body: JSON.stringify(body) };
}

export function failureReport(failure: AttemptFailure): PoolReport {
  return { kind: 'failed', body: JSON.stringify(failure) };
}

export function interruptionReport(cause: InterruptionCause): PoolReport {
  return { kind: 'interrupted', body: JSON.stringify(cause) };
}

/** An output, in as many parts as its text takes. */
export function outputReports(output: AgentOutput, partLength = PART_LENGTH): PoolReport[] {
  const isLarge = output instanceof LargeOutput;
  const text = JSON.stringify(isLarge ? output.value : output);
  const parts: PoolReport[] = [];
  for (let from = 0; from < text.length;) {
    const to = endOfPart(text, from + partLength);
    parts.push({ kind: 'part', body: text.slice(from, to) });
    from = to;
  }
  return [...parts, { kind: 'output', body: JSON.stringify({ isLarge } satisfies OutputBody) }];
}

/** Not between the two halves of a character. */
function endOfPart(text: string, to: number): number {
  const code = text.charCodeAt(to - 1);
  return code >= 0xd800 && code <= 0xdbff ? to + 1 : to;
}

/** Puts together again, for the session of a run, what a worker has to say of an attempt. */
export class ReportReader {
  private parts: string[] = [];

  constructor(
    private readonly place: { readonly nodeId: string; readonly attempt: number },
    private readonly listener: RemoteAttemptListener,
  ) {}

  /** Returns true if this was the end of the attempt. @throws {TypeError} if it is no report. */
  hear({ kind, body }: PoolReport): boolean {
    const { listener } = this;
    switch (kind) {
      case 'log': {
        const { level, message, data } = JSON.parse(body) as LogBody;
        listener.logged(level, message, data);
        return false;
      }
      case 'progress': {
        const { percent, message } = JSON.parse(body) as ProgressBody;
        listener.progressed(percent, message);
        return false;
      }
      case 'part':
        this.parts.push(body);
        return false;
      case 'output':
        listener.succeeded(this.output(JSON.parse(body) as OutputBody));
        return true;
      case 'failed':
        listener.failed(JSON.parse(body) as AttemptFailure);
        return true;
      case 'interrupted':
        listener.interrupted(JSON.parse(body) as InterruptionCause);
        return true;
      default:
        throw new TypeError(`"${kind}" is no kind of report`);
    }
  }

  private output({ isLarge }: OutputBody): AgentOutput {
    const text = this.parts.join('');
    this.parts = [];
    const value = JSON.parse(text) as Json;
    const { nodeId, attempt } = this.place;
    return isLarge ? LargeOutput.of(value, text, outputFileName(nodeId, attempt)) : value;
  }
}
