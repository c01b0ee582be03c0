// Lines: a figure along a swept value, a line for each pattern, and where the best pattern changes.

/// Spanning more than this, an axis starts logarithmic.
const sweepWide = 20;

function sweepScale(values) {
  const canLog = values.length > 0 && values.every((value) => value > 0);
  return { canLog, usual: canLog && Math.max(...values) / Math.min(...values) > sweepWide ? 'log' : 'value' };
}

/// A choice of the figure that state[key] is.
function sweepFigureChoice(label, state, key, changed) {
  const keep = (id) => {
    state[key] = sweepFigure(id);
    changed();
  };
  return choice(label, sweepFigureOptions(), keep, state[key].id);
}

function sweepScaleChoice(label, { canLog, usual }, chosen) {
  return choice(label, [['value', 'linear'], ...(canLog ? [['log', 'logarithmic']] : [])], chosen, usual);
}

/// What the values of a figure are divided by on an axis, and the axis's name.
function sweepUnit(figure, values) {
  if (figure.kind === 'share') return { size: 0.01, title: `${figure.name} (%)` };
  const { size, name } = axisUnit(Math.max(...values.map(Math.abs)), figure.kind);
  return { size, title: name ? `${figure.name} (${name})` : figure.name };
}

/// Round numbers within an axis, the fewest that are enough to read it.
function sweepLogTicks(least, most) {
  for (const steps of [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]]) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); ++power)
      ticks.push(...steps.map((step) => step * 10 ** power).filter((tick) => tick >= least && tick <= most));
    if (ticks.length > 3) return ticks;
  }
  return [least, most];
}

const sweepTick = (value) => sweepNumber(value);

