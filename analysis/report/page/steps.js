// From step to step: where experts move, routers drift or batches change.

function stepsSection() {
  const section = addSection(
    'steps',
    'Steps',
    'The course over the steps of the workload. Click a name in the legend to hide a line.',
  );
  const steps = runs()[0].steps;
  if (steps.length < 2) {
    section.append(element('p', {}, 'One step was run: there is no course to show. /workload/steps asks for more.'));
    return;
  }
  const isSimulated = (step) => step.layer_seconds !== null;
  const unit = axisUnit(
    largest(runs().map((run) => largest(run.steps.map((step) => step.layer_seconds ?? 0)))),
    'seconds',
  );
  addStepChart(section, {
    title: 'Time of a layer, step by step',
    name: `time of the layer (${unit.name})`,
    kind: 'seconds',
    unit,
    lines: runs().map((run) => ({
      name: run.pattern,
      values: run.steps.map((step) => (isSimulated(step) ? step.layer_seconds : null)),
    })),
    moved: runs()[0].steps.map((step) => step.rebalance_bytes),
  });
  if (!runs()[0].load) return;
  addStepChart(section, {
    title: 'Imbalance, step by step',
    name: 'busiest over mean',
    kind: 'ratio',
    unit: { size: 1, name: '' },
    lines: [
      { name: 'devices', values: steps.map((step) => step.load?.max_over_mean ?? null) },
      { name: 'experts', values: steps.map((step) => step.load?.expert_max_over_mean ?? null) },
    ],
    moved: steps.map((step) => step.rebalance_bytes),
  });
}

function addStepChart(section, { title, name, kind, unit, lines, moved }) {
  const rebalanced = moved.flatMap((bytes, step) => (bytes > 0 ? [step] : []));
  addChart(section, {
    title,
    height: 320,
    caption: rebalanced.length ? 'Vertical lines: experts were moved before that step.' : undefined,
    option: (theme) => stepOption(theme, { name, kind, unit, lines, rebalanced, steps: moved.length }),
    table: () => ({
      title: title.toLowerCase(),
      caption: 'Empty where the network was not simulated.',
      rows: moved.map((_, step) => step),
      columns: [
        { name: 'step', kind: 'count', of: (step) => step },
        ...lines.map((line) => ({ name: line.name, kind, of: (step) => line.values[step] })),
        { name: 'moved before', kind: 'bytes', of: (step) => moved[step] },
      ],
    }),
  });
}

function stepOption(theme, { name, kind, unit, lines, rebalanced, steps }) {
  return {
    grid: { left: 24, right: 30, top: 44, bottom: 20, outerBoundsMode: 'same' },
    legend: legend(theme),
    tooltip: tooltip(theme, 'axis', (list) => [
      `step ${list[0].value[0]}`,
      ...list.map(
        (one) =>
          `${one.seriesName}: ${one.value[1] === null ? 'not simulated' : format[kind](one.value[1] * unit.size)}`,
      ),
    ]),
    xAxis: axis(theme, 'step', {
      type: 'value',
      min: 0,
      max: steps - 1,
      minInterval: 1,
      splitLine: { show: false },
    }),
    yAxis: axis(theme, name, { type: 'value', scale: true, nameGap: 56 }),
    series: lines.map((line, i) => ({
      name: line.name,
      type: 'line',
      z: 2 + i / 100, // the same order in front however often it is drawn
      connectNulls: true,
      sampling: 'lttb',
      symbol: seriesSymbols[i % seriesSymbols.length],
      symbolSize: 7,
      data: line.values.map((value, step) => [step, value === null ? null : value / unit.size]),
      lineStyle: {
        width: 1.8,
        color: seriesColours[i % seriesColours.length],
        type: seriesLines[i % seriesLines.length],
      },
      itemStyle: { color: seriesColours[i % seriesColours.length] },
      markLine:
        i === 0 && rebalanced.length
          ? {
              symbol: 'none',
              silent: true,
              label: { show: false },
              lineStyle: { color: theme.faint, type: 'solid', width: 1 },
              data: rebalanced.map((step) => ({ xAxis: step })),
            }
          : undefined,
    })),
  };
}
