/** The name under which the step leaves its session to the post-step. */
export const SESSION = 'session';

/** Whether there is something to do for the post-step, found out without loading anything. */
export function hasSession(): boolean {
  return (process.env[`STATE_${SESSION}`] ?? '') !== '';
}
