// What a sweep ran, in full.

function sweepScenarioSection() {
  const first = report.scenario;
  if (!first) return;
  const transports = [
    first.resolved.transport,
    ...Object.values(first.resolved.patterns ?? {}).map((one) => one?.transport),
  ]
    .map((one) => one?.name ?? one?.preset)
    .filter(Boolean);
  const section = addSection('scenario', 'Scenario and version');
  section.append(
    element(
      'p',
      {},
      `Point ${first.point}, by epsim ${first.version}, with all defaults filled in; other points differ in what is swept` +
        `${report.pointers.length ? ` (${report.pointers.join(', ')})` : ''} and in the seed. Transports: ${[...new Set(transports)].join(', ') || 'ideal'}; epsim compare of a point says whether that was held against measurements.`,
    ),
  );
  section.append(element('pre', { tabindex: '0' }, JSON.stringify(first.resolved, null, 2)));
}
