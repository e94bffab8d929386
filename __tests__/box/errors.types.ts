// Checked by `npm run types` only: none of these compiles, also with a valid option beside the misspelled one.
import { BoxError } from '../../src/box/errors.ts';

const misspelled = { transient: true, responseLots: true };
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
  error.with(misspelled),
  // @ts-expect-error
  error.traits.responseLots,
];
