import { ServerSilentError } from './server-failure.js';

/**
 * What `answer` resolves with.
 *
 * @throws {ServerSilentError} if that takes longer than `timeoutMs`, after `giveUp`.
 */
export async function inTime<Result>(answer: Promise<Result>, timeoutMs: number, giveUp: () => void): Promise<Result> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    giveUp();
    silence.reject(new ServerSilentError(timeoutMs));
  }, timeoutMs);
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
