import createClient, { type Middleware } from 'openapi-fetch';
import { noteServerTime } from '../parts/time';
import type { paths } from './schema';

/** Time the board may take to answer before a call is given up. */
const deadlineMs = 20_000;

/** The board said no, or could not be reached (`status` 0). `message` is the sentence to show. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Reads the server's clock from every answer, so that ages do not depend on this computer's clock. */
const clock: Middleware = {
  onResponse({ response }) {
    noteServerTime(response.headers.get('date'));
  },
};

export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(deadlineMs)]) }),
});
api.use(clock);

type Problem = { code?: string; title?: string; detail?: string; errors?: { pointer?: string; detail?: string }[] };

/** The data of an answer, or an {@link ApiError} with the board's own sentence. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer: { data?: T; error?: unknown; response: Response };
  try {
    answer = await call;
  } catch (cause) {
    const why = cause instanceof DOMException && cause.name === 'TimeoutError' ? 'did not answer in time' : 'cannot be reached';
    throw new ApiError(0, 'unreachable', `The board ${why}.`);
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

/** The error that a refused answer's body describes. */
export function problemOf(status: number, body: unknown): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Problem;
  const items = (problem.errors ?? []).map((error) => error.detail).filter(Boolean);
  const sentence = [problem.detail ?? problem.title ?? `The board answered ${status}.`, ...items];
  return new ApiError(status, problem.code ?? String(status), [...new Set(sentence)].join(' '));
}
