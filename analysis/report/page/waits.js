// Who waited for whom.

const waitReasons = ['its data was not there yet (late)', 'it was queued behind other messages of its source', 'it was moving through the network'];

function waitsSection() {
  const section = addSection('waits', 'Waits', 'How long each destination waited for the last bytes of each source, from the end of its own work (its gate in dispatch, its experts in combine). ' +
    'Whoever passes bytes on counts as the source of what it passes on.');
  const all = report.waits;
  if (all.length === 0) {
    section.append(element('p', {}, 'Nothing was sent, so nobody waited.'));
    return;
  }
  const of = (key) => [...new Set(all.map((one) => one[key]))];
  const best = fastest().pattern;
  const state = { pattern: of('pattern').includes(best) ? best : all[0].pattern, phase: of('phase').includes('dispatch') ? 'dispatch' : all[0].phase };
  const size = report.devices.length;
  const none = { ticks: new Array(size * size).fill(-1), reasons: '0'.repeat(size * size), tick_seconds: 1 };
  const shown = () => all.find((one) => one.pattern === state.pattern && one.phase === state.phase) ?? none;
  const isSent = (i, j) => shown().ticks[i * size + j] >= 0;
  const seconds = (i, j) => Math.max(shown().ticks[i * size + j], 0) * shown().tick_seconds;
  const longest = (get) => report.devices.map((_, i) => report.devices.reduce((most, __, j) => Math.max(most, get(i, j)), 0));
  let chart = null;
  const choose = (key) => (value) => { state[key] = value; chart.redraw(); };
  chart = addChart(section, {
    title: 'Wait map', height: 740,
    caption: 'Bars: the longest wait for each source (right) and of each destination (below). Blank: nothing was sent.',
    controls: [choice('Pattern', of('pattern').map((one) => [one, one]), choose('pattern'), state.pattern),
               choice('Phase', of('phase').map((one) => [one, one]), choose('phase'), state.phase)],
    option: (theme) => matrixOption(theme, {
      value: (i, j) => (isSent(i, j) ? seconds(i, j) : null), most: shown().ticks.reduce((a, b) => Math.max(a, b), 0) * shown().tick_seconds, rows: longest(seconds), columns: longest((i, j) => seconds(j, i)),
      kind: 'seconds', rowsName: 'waited for', columnsName: 'waited' }),
    pointed: (drawn, x, y) => {
      const pair = pairAt(drawn, x, y);
      if (pair && !isSent(...pair)) return `Nothing was sent from ${deviceName(pair[0])} to ${deviceName(pair[1])}.`;
      return pair && `${deviceName(pair[1])} waited ${format.seconds(seconds(...pair))} for ${deviceName(pair[0])}` +
        (seconds(...pair) > 0 ? `, most of it because ${waitReasons[shown().reasons[pair[0] * size + pair[1]]]}.` : '.');
    },
    table: () => pairsTable(state, shown(), isSent, seconds),
  });
  const exact = element('div');
  section.append(exact);
  const redraw = chart.redraw;
  chart.redraw = () => { redraw(); exact.replaceChildren(tableBeside(waitsTable(state))); };
  chart.redraw();
}

/// The longest of the map.
function pairsTable(state, { reasons }, isSent, seconds) {
  const size = report.devices.length;
  const pairs = reasons.split('').map((_, place) => [Math.floor(place / size), place % size]).filter((pair) => isSent(...pair));
  pairs.sort((a, b) => seconds(...b) - seconds(...a));
  return {
    title: `waits of ${state.pattern} in ${state.phase}`, caption: 'The longest first.', rows: pairs, most: 200,
    columns: [
      { name: 'destination', kind: 'count', of: ([, j]) => report.devices[j] },
      { name: 'source', kind: 'count', of: ([i]) => report.devices[i] },
      { name: 'waited', kind: 'seconds', of: (pair) => seconds(...pair) },
      { name: 'most of it because', kind: 'text', of: (pair) => (seconds(...pair) > 0 ? waitReasons[reasons[pair[0] * size + pair[1]]] : '') },
    ],
  };
}

/// The longest, exactly as result.json has them.
function waitsTable(state) {
  return {
    title: `the ten longest waits of ${state.pattern}, in detail`, caption: 'Over both phases. waits.csv has all of them.', rows: runOf(state.pattern).waits,
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
