// Who waited for whom.

const waitReasons = [
  'its data was not there yet (late)',
  'it was queued behind other messages of its source',
  'it was moving through the network',
];

function waitsSection() {
  const section = addSection(
    'waits',
    'Waits',
    'How long each destination waited for the last bytes of each source, from the end of its own work (its gate in ' +
      'dispatch, its experts in combine). Whoever passes bytes on counts as the source of what it passes on.',
  );
  const all = report.waits;
  if (all.length === 0) {
    section.append(element('p', {}, 'Nothing was sent, so nobody waited.'));
    return;
  }
  const of = (key) => [...new Set(all.map((one) => one[key]))];
  const best = fastest().pattern;
  const state = { pattern: of('pattern').includes(best) ? best : all[0].pattern, phase: of('phase')[0] };
  const exact = element('div');
  const changed = () => {
    chart.redraw();
    exact.replaceChildren(tableBeside(waitsTable(state)));
  };
  const options = (key) => of(key).map((one) => [one, one]);
  const chart = addChart(section, {
    title: 'Wait map',
    height: 740,
    caption: 'Bars: the longest wait for each source (right) and of each destination (below). Blank: nothing was sent.',
    controls: [
      stateChoice('Pattern', state, 'pattern', options('pattern'), changed),
      stateChoice('Phase', state, 'phase', options('phase'), changed),
    ],
    option: (theme) => waitsOption(theme, waitsView(state)),
    pointed: (drawn, x, y) => waitAt(pairAt(drawn, x, y), waitsView(state)),
    table: () => pairsTable(state, waitsView(state)),
  });
  exact.append(tableBeside(waitsTable(state)));
  section.append(exact);
}

/// Of a pattern and a phase: isSent(source, destination), seconds(...), reason(...).
function waitsView({ pattern, phase }) {
  const size = report.devices.length;
  const found = report.waits.find((one) => one.pattern === pattern && one.phase === phase);
  const { ticks, reasons, tick_seconds: tick } = found ?? { ticks: [], reasons: '', tick_seconds: 1 };
  const at = (i, j) => ticks[i * size + j] ?? -1;
  return {
    longest: largest(ticks) * tick,
    isSent: (i, j) => at(i, j) >= 0,
    seconds: (i, j) => Math.max(at(i, j), 0) * tick,
    reason: (i, j) => (at(i, j) > 0 ? waitReasons[reasons[i * size + j]] : ''),
  };
}

function waitsOption(theme, { longest, isSent, seconds }) {
  const most = (get) => report.devices.map((_, i) => largest(report.devices.map((__, j) => get(i, j))));
  return matrixOption(theme, {
    value: (i, j) => (isSent(i, j) ? seconds(i, j) : null),
    most: longest,
    rows: most(seconds),
    columns: most((i, j) => seconds(j, i)),
    kind: 'seconds',
    rowsName: 'waited for',
    columnsName: 'waited',
  });
}

function waitAt(pair, { isSent, seconds, reason }) {
  if (!pair) return '';
  const [source, destination] = pair.map(deviceName);
  if (!isSent(...pair)) return `Nothing was sent from ${source} to ${destination}.`;
  const because = reason(...pair) && `, most of it because ${reason(...pair)}`;
  return `${destination} waited ${format.seconds(seconds(...pair))} for ${source}${because}.`;
}

/// The longest of the map.
function pairsTable(state, { isSent, seconds, reason }) {
  const places = report.devices.map((_, i) => i);
  const pairs = places.flatMap((i) => places.map((j) => [i, j])).filter((pair) => isSent(...pair));
  pairs.sort((a, b) => seconds(...b) - seconds(...a));
  return {
    title: `waits of ${state.pattern} in ${state.phase}`,
    caption: 'The longest first.',
    rows: pairs,
    most: 200,
    columns: [
      { name: 'destination', kind: 'count', of: ([, j]) => report.devices[j] },
      { name: 'source', kind: 'count', of: ([i]) => report.devices[i] },
      { name: 'waited', kind: 'seconds', of: (pair) => seconds(...pair) },
      { name: 'most of it because', kind: 'text', of: (pair) => reason(...pair) },
    ],
  };
}

/// The longest, exactly as result.json has them.
function waitsTable(state) {
  return {
    title: `the ten longest waits of ${state.pattern}, in detail`,
    caption: 'Over both phases. waits.csv has all of them.',
    rows: runOf(state.pattern).waits,
    columns: [
      { name: 'phase', kind: 'text', of: (wait) => wait.phase },
      { name: 'destination', kind: 'count', of: (wait) => wait.destination },
      { name: 'source', kind: 'count', of: (wait) => wait.source },
      { name: 'waited', kind: 'seconds', of: (wait) => wait.waited_seconds },
      { name: 'late', kind: 'seconds', of: (wait) => wait.late_seconds },
      { name: 'queued', kind: 'seconds', of: (wait) => wait.queued_seconds },
      { name: 'moving', kind: 'seconds', of: (wait) => wait.moving_seconds },
      { name: 'bytes', kind: 'bytes', of: (wait) => wait.bytes },
      { name: 'messages', kind: 'count', of: (wait) => wait.messages },
    ],
  };
}
