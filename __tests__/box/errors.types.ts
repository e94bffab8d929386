// Checked by `npm run types` only: none of these compiles.
import { BoxError } from '../../src/box/errors.ts';

const misspelled = { transient: true, responseLots: true };
const alone = { responseLots: true };
const option = { remedie: 'Re-run the job.' };
const error = new BoxError('Box busy', 'The message');

export const REJECTED = [
  // @ts-expect-error
  new BoxError('Box bussy', 'A misspelled title'),
  // @ts-expect-error
  new BoxError('Box busy', 'A misspelled trait', { transient: true, responseLots: true }),
  // @ts-expect-error
  new BoxError('Box busy', 'A misspelled trait in a variable', misspelled),
  // @ts-expect-error
  new BoxError('Box busy', 'A misspelled option', { remedie: 'Re-run the job.' }),
  // @ts-expect-error
  new BoxError('Box busy', 'Nothing but a misspelled trait in a variable', alone),
  // @ts-expect-error
  new BoxError('Box busy', 'Nothing but a misspelled option in a variable', option),
  // @ts-expect-error
  error.with(misspelled),
  // @ts-expect-error
  error.with(alone),
  // @ts-expect-error
  error.traits.responseLots,
];
