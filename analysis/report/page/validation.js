// How far these times can be trusted: where each transport was held against measurements.

function validationSection() {
  const section = addSection(
    'validation',
    'Validation',
    'Each transport was held against published times of real kernels. Bars: the bytes per device and phase that were ' +
      'measured, with this pattern, on such devices and so many of them, or (outlined) with others; symbols: this run.',
  );
  const asked = runs().filter((run) => run.transport !== 'ideal');
  if (asked.length === 0) {
    section.append(
      element(
        'p',
        {},
        'The ideal transport has no software cost, so there is nothing to validate: real kernels take longer.',
      ),
    );
    return;
  }
  for (const [transport, range] of new Map(asked.map((run) => [run.transport, run.validation])))
    section.append(element('p', {}, element('strong', {}, `${transport}: `), deviationText(range)));
  const size = report.devices.length;
  addChart(section, {
    title: 'Bytes of this run, and those that were measured',
    height: 110 + 44 * asked.length,
    option: (theme) => validationOption(theme, asked, size),
    table: () => validationTable(asked, size),
  });
}

function deviationText(range) {
  if (range === null) return 'never held against measurements.';
  if (!range.error) return `measured with ${measuredWith(range)}; by how much its times were off is not stated.`;
  const { mean, largest: most, times } = range.error;
  return (
    `times within ${format.share(mean)} on average and ${format.share(most)} at most of ${times} that were measured, ` +
    `with ${measuredWith(range)}.`
  );
}

function validationOption(theme, asked, size) {
  const symbols = ['dispatch', 'combine'].map((phase, i) => ({
    name: phase,
    type: 'scatter',
    symbol: i === 0 ? 'circle' : 'diamond',
    symbolSize: 14,
    itemStyle: { color: parts[phase], borderColor: '#ffffff', borderWidth: 1 },
    data: asked.flatMap((run, y) => (run.phases[phase].bytes > 0 ? [[run.phases[phase].bytes / size, y]] : [])),
  }));
  const isAlike = (run) => isLikeMeasured(run, size);
  return {
    grid: { left: 24, right: 30, top: 36, bottom: 20, outerBoundsMode: 'same' },
    legend: legend(theme),
    tooltip: tooltip(theme, 'item', (one) => validationLines(asked[one.value[1]], size)),
    xAxis: axis(theme, 'bytes per device and phase', {
      type: 'log',
      min: (extent) => 10 ** Math.floor(Math.log10(extent.min)),
      max: (extent) => 10 ** Math.ceil(Math.log10(extent.max)),
      axisLabel: { formatter: (value) => format.bytes(value).replace(/\.0+ /, ' ') },
    }),
    yAxis: axis(theme, 'pattern and transport', {
      type: 'category',
      inverse: true,
      nameGap: 150,
      data: asked.map((run) => `${run.pattern}\n${run.transport}`),
      axisLabel: { lineHeight: 16 },
    }),
    series: [
      measuredBars(theme, 'measured', asked, isAlike),
      measuredBars(theme, 'measured otherwise', asked, (run) => !isAlike(run)),
      ...symbols,
    ],
  };
}

/// Bytes apart, whether what was measured is what ran.
function isLikeMeasured(run, size) {
  const range = run.validation;
  const device = runs()[0].resolved_scenario.platform?.device?.name;
  return (
    range !== null &&
    range.pattern === run.pattern &&
    range.on.includes(device) &&
    size >= range.least_devices &&
    size <= range.most_devices
  );
}

function measuredBars(theme, name, asked, isShown) {
  const measured = ({ validation }) =>
    validation && [validation.least_bytes_per_device, validation.most_bytes_per_device];
  const style =
    name === 'measured'
      ? { fill: theme.faint, opacity: 0.5 }
      : { fill: null, stroke: theme.faint, lineWidth: 1.5, lineDash: [4, 3] };
  return {
    name,
    type: 'custom',
    itemStyle: { color: name === 'measured' ? theme.faint : theme.line },
    encode: { x: [0, 2], y: 1 },
    data: asked.flatMap((run, y) => (measured(run) && isShown(run) ? [[measured(run)[0], y, measured(run)[1]]] : [])),
    renderItem: (_, api) => {
      const [left, y] = api.coord([api.value(0), api.value(1)]);
      const [right] = api.coord([api.value(2), api.value(1)]);
      return { type: 'rect', shape: { x: left, y: y - 9, width: Math.max(right - left, 3), height: 18 }, style };
    },
  };
}

const measuredWith = (range) =>
  `${range.pattern} on ${range.least_devices === range.most_devices ? '' : `${range.least_devices} to `}${range.most_devices} ${range.on.join(', ')}`;

function validationLines(run, size) {
  const range = run.validation;
  if (!range) return [`${run.transport}: never held against measurements`];
  return [
    `${run.transport} was measured with ${measuredWith(range)}`,
    range.error
      ? `mean error ${format.share(range.error.mean)}, largest ${format.share(range.error.largest)}, over ${range.error.times} times`
      : 'its error is not stated',
    `this run: ${run.pattern} on ${size} devices, ${range.covers_this_run ? 'inside' : 'outside'} of that`,
  ];
}

function validationTable(asked, size) {
  const of = (get) => (run) => (run.validation ? get(run.validation) : null);
  return {
    title: 'validated ranges and errors',
    caption: `This run has ${size} devices. Errors: simulated over measured times, less 1, without signs.`,
    rows: asked,
    columns: [
      { name: 'pattern', kind: 'text', of: (run) => run.pattern },
      { name: 'transport', kind: 'text', of: (run) => run.transport },
      {
        name: 'this run',
        kind: 'text',
        of: (run) => (run.validation ? (run.validation.covers_this_run ? 'inside' : 'outside') : 'never validated'),
      },
      { name: 'mean error', kind: 'share', of: of((range) => range.error?.mean) },
      { name: 'largest', kind: 'share', of: of((range) => range.error?.largest) },
      { name: 'times', kind: 'count', of: of((range) => range.error?.times) },
      { name: 'measured with', kind: 'text', of: of(measuredWith) },
      { name: 'from', kind: 'bytes', of: of((range) => range.least_bytes_per_device) },
      { name: 'to', kind: 'bytes', of: of((range) => range.most_bytes_per_device) },
      { name: 'dispatch here', kind: 'bytes', of: (run) => run.phases.dispatch.bytes / size },
      { name: 'combine here', kind: 'bytes', of: (run) => run.phases.combine.bytes / size },
    ],
  };
}
