// A heat map over two swept values: the best pattern, its lead, or a pattern's mean.

const sweepMostLabels = 200;

function sweepMapSection() {
  const section = addSection('sweep-map', 'Over two swept values', 'Each cell is a setting: means over seeds.');
  const pointers = sweepSeveral();
  if (pointers.length < 2) {
    section.append(
      element(
        'p',
        {},
        'A map needs two settings with several values each; this sweep has ' +
          `${pointers.length ? `one: ${pointers[0].name}` : 'none'}.`,
      ),
    );
    return;
  }
  if (!sweepData().figures.length) return void section.append(element('p', {}, 'No point has a result.'));
  const state = { x: pointers[0], y: pointers[1], figure: sweepFigure(report.figure), show: 'best', made: null };
  const dependent = element('div', { style: 'display: contents' });
  const update = () => {
    state.groups = sweepGroups(state.figure, sweepChosen(state.filters));
    state.made?.redraw();
  };
  const controls = sweepMapControls(state, pointers, dependent, update);
  sweepMapFilters(state, dependent, update);
  update();
  addChart(section, {
    title: 'Map over two swept values',
    height: () => 150 + Math.min(900, Math.max(180, 46 * state.y.values.length)),
    controls,
    option: (theme) => sweepMapOption(theme, state),
    table: () => sweepMapTable(state),
    ready: (made) => {
      state.made = made;
    },
  });
}

function sweepMapFilters(state, box, update) {
  const others = sweepOthers([state.x, state.y]);
  state.filters = sweepUsual(others, [state.x, state.y]);
  box.replaceChildren(...sweepFilterChoices(others, state.filters, update));
}

function sweepMapControls(state, pointers, dependent, update) {
  const options = pointers.map((pointer) => [pointer.place, pointer.name]);
  const lines = {};
  // Choosing what the other axis has swaps the two.
  const axisChoice = (own, other) =>
    choice(
      own,
      options,
      (place) => {
        const chosen = pointers.find((pointer) => String(pointer.place) === place);
        if (chosen === state[other]) {
          state[other] = state[own];
          const select = lines[other].querySelector('select');
          select.value = state[other].place;
          lines[other].setAttribute('data-chosen', state[other].name);
        }
        state[own] = chosen;
        sweepMapFilters(state, dependent, update);
        update();
      },
      state[own].place,
    );
  lines.x = axisChoice('x', 'y');
  lines.y = axisChoice('y', 'x');
  const { patterns } = sweepData();
  const shown = [
    ['best', 'best pattern'],
    ...(patterns.length > 1 ? [['lead', 'lead of the best over the second']] : []),
    ...patterns.map((pattern, i) => [String(i), `mean of ${pattern}`]),
  ];
  const show = stateChoice('show', state, 'show', shown, update);
  const figure = sweepFigureChoice('figure', state, 'figure', update);
  return [show, figure, lines.x, lines.y, dependent];
}

/// {group, x, y, value, text} of each cell that has something to show; value is what its colour stands for.
function sweepCells(state) {
  const { patterns } = sweepData();
  const { kind } = state.figure;
  return state.groups
    .map((group) => {
      const own = {
        group,
        x: state.x.order.get(group.keys[state.x.place]),
        y: state.y.order.get(group.keys[state.y.place]),
      };
      if (state.show === 'best')
        return {
          ...own,
          value: group.isLevel ? patterns.length : patterns.indexOf(group.best.pattern),
          text: `${group.isLevel ? 'level' : group.best.pattern}\n${format[kind](group.best.mean)}`,
        };
      if (state.show === 'lead') {
        const ratio = sweepRatio(group);
        return { ...own, value: ratio, text: ratio === null ? '' : `${format.ratio(ratio)}\n${group.best.pattern}` };
      }
      const one = group.of(patterns[state.show]);
      return { ...own, value: one ? one.mean : null, text: one ? format[kind](one.mean) : '' };
    })
    .filter(({ value }) => value !== null);
}

/// Black or white, whichever is read better on `colour` (#rrggbb).
function sweepInkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 > 0.2 ? '#000000' : '#ffffff';
}

/// Of cells in which the best patterns are equal.
const levelColour = '#b8bdc5';

