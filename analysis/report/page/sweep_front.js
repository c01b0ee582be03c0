// The front: settings and patterns by two figures, and those that no other beats in both.

function sweepFrontSection() {
  const section = addSection(
    'sweep-front',
    'Two figures at once',
    'Each symbol is a setting under a pattern (mean over seeds). ' +
      'Large and joined: those that no other shown beats in one figure without losing in the other. ' +
      'Settings that differ in the work to do are shown at one value at first, to compare like with like.',
  );
  const { figures } = sweepData();
  if (figures.length < 2) {
    section.append(element('p', {}, figures.length ? 'There is only one figure.' : 'No point has a result.'));
    return;
  }
  const x = sweepFigure(report.figure);
  const usual = ['scale_out_bytes', 'dispatch_scale_out_bytes']
    .map((id) => figures.find((figure) => figure.id === id))
    .find(Boolean);
  // More work is no worse work: what changes it is compared at one setting, that of the last row.
  const isWork = ({ pointer }) => /^\/(workload|traffic|model|payload)\b/.test(pointer);
  const last = sweepData().done.at(-1);
  const filters = new Map(sweepSeveral().map((one) => [one.place, isWork(one) ? last.keys[one.place] : '']));
  const state = { x, y: usual ?? figures.find((figure) => figure !== x), filters };
  const scales = element('div', { style: 'display: contents' });
  let made = null;
  const update = () => {
    state.points = sweepFrontPoints(state);
    made?.redraw();
  };
  const restart = () => {
    sweepFrontScales(state, scales, update);
    update();
  };
  const axisChoice = (own) => sweepFigureChoice(own, state, own, restart);
  restart();
  made = addChart(section, {
    title: 'Front of the best',
    height: 480,
    controls: [
      axisChoice('x'),
      axisChoice('y'),
      scales,
      ...sweepFilterChoices(sweepSeveral(), state.filters, update, true),
    ],
    option: (theme) => sweepFrontOption(theme, state),
    table: () => sweepFrontTable(state),
  });
}

function sweepFrontScales(state, box, update) {
  state.scale = {};
  box.replaceChildren(
    ...['x', 'y'].map((own) => {
      const scale = sweepScale(
        sweepChosen(state.filters)
          .map(state[own].of)
          .filter((value) => value !== null),
      );
      state.scale[own] = scale.usual;
      return sweepScaleChoice(`${own} axis`, scale, (chosen) => {
        state.scale[own] = chosen;
        update();
      });
    }),
  );
}

/// [{group, pattern, x, y, isFront}], x and y means over the same seeds.
function sweepFrontPoints({ x, y, filters }) {
  const rows = sweepChosen(filters).filter((row) => x.of(row) !== null && y.of(row) !== null);
  const [inX, inY] = [x, y].map((figure) => sweepGroups(figure, rows));
  const points = inX.flatMap((group, i) =>
    group.patterns.map((one) => ({ group, pattern: one.pattern, x: one, y: inY[i].of(one.pattern), isFront: false })),
  );
  // By x from the best on, a point is on the front when it is better in y than all before it.
  const sorted = [...points].sort((a, b) => x.sign * (a.x.mean - b.x.mean) || y.sign * (a.y.mean - b.y.mean));
  let best = Infinity;
  let last = null;
  for (const point of sorted) {
    const cost = y.sign * point.y.mean;
    const isEqual = last !== null && cost === best && point.x.mean === last.x.mean;
    if (cost >= best && !isEqual) continue;
    point.isFront = true;
    best = cost;
    last = point;
  }
  return sorted;
}

const sweepDirection = (figure) => (figure.sign < 0 ? 'more is better' : 'less is better');

function sweepFrontOption(theme, state) {
  const { points } = state;
  if (!points.length) return sweepNothing(theme, 'No results at these settings.');
  const units = {
    x: sweepUnit(
      state.x,
      points.map(({ x }) => x.mean),
    ),
    y: sweepUnit(
      state.y,
      points.map(({ y }) => y.mean),
    ),
  };
  const place = (point) => [point.x.mean / units.x.size, point.y.mean / units.y.size];
  const own = (name) => points.map((point) => point[name].mean / units[name].size);
  const patterns = sweepData().patterns.filter((pattern) => points.some((point) => point.pattern === pattern));
  const title = (name) => `${units[name].title}, ${sweepDirection(state[name])}`;
  return {
    grid: { left: 12, right: 30, top: 48, bottom: 30, outerBoundsMode: 'same' },
    legend: { ...legend(theme), itemWidth: 18, itemHeight: 11, data: [...patterns, 'front'] },
    tooltip: tooltip(theme, 'item', ({ data }) => (data.point ? sweepFrontTip(state, data.point) : ['front'])),
    xAxis: sweepFigureAxis(theme, title('x'), own('x'), state.scale.x, { scale: true }),
    yAxis: sweepFigureAxis(theme, title('y'), own('y'), state.scale.y, { scale: true, nameGap: 60 }),
    series: [
      ...patterns.map((pattern) =>
        sweepFrontSeries(
          theme,
          pattern,
          points.filter((point) => point.pattern === pattern),
          place,
        ),
      ),
      {
        name: 'front',
        type: 'line',
        step: 'end',
        z: 2,
        silent: true,
        symbol: 'none',
        color: theme.ink,
        tooltip: { show: false },
        lineStyle: { color: theme.ink, width: 1.5 },
        data: points.filter(({ isFront }) => isFront).map(place),
      },
    ],
  };
}

function sweepFrontSeries(theme, pattern, points, place) {
  const { color, symbol } = sweepStyle(pattern);
  // Those on the front come last, so that nothing covers them.
  const ordered = [...points].sort((a, b) => Number(a.isFront) - Number(b.isFront));
  return {
    name: pattern,
    type: 'scatter',
    symbol,
    color,
    z: 3,
    data: ordered.map((point) => ({
      value: place(point),
      point,
      symbolSize: point.isFront ? 18 : 9,
      itemStyle: point.isFront
        ? { color, borderColor: theme.ink, borderWidth: 1.5 }
        : { color, opacity: 0.9, borderColor: theme.paper, borderWidth: 0.5 },
    })),
  };
}

function sweepFrontTip({ x, y }, { group, pattern, x: inX, y: inY, isFront }) {
  return [
    `${pattern}${isFront ? ' (on the front)' : ''}`,
    ...sweepSettingLines(group),
    `${x.name}: ${sweepMeanText(x, inX)}`,
    `${y.name}: ${sweepMeanText(y, inY)}`,
    sweepPlural(inX.seeds, 'seed'),
  ];
}

function sweepFrontTable({ x, y, points }) {
  return {
    title: 'settings and patterns, the front first',
    caption: 'Means over seeds. Bold: on the front.',
    rows: [...points].sort((a, b) => Number(b.isFront) - Number(a.isFront)),
    isBest: (point) => point.isFront,
    columns: [
      { name: 'pattern', kind: 'text', of: ({ pattern }) => pattern },
      ...sweepSettingColumns(sweepSeveral(), ({ group }) => group.keys),
      { name: x.name, kind: x.kind, of: (point) => point.x.mean },
      { name: y.name, kind: y.kind, of: (point) => point.y.mean },
      { name: 'front', kind: 'text', of: ({ isFront }) => (isFront ? 'yes' : '') },
    ],
  };
}
