// What has to be moved between devices, at each deduplication level, whatever the pattern.

const levelWords = {
  none: 'none: a vector per selection',
  device: 'device: one per token and device',
  node: 'node: one per token and node',
};

function trafficSection() {
  const section = addSection(
    'traffic',
    'Traffic',
    'Bytes that sources owe destinations, from the router, before any pattern. Deduplication sends a token once where several of its experts sit: ' +
      'once per device, or once per node between nodes (then spread inside it).',
  );
  const sent = report.traffic;
  if (sent.length === 0) {
    section.append(element('p', {}, 'Nothing has to be moved between devices.'));
    return;
  }
  const levels = [...new Set(sent.map((one) => one.level))];
  const phases = [...new Set(sent.map((one) => one.phase))];
  const usual = levelOf(fastest().pattern);
  const state = { phase: phases[0], level: levels.includes(usual) ? usual : levels[0] };
  let cached = null;
  const shown = () => {
    const wanted = sent.find((one) => one.phase === state.phase && one.level === state.level) ?? sent[0];
    if (cached?.wanted !== wanted) cached = { wanted, matrix: sharedCrossings(wanted) };
    return cached.matrix;
  };
  const redraw = () => chart.redraw();
  const chart = addChart(section, {
    title: 'Bytes from device to device',
    height: 740,
    caption:
      'Bars: what each device sends (right) and receives (below). At level node, what crosses to a node once for all its devices is spread evenly over them.',
    controls: [
      stateChoice(
        'Phase',
        state,
        'phase',
        phases.map((one) => [one, one]),
        redraw,
      ),
      stateChoice(
        'Deduplication',
        state,
        'level',
        levels.map((one) => [one, levelWords[one]]),
        redraw,
      ),
    ],
    option: (theme) => {
      const matrix = shown();
      return matrixOption(theme, { ...matrix, kind: 'bytes', rowsName: 'sent', columnsName: 'received' });
    },
    pointed: (drawn, x, y) => {
      const pair = pairAt(drawn, x, y);
      return pair && `${deviceName(pair[0])} to ${deviceName(pair[1])}: ${format.bytes(shown().value(...pair))}`;
    },
    table: () => trafficTable(state, shown()),
  });
  section.append(tableBeside(levelsTable(sent)));
}

/// The deduplication that a pattern ran with.
function levelOf(pattern) {
  const options = runs()[0].resolved_scenario.patterns?.[pattern] ?? {};
  return options.deduplicate ?? (options.granularity === 'expert' ? 'none' : 'device');
}

/// Bytes as value(i, j). A crossing belongs to no pair: it is spread over the node's devices.
function sharedCrossings({ pairs, crossings, unit_bytes: unit, phase }) {
  const size = report.devices.length;
  const bytes = pairs.map((count) => count * unit);
  const devicesOf = new Map();
  report.nodes.forEach((node, i) => devicesOf.set(node, [...(devicesOf.get(node) ?? []), i]));
  for (const [device, node, count] of crossings) {
    const others = devicesOf.get(node) ?? [];
    for (const other of others)
      bytes[phase === 'dispatch' ? device * size + other : other * size + device] += (count * unit) / others.length;
  }
  const value = (i, j) => bytes[i * size + j];
  const sums = (of) => report.devices.map((_, i) => report.devices.reduce((sum, __, j) => sum + of(i, j), 0));
  return { value, most: largest(bytes), rows: sums(value), columns: sums((i, j) => value(j, i)) };
}

function trafficTable(state, { rows, columns }) {
  return {
    title: `what each device sends and receives (${state.phase}, deduplication ${state.level})`,
    caption: 'Without what stays on its device.',
    rows: report.devices.map((_, i) => i),
    columns: [
      { name: 'device', kind: 'count', of: (i) => report.devices[i] },
      { name: 'node', kind: 'count', of: (i) => report.nodes[i] },
      { name: 'sends', kind: 'bytes', of: (i) => rows[i] },
      { name: 'receives', kind: 'bytes', of: (i) => columns[i] },
    ],
  };
}

function levelsTable(sent) {
  const inside = (one) =>
    one.pairs.reduce((sum, count, place) => {
      const [i, j] = [Math.floor(place / report.devices.length), place % report.devices.length];
      return sum + (report.nodes[i] === report.nodes[j] ? count : 0);
    }, 0) * one.unit_bytes;
  const all = (one) =>
    (one.pairs.reduce((a, b) => a + b, 0) + one.crossings.reduce((sum, [, , count]) => sum + count, 0)) *
    one.unit_bytes;
  return {
    title: 'sums of each phase and level',
    caption: 'What all devices send together.',
    rows: sent,
    columns: [
      { name: 'phase', kind: 'text', of: (one) => one.phase },
      { name: 'deduplication', kind: 'text', of: (one) => one.level },
      { name: 'inside nodes', kind: 'bytes', of: inside },
      { name: 'between nodes', kind: 'bytes', of: (one) => all(one) - inside(one) },
      { name: 'together', kind: 'bytes', of: all },
    ],
  };
}
