import manifest from '../package.json' with { type: 'json' };

/** What the action calls itself towards the box. */
export const USER_AGENT = `${manifest.name}/${manifest.version}`;

/** The documents of this version, wherever the action was fetched from. */
export const DOCUMENTS = `${manifest.homepage}/blob/v${manifest.version}/docs`;
