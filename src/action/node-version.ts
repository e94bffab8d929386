import { writeSync } from 'node:fs';
import { DOCUMENTS } from '../version.ts';

// Imported before everything else: old images of act, Gitea and Forgejo run actions with whatever `node` they have, and
// what is imported next fails on Node 18 without a message.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18) || major === 21 || (major === 22 && minor < 9)) {
  const link = `${DOCUMENTS}/troubleshooting.md#unsupported-node`;
  const error = `This runner uses Node ${process.version}, and this action needs 22.9 or later (or 20.18). Use a runner or image with Node 24. ${link}`;
  writeSync(1, `::error title=Unsupported Node::${error}\n`);
  process.exit(1);
}
