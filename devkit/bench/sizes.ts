/**
 * How many bytes of a bundle come from where. A module begins with its name where ncc gives it one, and else with a
 * number: those are tunnel, the only CommonJS package, otpauth, which is loaded where it is used, and this project's own
 * that post loads later.
 *
 * @param bundle its text
 */
export function sizesByPackage(bundle: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const section of bundle.split(/^(?=;\/\/ CONCATENATED MODULE: |\/\*\*\*\/ \d+:$)/m)) {
    const owner = ownerOf(section);
    sizes.set(owner, (sizes.get(owner) ?? 0) + Buffer.byteLength(section));
  }
  return sizes;
}

function ownerOf(section: string): string {
  const [, name] = /^;\/\/ CONCATENATED MODULE: (.*)$/m.exec(section) ?? [];
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name ?? '') ?? [];
  if (dependency !== undefined) return dependency;
  if (/TunnelingAgent|__nccwpck_require__\(770\)/.test(section)) return 'tunnel';
  if (/^\/\/! otpauth /m.test(section)) return 'otpauth';
  if (name?.startsWith('external') || /^module\.exports = require\(/m.test(section)) return 'ncc';
  return name === undefined && !section.includes('harmony export') ? 'ncc' : 'this project';
}
