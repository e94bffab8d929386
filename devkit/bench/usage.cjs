// Loaded before a measured script: leaves what the process used in the file that USAGE names.
const { writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.USAGE, JSON.stringify(process.resourceUsage())));
