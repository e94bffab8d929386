/**
 * Domains in the order of the daemon's lists (`sort_domains` in its `utils.py`): the zone of the box first, then other
 * zones by name; in each zone the box's own name first, then names below it, then by the parts from the last on.
 *
 * @param box the name of the box
 */
export function sortedDomains(domains: Iterable<string>, box: string): string[] {
  const all = [...new Set(domains)].toSorted((one, other) => one.length - other.length);
  const zoneOf = (domain: string) =>
    all.find((parent) => domain === parent || domain.endsWith(`.${parent}`)) ?? domain;
  const place = (domain: string) => {
    const zone = zoneOf(domain);
    return [
      Number(box !== zone && !box.endsWith(`.${zone}`)),
      zone,
      Number(domain !== box),
      Number(!domain.endsWith(`.${box}`)),
      ...domain.split('.').reverse(),
    ].join(' ');
  };
  return all.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
}
