/** Rejects where the browser has no clipboard for the page: on plain HTTP. */
export function copy(text: string): Promise<void> {
  return navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
}