/// How cells get their colours: what ECharts maps, and for the ink of a label the colour of a value.
function sweepMapColours(theme, state, cells) {
  const { patterns } = sweepData();
  const legendLine = { orient: 'horizontal', top: 0, left: 0, textStyle: { color: theme.ink } };
  if (state.show === 'best') {
    const pieces = patterns
      .map((pattern, value) => ({ value, label: pattern, color: sweepStyle(pattern).color }))
      .concat({ value: patterns.length, label: 'level', color: levelColour })
      .filter((piece) => cells.some((one) => one.value === piece.value));
    return {
      place: (value) => value,
      of: (value) => (value < patterns.length ? sweepStyle(patterns[value]).color : levelColour),
      visualMap: { type: 'piecewise', dimension: 2, pieces, itemWidth: 20, ...legendLine },
    };
  }
  const values = cells.map(({ value }) => value);
  const isLog = sweepScale(values).usual === 'log';
  const place = isLog ? Math.log10 : (value) => value;
  const [least, most] = [state.show === 'lead' ? 1 : Math.min(...values), Math.max(...values)].map(place);
  const text = state.show === 'lead' ? format.ratio : format[state.figure.kind];
  const { ramp } = theme;
  return {
    place,
    of: (value) => ramp[Math.round((ramp.length - 1) * (most > least ? (place(value) - least) / (most - least) : 0))],
    visualMap: colourScale(theme, most, (value) => text(isLog ? 10 ** value : value), {
      dimension: 2,
      min: least,
      max: most > least ? most : least + Math.abs(least || 1),
    }),
  };
}

function sweepMapOption(theme, state) {
  const cells = sweepCells(state);
  if (!cells.length) return sweepNothing(theme, 'No results at these settings.');
  const colours = sweepMapColours(theme, state, cells);
  const width = Math.max(20, ((state.made?.chart?.getWidth() ?? 1000) - 220) / state.x.values.length - 6);
  const category = (pointer, more) =>
    axis(theme, pointer.name, {
      type: 'category',
      data: pointer.values.map(({ text }) => text),
      splitArea: { show: true, areaStyle: { color: [theme.raised] } },
      splitLine: { show: false },
      ...more,
    });
  return {
    grid: { left: 12, right: state.show === 'best' ? 20 : 120, top: 44, bottom: 30, outerBoundsMode: 'same' },
    tooltip: tooltip(theme, 'item', ({ dataIndex }) => sweepMapTip(state, cells[dataIndex])),
    visualMap: colours.visualMap,
    xAxis: category(state.x, { axisLabel: { interval: 0, hideOverlap: true, width: width + 6, overflow: 'truncate' } }),
    yAxis: category(state.y, { nameGap: 70, axisLabel: { width: 160, overflow: 'truncate', hideOverlap: true } }),
    series: [
      {
        type: 'heatmap',
        itemStyle: { borderColor: theme.paper, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: theme.ink, borderWidth: 2 } },
        data: cells.map(({ x, y, value }) => ({
          value: [x, y, colours.place(value)],
          label: { color: sweepInkOn(colours.of(value)) },
        })),
        label: {
          show: cells.length <= sweepMostLabels,
          fontSize: 12,
          lineHeight: 15,
          width,
          overflow: 'truncate',
          formatter: ({ dataIndex }) => cells[dataIndex].text,
        },
      },
    ],
  };
}

function sweepMapTip({ figure }, { group }) {
  const ratio = sweepRatio(group);
  return [
    ...sweepSettingLines(group),
    ...sweepPatternLines(group, figure),
    ...(ratio === null ? [] : [`lead over ${group.second.pattern}: ${format.ratio(ratio)}${sweepSure(group)}`]),
  ];
}

/// Whether seeds can tell that the lead is more than chance.
function sweepSure({ lead }) {
  if (!lead || lead.half === null) return '';
  return lead.mean > lead.half ? ', beyond chance' : ', which may be chance';
}

function sweepMapTable(state) {
  const { x, y, figure, groups } = state;
  const { patterns } = sweepData();
  return {
    title: 'cells of the map',
    rows: groups,
    caption: `Mean ${figure.name} over seeds, the best pattern of each cell and its lead over the second.`,
    columns: [
      ...sweepSettingColumns([x, y], ({ keys }) => keys),
      { name: 'best', kind: 'text', of: (group) => group.bestName },
      { name: 'lead', kind: 'ratio', of: sweepRatio },
      { name: 'over', kind: 'text', of: (group) => group.second && group.second.pattern },
      ...patterns.map((pattern) => ({ name: pattern, kind: figure.kind, of: (group) => group.of(pattern)?.mean })),
    ],
  };
}
