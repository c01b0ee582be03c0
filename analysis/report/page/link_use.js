// Utilization over time: the two fabrics, then the busiest links.

function linkUseSection() {
  const section = addSection(
    'link-use',
    'Links over time',
    'Share of the bandwidth that the transport achieves, over the layer. The simulation knows when a transfer began and ended; ' +
      'its bytes are spread evenly in between, so areas are exact and courses approximate (a value may pass 100 %).',
  );
  const withUse = report.link_use.flatMap((use, p) => (use.counters.length ? [p] : []));
  if (withUse.length === 0) {
    section.append(element('p', {}, 'No link carried anything.'));
    return;
  }
  const names = withUse.map((p) => runs()[p].pattern);
  const first = names.includes(fastest().pattern) ? fastest().pattern : names[0];
  const isTier = (counter) => ['scale_up links', 'scale_out links'].includes(counter.name);
  addCounters(section, names, first, {
    title: 'Both fabrics',
    caption: 'All links of a fabric that carried bytes, together; dotted, on the right axis, messages in flight.',
    wanted: (counter) => isTier(counter) || counter.unit === 'messages',
  });
  addCounters(section, names, first, {
    title: 'The busiest links',
    caption: 'The eight links with the most utilization over the layer, busiest first.',
    wanted: (counter) => !isTier(counter) && counter.unit === 'utilization',
  });
}

function addCounters(section, names, first, { title, caption, wanted }) {
  const state = { pattern: first };
  const use = () => report.link_use[runs().findIndex((run) => run.pattern === state.pattern)];
  const counters = () => use().counters.filter(wanted);
  const chart = addChart(section, {
    title,
    caption,
    height: 320,
    controls: [
      stateChoice(
        'Pattern',
        state,
        'pattern',
        names.map((one) => [one, one]),
        () => chart.redraw(),
      ),
    ],
    option: (theme) => countersOption(theme, use().bin_seconds, counters()),
    table: () => ({
      title: `${title.toLowerCase()}, ${state.pattern}`,
      caption: 'Mean over the layer, and the fullest of its bins.',
      rows: counters(),
      columns: [
        { name: 'links', kind: 'text', of: (one) => words(one.name) },
        {
          name: 'mean',
          kind: 'text',
          of: (one) => counterValue(one, one.values.reduce((a, b) => a + b, 0) / one.values.length),
        },
        { name: 'most', kind: 'text', of: (one) => counterValue(one, Math.max(...one.values)) },
        {
          name: 'most at',
          kind: 'seconds',
          of: (one) => use().bin_seconds * one.values.indexOf(Math.max(...one.values)),
        },
      ],
    }),
  });
}

const counterValue = (counter, value) =>
  counter.unit === 'messages' ? format.count(Math.round(value)) : format.share(value);

function countersOption(theme, bin, counters) {
  const bins = counters[0]?.values.length ?? 0;
  const unit = axisUnit(bin * bins, 'seconds');
  const hasMessages = counters.some((one) => one.unit === 'messages');
  const colour = (counter, i) =>
    ({ 'scale_up links': parts.dispatch, 'scale_out links': '#d55e00', 'messages in flight': theme.faint })[
      counter.name
    ] ?? seriesColours[i % seriesColours.length];
  return {
    grid: { left: 24, right: hasMessages ? 40 : 24, top: 44, bottom: 20, outerBoundsMode: 'same' },
    legend: legend(theme),
    tooltip: tooltip(theme, 'axis', (list) => [
      `${format.seconds(list[0].value[0] * unit.size)}`,
      ...list.map(
        (one) =>
          `${one.seriesName}: ${counterValue(counters[one.seriesIndex], counters[one.seriesIndex].values[one.dataIndex])}`,
      ),
    ]),
    xAxis: axis(theme, `time (${unit.name})`, {
      type: 'value',
      min: 0,
      max: (bin * bins) / unit.size,
      axisLabel: openEnd,
      splitLine: { show: false },
    }),
    yAxis: [
      axis(theme, 'utilization (%)', { type: 'value', min: 0, nameGap: 44 }),
      ...(hasMessages
        ? [axis(theme, 'messages in flight', { type: 'value', min: 0, nameGap: 50, splitLine: { show: false } })]
        : []),
    ],
    series: counters.map((counter, i) => ({
      name: words(counter.name),
      type: 'line',
      z: 2 + i / 100, // the same order in front however often it is drawn
      step: 'middle',
      symbol: 'none',
      yAxisIndex: counter.unit === 'messages' ? 1 : 0,
      lineStyle: {
        width: 1.8,
        type: counter.unit === 'messages' ? 'dotted' : seriesLines[i % seriesLines.length],
        color: colour(counter, i),
      },
      itemStyle: { color: colour(counter, i) },
      data: counter.values.map((value, k) => [
        ((k + 0.5) * bin) / unit.size,
        counter.unit === 'messages' ? value : 100 * value,
      ]),
    })),
  };
}
