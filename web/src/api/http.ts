import type { ErrorBody } from '../generated/types';

/** A request that the server refused, or that did not reach it (`client.unreachable`). */
export class ApiError extends Error {
  constructor(
    readonly body: ErrorBody,
    readonly status: number,
  ) {
    super(body.code);
  }
}

/** Longer than the server waits for a silent database before it answers `server.unavailable`. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** No answer came: it may or may not have happened. */
export const unreachable = (): ApiError =>
  new ApiError({ code: 'client.unreachable', message: 'The server did not answer.', retryable: true }, 0);

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One JSON request to `/api/v1`. Throws ApiError and nothing else. */
export async function call<T>(
  method: Method,
  path: string,
  token: string | null,
  body?: object,
  signal: AbortSignal = AbortSignal.timeout(REQUEST_TIMEOUT_MS),
): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  if (body) headers['content-type'] = 'application/json';
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      signal,
    });
    text = await response.text();
  } catch {
    throw unreachable();
  }
  const answer = parse(text);
  if (response.ok) return answer as T;
  const error = (answer as { error?: ErrorBody } | null)?.error;
  // A proxy in front answers in its own words.
  const fallback = {
    code: 'server.unavailable',
    message: response.statusText,
    retryable: response.status >= 500,
  };
  throw new ApiError(error ?? fallback, response.status);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
