// Loaded before everything that the npm scripts run: the action's runtime is Node 24, and the devkit
// is TypeScript that Node 24 runs as it is. Plain JavaScript, so that an older Node can say what is wrong.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `This needs Node 24, the runtime of the action; it runs on ${process.version}. ` +
      'Run npm ci without --omit=optional, or, on macOS and Windows on Arm, install Node 24.',
  );
  process.exit(1);
}