/// An axis of a figure. `values` are in the axis's unit.
function sweepFigureAxis(theme, title, values, scale, more = {}) {
  // What is shown may be another choice than what the scale was chosen for.
  if (scale !== 'log' || !values.every((value) => value > 0))
    return axis(theme, title, { type: 'value', axisLabel: { formatter: sweepTick }, ...more });
  const [least, most] = [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
  const customValues = sweepLogTicks(least, most);
  return axis(theme, title, {
    ...more,
    type: 'log',
    min: least,
    max: most,
    axisTick: { customValues, lineStyle: { color: theme.faint } },
    axisLabel: { customValues, formatter: (value) => sweepNumber(value, 3), hideOverlap: true },
  });
}

/// An axis of a pointer's values as far as they are shown: a tick at each when they are few.
function sweepPointerAxis(theme, pointer, scale, groups) {
  if (!pointer.isNumeric)
    return axis(theme, pointer.name, {
      type: 'category',
      data: pointer.values.map(({ text }) => text),
      axisLabel: {
        interval: 0,
        hideOverlap: true,
        width: Math.max(60, 1000 / pointer.values.length),
        overflow: 'truncate',
      },
    });
  const values = groups.map(({ keys }) => sweepAt(pointer, keys[pointer.place]));
  const ticks = values.length <= 24 ? { customValues: values } : {};
  const ends = values.length > 1 ? { min: values[0], max: values.at(-1) } : {};
  return axis(theme, pointer.name, {
    type: scale,
    scale: true,
    ...ends,
    splitLine: { show: false },
    axisTick: { ...ticks, lineStyle: { color: theme.faint } },
    axisLabel: { ...ticks, formatter: sweepTick, hideOverlap: true },
  });
}

function sweepStyle(pattern) {
  const place = Math.max(0, sweepData().patterns.indexOf(pattern));
  const of = (list) => list[place % list.length];
  return { color: of(seriesColours), symbol: of(seriesSymbols), line: of(seriesLines) };
}

/// What a section shows instead of a chart.
function sweepNothing(theme, text) {
  return {
    title: {
      text,
      left: 'center',
      top: 'middle',
      textStyle: { color: theme.faint, fontSize: 15, fontWeight: 'normal' },
    },
  };
}

/// With nothing swept, all there is stands at one place.
function sweepAxisPointers() {
  const { pointers } = sweepData();
  if (sweepSeveral().length) return sweepSeveral();
  if (pointers.length) return [pointers[0]];
  return [
    {
      place: -1,
      name: 'setting',
      values: [{ key: undefined, text: 'all' }],
      isNumeric: false,
      order: new Map([[undefined, 0]]),
    },
  ];
}

/// The one along which there is most to see.
function sweepFirstPointer(pointers) {
  const numeric = pointers.filter((pointer) => pointer.isNumeric);
  const seen = ({ place }) => new Set(sweepData().done.map((row) => row.keys[place])).size;
  return (numeric.length ? numeric : pointers).reduce((most, pointer) => (seen(pointer) > seen(most) ? pointer : most));
}

function sweepLinesSection() {
  const section = addSection(
    'sweep-lines',
    'Along a swept value',
    'Means over seeds; shaded: their 95 % confidence interval ' +
      '(Student’s t). A seed counts where all patterns have it. Rings: the best pattern changes, interpolated between neighbours.',
  );
  if (!sweepData().figures.length) return void section.append(element('p', {}, 'No point has a result.'));
  const pointers = sweepAxisPointers();
  const state = {
    pointer: sweepFirstPointer(pointers),
    figure: sweepFigure(report.figure),
  };
  const dependent = element('div', { style: 'display: contents' });
  const told = element('p', { id: 'crossovers' });
  let made = null;
  const update = () => {
    state.groups = sweepSorted(sweepGroups(state.figure, sweepChosen(state.filters)), state.pointer);
    state.crossings = state.pointer.isNumeric ? sweepCrossings(state.groups, state.pointer, state.figure) : [];
    told.textContent = sweepCrossingsText(state);
    made?.redraw();
  };
  const restart = () => {
    sweepLinesControls(state, dependent, update);
    update();
  };
  const along = choice(
    'along',
    pointers.map((pointer) => [pointer.place, pointer.name]),
    (place) => {
      state.pointer = pointers.find((pointer) => String(pointer.place) === place);
      restart();
    },
    state.pointer.place,
  );
  const figures = sweepFigureChoice('figure', state, 'figure', restart);
  restart();
  made = addChart(section, {
    title: 'Patterns along a swept value',
    height: 460,
    controls: [figures, along, dependent],
    option: (theme) => sweepLinesOption(theme, state),
    table: () => sweepLinesTable(state),
  });
  section.append(told);
}

/// The selects that depend on what is shown along what.
function sweepLinesControls(state, box, update) {
  const others = sweepOthers([state.pointer]);
  const kept = state.filters;
  state.filters = sweepUsual(others, [state.pointer]);
  // Another figure at the same place is to be seen at the same settings.
  if (kept && [...state.filters.keys()].every((place) => kept.has(place)) && kept.size === state.filters.size)
    state.filters = kept;
  const values = sweepGroups(state.figure, sweepChosen(state.filters)).flatMap((group) =>
    group.patterns.map(({ mean }) => mean),
  );
  const scales = {
    x: sweepScale(state.pointer.isNumeric ? state.pointer.values.map(({ value }) => value) : []),
    y: sweepScale(values),
  };
  state.scale = { x: scales.x.usual, y: scales.y.usual };
  const scaleChoice = (name) =>
    sweepScaleChoice(`${name} axis`, scales[name], (scale) => {
      state.scale[name] = scale;
      update();
    });
  box.replaceChildren(
    ...sweepFilterChoices(others, state.filters, update),
    ...(state.pointer.isNumeric ? [scaleChoice('x')] : []),
    scaleChoice('y'),
  );
}

function sweepCrossingsText({ crossings, pointer, groups }) {
  if (!pointer.isNumeric || groups.length < 2 || sweepData().patterns.length < 2) return '';
  const names = new Set(groups.map((group) => group.bestName));
  if (names.size === 1) return `Best at all ${groups.length} values shown of ${pointer.name}: ${[...names][0]}.`;
  if (!crossings.length) return `Best along ${pointer.name}: ${[...names].join(', then ')}.`;
  return `The best pattern changes: ${crossings.map((crossing) => sweepCrossingText(crossing)).join('; ')}.`;
}

/// Of a pattern: [x, mean, low, high, whether a result] in the units of the axes.
function sweepLinePoints(state, pattern, size) {
  const { pointer } = state;
  const points = state.groups
    .filter((group) => group.of(pattern))
    .map((group) => {
      const { mean, half } = group.of(pattern);
      return { x: sweepAt(pointer, group.keys[pointer.place]), mean, half: half ?? 0, isResult: true };
    });
  // Lines bend at a ring, so that they pass through it whether axes are those it was interpolated in or not.
  for (const { from, to, low, high, at, figureAt } of state.crossings) {
    if (at === undefined || (pattern !== from && pattern !== to) || !(at > low && at < high)) continue;
    const before = points.findIndex(({ x }) => x === low);
    const share = (at - low) / (high - low);
    const half = points[before].half + share * (points[before + 1].half - points[before].half);
    points.splice(before + 1, 0, { x: at, mean: figureAt, half, isResult: false });
  }
  // A logarithmic axis has no place for what is not positive.
  const low = ({ mean, half }) => (state.scale.y === 'log' ? Math.max(mean - half, mean / 10) : mean - half);
  return points.map((point) => [
    point.x,
    point.mean / size,
    low(point) / size,
    (point.mean + point.half) / size,
    point.isResult,
  ]);
}

/// Where a value stands on its axis.
const sweepAt = (pointer, key) => (pointer.isNumeric ? sweepValue(pointer, key).value : pointer.order.get(key));

function sweepLinesOption(theme, state) {
  const { pointer, figure, groups } = state;
  if (!groups.length) return sweepNothing(theme, 'No results at these settings.');
  const patterns = sweepData().patterns.filter((pattern) => groups.some((group) => group.of(pattern)));
  const { size, title } = sweepUnit(
    figure,
    groups.flatMap((group) => group.patterns.map(({ mean }) => mean)),
  );
  const lines = patterns.map((pattern) => ({
    pattern,
    style: sweepStyle(pattern),
    points: sweepLinePoints(state, pattern, size),
  }));
  const extent = lines.flatMap(({ points }) => points.flatMap(([, , low, high]) => [low, high]));
  return {
    grid: { left: 12, right: 40, top: 48, bottom: 30, outerBoundsMode: 'same' },
    legend: { ...legend(theme), itemWidth: 44, data: patterns },
    tooltip: tooltip(theme, 'axis', (list) => sweepLinesTip(state, list), {
      axisPointer: { type: 'line', snap: true },
    }),
    xAxis: sweepPointerAxis(theme, pointer, state.scale.x, groups),
    yAxis: sweepFigureAxis(theme, title, extent, state.scale.y, { nameGap: 56 }),
    series: [
      ...lines.map(sweepLineSeries),
      ...(groups.some((group) => group.best.half !== null) ? lines.map(sweepBandSeries) : []),
      sweepRingSeries(theme, state, size),
    ],
  };
}

function sweepLineSeries({ pattern, style, points }) {
  return {
    name: pattern,
    type: 'line',
    z: 4,
    color: style.color,
    clip: false,
    data: points.map(([x, mean, , , isResult]) => ({ value: [x, mean], symbol: isResult ? style.symbol : 'none' })),
    symbol: style.symbol,
    symbolSize: 9,
    showAllSymbol: true,
    lineStyle: { color: style.color, width: 2.5, type: style.line },
  };
}

/// One area behind a line; with a single point, a bar.
function sweepBandSeries({ pattern, style, points }) {
  return {
    name: pattern,
    type: 'custom',
    z: 2,
    silent: true,
    tooltip: { show: false },
    color: style.color,
    encode: { x: 0, y: [2, 3] },
    data: points.map((point) => point.slice(0, 4)),
    renderItem: ({ dataIndex }, api) => {
      if (dataIndex) return null;
      const upper = points.map(([x, , , high]) => api.coord([x, high]));
      const lower = points.map(([x, , low]) => api.coord([x, low])).reverse();
      const shape =
        points.length > 1
          ? [...upper, ...lower]
          : [
              [-4, upper[0]],
              [4, upper[0]],
              [4, lower[0]],
              [-4, lower[0]],
            ].map(([by, [x, y]]) => [x + by, y]);
      return { type: 'polygon', shape: { points: shape }, style: { fill: style.color, opacity: 0.2 } };
    },
  };
}

function sweepRingSeries(theme, state, size) {
  const rings = state.crossings.filter(({ at }) => at !== undefined);
  return {
    type: 'scatter',
    z: 6,
    silent: true,
    tooltip: { show: false },
    symbol: 'circle',
    symbolSize: 18,
    itemStyle: { color: 'transparent', borderColor: theme.ink, borderWidth: 2 },
    data: rings.map((ring) => ({ value: [ring.at, ring.figureAt / size], label: sweepRingPlace(state, ring) })),
    labelLayout: { moveOverlap: 'shiftY' },
    label: {
      show: true,
      distance: 8,
      color: theme.ink,
      fontSize: 13,
      fontWeight: 600,
      backgroundColor: theme.raised,
      borderColor: theme.line,
      borderWidth: 1,
      borderRadius: 4,
      padding: [4, 7],
      formatter: ({ dataIndex }) => sweepRingText(rings[dataIndex], rings.length <= sweepMostRingNames),
    },
  };
}

/// Names of more rings than this would cover the lines; the sentence below has them.
const sweepMostRingNames = 3;

function sweepRingText({ from, to, at }, hasNames) {
  return `${hasNames ? `${from} → ${to} ` : ''}at ${sweepNumber(at, 3)}`;
}

/// Where a ring's label stands: on the better side of the best no line passes, but near the x axis are its own labels.
/// Near an end of the axis it grows inwards.
function sweepRingPlace({ pointer, scale, groups, figure }, { at, figureAt }) {
  const share = (kind, value, low, high) => {
    const place = kind === 'log' ? Math.log : (number) => number;
    return (place(value) - place(low)) / (place(high) - place(low));
  };
  const means = groups.flatMap(({ patterns }) => patterns.map(({ mean }) => mean));
  const height = share(scale.y, figureAt, scale.y === 'log' ? Math.min(...means) : 0, Math.max(...means));
  const [first, last] = [groups[0], groups.at(-1)].map(({ keys }) => sweepAt(pointer, keys[pointer.place]));
  const along = share(scale.x, at, first, last);
  const align = along < 0.15 ? 'left' : along > 0.85 ? 'right' : 'center';
  return { align, position: figure.sign > 0 && height > 0.15 ? 'bottom' : 'top' };
}

const sweepMeanText = (figure, { mean, half }) =>
  format[figure.kind](mean) + (half === null ? '' : ` ± ${format[figure.kind](half)}`);

function sweepLinesTip({ pointer, figure, groups, crossings }, list) {
  const at = list[0]?.value?.[0];
  const group = groups.find(({ keys }) => sweepAt(pointer, keys[pointer.place]) === at);
  if (!group) return crossings.filter((crossing) => crossing.at === at).map((crossing) => sweepCrossingText(crossing));
  return [...sweepSettingLines(group), ...sweepPatternLines(group, figure), sweepPlural(group.best.seeds, 'seed')];
}

function sweepSettingLines({ keys }) {
  return sweepSeveral().map((pointer) => `${pointer.name} ${sweepValue(pointer, keys[pointer.place]).text}`);
}

function sweepPatternLines({ patterns, best, second }, figure) {
  return patterns.map(
    (one) => `${one.pattern}: ${sweepMeanText(figure, one)}${one === best && second ? ' (best)' : ''}`,
  );
}

function sweepLinesTable({ pointer, figure, groups }) {
  const rows = groups.flatMap((group) => group.patterns.map((one) => ({ group, ...one, isBest: one === group.best })));
  return {
    title: 'means along the swept value',
    rows,
    isBest: (row) => row.isBest && row.group.second,
    caption: `Mean ${figure.name} over seeds; ±: half the 95 % confidence interval. Bold: best.`,
    columns: [
      ...sweepSettingColumns([pointer], ({ group }) => group.keys),
      { name: 'pattern', kind: 'text', of: (row) => row.pattern },
      { name: figure.name, kind: figure.kind, of: (row) => row.mean },
      { name: '±', kind: figure.kind, of: (row) => row.half },
      { name: 'seeds', kind: 'count', of: (row) => row.seeds },
    ],
  };
}
