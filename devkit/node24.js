// Loaded before everything that the npm scripts run: the action's runtime is Node 24, and the devkit
// is TypeScript that Node 24 runs as it is. Plain JavaScript, so that an older Node can say what is wrong.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `This needs Node 24, the runtime of the action; it runs on ${process.version}. ` +
      'On Linux (x64, arm64) and Windows (x64) npm installs Node 24 with the other packages: ' +
      'run npm ci, without --omit=optional. Elsewhere, install Node 24 or newer.',
  );
  process.exit(1);
}
