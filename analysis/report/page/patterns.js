// Patterns side by side: what the critical path of each goes on, and the bound that none can beat.

function patternsSection() {
  const section = addSection(
    'patterns',
    'Patterns',
    'The same routed traffic under every pattern. A bar is the time of a layer, cut by what its critical path went on; ' +
      'hatched: waiting for others on a shared link, or on a device with more than its share of computation. The dashed line is the lower bound: no pattern can take less.',
  );
  const state = { scale: 'time' };
  const chart = addChart(section, {
    title: 'Time of a layer and what it goes on',
    height: () => 130 + 46 * runs().length,
    controls: [
      stateChoice(
        'Bars',
        state,
        'scale',
        [
          ['time', 'in seconds'],
          ['close', 'in seconds, up to 3 times the fastest'],
          ['share', 'as shares of the critical path'],
        ],
        () => chart.redraw(),
      ),
    ],
    option: (theme) => patternsOption(theme, state.scale),
    table: patternsTable,
  });
}

/// Those that any pattern spends time on.
function shownCauses() {
  return Object.keys(runs()[0].blame.seconds).filter((cause) =>
    runs().some((run) => run.blame.seconds[cause] > 1e-9 * run.layer_seconds),
  );
}

function patternsOption(theme, scale) {
  const asShares = scale === 'share';
  const most = scale === 'close' ? 3 * fastest().layer_seconds : Math.max(...runs().map((run) => run.layer_seconds));
  const unit = axisUnit(most, 'seconds');
  const length = (run, seconds) => (asShares ? (100 * seconds) / (run.layer_seconds || 1) : seconds / unit.size);
  const series = shownCauses().map((cause) => causeSeries(theme, cause, length));
  if (!asShares) series.push(boundSeries(theme, unit));
  return {
    grid: { left: 8, right: 30, top: 74, bottom: 26, outerBoundsMode: 'same' },
    legend: { ...legend(theme, { type: 'plain' }), data: shownCauses().map(words) },
    tooltip: tooltip(theme, 'axis', (list) => causeLines(runs()[list[0].dataIndex]), {
      axisPointer: { type: 'shadow' },
    }),
    xAxis: axis(theme, asShares ? 'share of the critical path (%)' : `time (${unit.name})`, {
      type: 'value',
      max: { share: 100, close: most / unit.size }[scale],
      axisLabel: scale === 'close' ? openEnd : {},
    }),
    yAxis: axis(theme, 'pattern', {
      type: 'category',
      inverse: true,
      data: runs().map((run) => `${run.pattern}\n${format.seconds(run.layer_seconds)}`),
      axisLabel: { lineHeight: 16 },
      nameGap: 110,
    }),
    series,
  };
}

function causeSeries(theme, cause, length) {
  const isHatched = cause.endsWith('_sharing') || cause === 'hot_device' || cause === 'window';
  return {
    name: words(cause),
    type: 'bar',
    stack: 'path',
    barWidth: '62%',
    data: runs().map((run) => length(run, run.blame.seconds[cause])),
    itemStyle: {
      color: causes[cause] ?? '#000000',
      decal: isHatched ? hatching(theme) : undefined,
      borderColor: theme.paper,
      borderWidth: 0.5,
    },
  };
}

/// The bound is the same for all patterns: a line across their bars.
function boundSeries(theme, unit) {
  const bound = largest(runs().map((run) => run.lower_bound_seconds));
  return {
    name: 'lower bound',
    type: 'bar',
    stack: 'path',
    data: runs().map(() => 0),
    silent: true,
    itemStyle: { color: 'transparent' },
    markLine: {
      symbol: 'none',
      silent: true,
      lineStyle: { color: theme.ink, type: 'dashed', width: 2 },
      label: { color: theme.ink, formatter: `lower bound ${format.seconds(bound)}`, position: 'start' },
      data: [{ xAxis: bound / unit.size }],
    },
  };
}

function causeLines(run) {
  const line = (cause) => {
    const seconds = run.blame.seconds[cause];
    return `${words(cause)}: ${format.seconds(seconds)}, ${format.share(seconds / run.layer_seconds)}`;
  };
  const spent = shownCauses().filter((cause) => run.blame.seconds[cause] > 0);
  return [`${run.pattern}: ${format.seconds(run.layer_seconds)}`, ...spent.map(line)];
}

function patternsTable() {
  const best = fastest();
  return {
    title: 'times, bounds and causes of each pattern',
    caption: 'Times of a layer; causes add up to it.',
    rows: runs(),
    isBest: (run) => run === best,
    columns: [
      { name: 'pattern', kind: 'text', of: (run) => run.pattern },
      { name: 'transport', kind: 'text', of: (run) => run.transport },
      { name: 'layer', kind: 'seconds', of: (run) => run.layer_seconds },
      { name: 'vs fastest', kind: 'ratio', of: (run) => run.layer_seconds / (best.layer_seconds || 1) },
      { name: 'lower bound', kind: 'seconds', of: (run) => run.lower_bound_seconds },
      { name: '% of ideal', kind: 'share', of: (run) => run.communication_efficiency },
      ...['gate', 'dispatch', 'expert', 'combine'].map((phase) => ({
        name: phase,
        kind: 'seconds',
        of: (run) => run.phases[phase].seconds,
      })),
      { name: 'exposed communication', kind: 'seconds', of: (run) => run.exposed_communication_seconds },
      { name: 'all steps', kind: 'seconds', of: (run) => run.total_seconds },
      { name: 'scale-up bytes', kind: 'bytes', of: (run) => overPhases(run, 'scale_up_bytes') },
      { name: 'scale-out bytes', kind: 'bytes', of: (run) => overPhases(run, 'scale_out_bytes') },
      { name: 'messages', kind: 'count', of: (run) => overPhases(run, 'messages') },
      {
        name: 'busiest link',
        kind: 'text',
        of: (run) => run.busiest_link && `${run.busiest_link.name} (${format.share(run.busiest_link.utilization)})`,
      },
      ...shownCauses().map((cause) => ({ name: words(cause), kind: 'seconds', of: (run) => run.blame.seconds[cause] })),
    ],
  };
}

const overPhases = (run, figure) => run.phases.dispatch[figure] + run.phases.combine[figure];
