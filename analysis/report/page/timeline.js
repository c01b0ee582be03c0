// What every device did when, and the critical path through it. A row of spans is one shape, which merges what falls on
// one pixel, so that a hundred thousand spans are drawn as fast as a page scrolls.

const laneNames = ['compute', 'scale_up', 'scale_out'];
const partNames = ['gate', 'dispatch', 'expert', 'combine', 'overhead'];

function timelineSection() {
  const section = addSection(
    'timeline',
    'Timeline',
    'What each device computes, and what it sends over the scale-up and the scale-out fabric, with the critical path ' +
      'in front: the chain of operations, each waiting for the one before, that makes the layer as long as it is.',
  );
  const state = { pattern: fastest().pattern, devices: 'all', from: 0, to: 100 };
  const view = () => timelineView(state);
  const redraw = () => chart.redraw();
  const devices = [
    ['all', 'all'],
    ['path', 'on the critical path'],
  ];
  registerSpans();
  const chart = addChart(section, {
    title: 'Device timeline',
    height: () => timelineHeight(view()),
    caption: () => timelineCaption(view()),
    controls: [
      stateChoice('Pattern', state, 'pattern', patternOptions(), redraw),
      stateChoice('Devices', state, 'devices', devices, redraw),
      ...zoomButtons(state, () => chart),
    ],
    option: (theme) => timelineOption(theme, view(), state),
    pointed: (drawn, x, y) => timelineAt(drawn, x, y, view()),
    table: () => pathTable(view(), state.pattern),
    ready: ({ chart: drawn }) =>
      drawn.on('dataZoom', () => {
        const { start, end } = drawn.getOption().dataZoom[0];
        [state.from, state.to] = [start, end];
      }),
  });
}

function timelineCaption({ timeline }) {
  const merged = timeline.merged_seconds;
  return (
    'Drag to pan, Ctrl and wheel to zoom, or the sliders and buttons. Each device has a line for computing and one for ' +
    `each fabric that it sends over, in that order.${merged > 0 ? ` Spans closer than ${format.seconds(merged)} are drawn as one.` : ''}`
  );
}

/// Zooming and panning for those who use no mouse. state.from and state.to are percents of the layer.
function zoomButtons(state, chartOf) {
  const within = (from, width) => {
    const start = Math.min(Math.max(from, 0), 100 - width);
    return [start, start + width];
  };
  const button = (text, change) => {
    const made = element('button', { type: 'button' }, text);
    made.addEventListener('click', () => {
      [state.from, state.to] = change(state.from, state.to - state.from);
      chartOf().chart?.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, start: state.from, end: state.to });
      chartOf().unread();
    });
    return made;
  };
  return [
    button('Zoom in', (from, width) => within(from + width / 4, width / 2)),
    button('Zoom out', (from, width) => within(from - width / 2, Math.min(100, 2 * width))),
    button('Earlier', (from, width) => within(from - width / 2, width)),
    button('Later', (from, width) => within(from + width / 2, width)),
    button('Whole layer', () => [0, 100]),
  ];
}

/// The chosen pattern's timeline, with the place of each device that is shown.
function timelineView({ pattern, devices }) {
  const place = runs().findIndex((run) => run.pattern === pattern);
  const timeline = report.timelines[place];
  const onPath = new Set(timeline.path.map(([device]) => device));
  const shown = report.devices.map((_, i) => i).filter((i) => devices === 'all' || onPath.has(i));
  const lanes = [0, 1, 2].filter((lane) => timeline.rows.some((row) => row[1] === lane));
  const block = lanes.length + 0.8;
  const rank = new Map(shown.map((device, i) => [device, i]));
  return {
    timeline,
    layer: runs()[place].layer_seconds,
    shown,
    lanes,
    block,
    total: shown.length * block,
    top: (device, lane) => (rank.has(device) ? rank.get(device) * block + 0.4 + lanes.indexOf(lane) : null),
  };
}

const timelineHeight = ({ shown, lanes }) =>
  150 + Math.min(Math.max(shown.length * (lanes.length + 0.8) * 6, 180), 860);

function registerSpans() {
  if (!hasCharts()) return;
  echarts.graphic.registerShape(
    'spans',
    echarts.graphic.extendShape({
      shape: { left: 0, scale: 1, from: 0, to: 0, top: 0, height: 1, steps: [] },
      buildPath: (context, { left, scale, from, to, top, height, steps }) => {
        let at = 0,
          begin = null,
          end = 0;
        const flush = () => {
          if (begin !== null) context.rect(begin, top, Math.max(end - begin, 0.6), height);
        };
        for (let i = 0; i < steps.length; i += 2) {
          const start = left + (at + steps[i]) * scale;
          at += steps[i] + steps[i + 1];
          const stop = left + at * scale;
          if (stop < from || start > to) continue;
          if (begin !== null && start - end < 0.5) {
            end = Math.max(end, Math.min(stop, to));
            continue;
          }
          flush();
          [begin, end] = [Math.max(start, from), Math.min(stop, to)];
        }
        flush();
      },
    }),
  );
  echarts.graphic.registerShape(
    'hops',
    echarts.graphic.extendShape({
      shape: { points: [] },
      buildPath: (context, { points }) =>
        points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y))),
    }),
  );
}

function timelineOption(theme, view, state) {
  const { timeline, layer, shown, block, total, top } = view;
  const unit = axisUnit(layer, 'seconds');
  const tick = timeline.tick_seconds / unit.size;
  const ofPart = (part) => timeline.rows.filter((row) => row[2] === part && top(row[0], row[1]) !== null);
  const every = Math.ceil(shown.length / 32);
  const labels = shown.map((_, i) => (i + 0.5) * block).filter((_, i) => i % every === 0);
  const used = [4, 0, 1, 2, 3].filter((part) => ofPart(part).length > 0);
  const spans = used.map((part) => ({
    name: partNames[part],
    type: 'custom',
    clip: true,
    silent: true,
    itemStyle: { color: parts[partNames[part]] },
    encode: { x: -1, y: -1 },
    data: ofPart(part).map((_, i) => [i]),
    renderItem: (params, api) =>
      spansItem(ofPart(part)[params.dataIndex], view, tick, parts[partNames[part]], params, api),
  }));
  return {
    grid: { left: 70, right: 56, top: 34, bottom: 90, outerBoundsMode: 'none' },
    legend: legend(theme, {
      data: [...partNames.filter((_, part) => used.includes(part)), 'critical path'],
      type: 'plain',
    }),
    xAxis: axis(theme, `time (${unit.name})`, { type: 'value', min: 0, max: layer / unit.size, axisLabel: openEnd }),
    yAxis: axis(theme, 'device', {
      type: 'value',
      min: 0,
      max: total,
      inverse: true,
      splitLine: { show: false },
      nameGap: 44,
      axisTick: { customValues: labels },
      axisLabel: {
        customValues: labels,
        formatter: (value) => String(report.devices[shown[Math.floor(value / block)]] ?? ''),
      },
    }),
    dataZoom: isPrinting ? [] : timelineZoom(theme, state, unit),
    series: [...spans, pathSeries(theme, view, unit)],
  };
}

/// The time by wheel, drag and slider, the devices by a slider.
function timelineZoom(theme, { from, to }, unit) {
  const time = { xAxisIndex: 0, filterMode: 'none', start: from, end: to };
  return [
    { ...time, type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true },
    {
      ...time,
      type: 'slider',
      bottom: 8,
      height: 22,
      labelFormatter: (value) => `${digits(value, 3)} ${unit.name}`,
      textStyle: { color: theme.ink },
    },
    { type: 'slider', yAxisIndex: 0, filterMode: 'none', right: 8, width: 18, showDetail: false },
  ];
}

/// One row: `scale` pixels to a tick.
function spansItem([device, lane, , steps], { top, layer, timeline }, tick, colour, params, api) {
  const y = top(device, lane);
  const [left, above] = api.coord([0, y]);
  const [right, below] = api.coord([tick, y + 0.86]);
  const { x, width } = params.coordSys;
  return {
    type: 'spans',
    shape: { left, scale: right - left, from: x, to: x + width, top: above, height: below - above, steps },
    style: { fill: colour },
  };
}

/// The path hops from lane to lane at the moments when one operation lets the next begin.
function pathSeries(theme, { timeline, top }, unit) {
  const points = timeline.path.flatMap(([device, lane, , , , , begin, end]) => [
    [begin / unit.size, top(device, lane) + 0.86],
    [end / unit.size, top(device, lane) + 0.86],
  ]);
  return {
    name: 'critical path',
    type: 'custom',
    clip: true,
    silent: true,
    z: 5,
    data: [[0]],
    encode: { x: -1, y: -1 },
    itemStyle: { color: theme.ink },
    renderItem: (_, api) => {
      const shape = { points: points.map((point) => api.coord(point)) };
      const line = (stroke, lineWidth) => ({
        type: 'hops',
        shape,
        style: { fill: null, stroke, lineWidth, lineJoin: 'round' },
      });
      return { type: 'group', children: [line(theme.paper, 3.4), line(theme.ink, 1.8)] };
    },
  };
}

const pathWords = ([device, lane, phase, kind, peer]) =>
  `${phase} ${kind} of device ${report.devices[device]}` +
  (peer === null ? '' : ` to ${peer}`) +
  `, ${words(laneNames[lane])}`;

/// What happened at a place of the picture.
function timelineAt(chart, x, y, { timeline, layer, shown, lanes, block }) {
  if (!chart.containPixel({ gridIndex: 0 }, [x, y])) return '';
  const [time, row] = chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x, y]);
  const seconds = time * axisUnit(layer, 'seconds').size;
  const device = shown[Math.floor(row / block)];
  const lane = lanes[Math.floor((row % block) - 0.4)];
  if (device === undefined) return '';
  const busy = timeline.rows
    .filter((one) => one[0] === device && one[1] === lane && isBusy(one[3], seconds / timeline.tick_seconds))
    .map((one) => partNames[one[2]]);
  const step = timeline.path.find((one) => one[6] <= seconds && seconds <= one[7]);
  return (
    `${format.seconds(seconds)}: ${deviceName(device)}, ${words(laneNames[lane] ?? '')} ${busy.join(' and ') || 'idle'}.` +
    (step
      ? ` Critical path: ${pathWords(step)}, ${format.seconds(step[6])} to ${format.seconds(step[7])}, mostly ${words(step[10])}.`
      : '')
  );
}

function isBusy(steps, tick) {
  let at = 0;
  for (let i = 0; i < steps.length && at <= tick; i += 2) {
    if (tick >= at + steps[i] && tick <= at + steps[i] + steps[i + 1]) return true;
    at += steps[i] + steps[i + 1];
  }
  return false;
}

function pathTable({ timeline }, pattern) {
  return {
    title: `critical path of ${pattern}`,
    caption: 'Each operation begins when the one before it ended.',
    rows: timeline.path,
    columns: [
      { name: 'begin', kind: 'seconds', of: (step) => step[6] },
      { name: 'lasts', kind: 'seconds', of: (step) => step[7] - step[6] },
      { name: 'device', kind: 'count', of: (step) => report.devices[step[0]] },
      { name: 'stream', kind: 'text', of: (step) => words(laneNames[step[1]]) },
      { name: 'phase', kind: 'text', of: (step) => step[2] },
      { name: 'kind', kind: 'text', of: (step) => step[3] },
      { name: 'to device', kind: 'count', of: (step) => step[4] },
      { name: 'bytes', kind: 'bytes', of: (step) => step[5] },
      { name: 'mostly', kind: 'text', of: (step) => words(step[10]) },
      { name: 'limited by', kind: 'text', of: (step) => step[9] },
      { name: 'released by', kind: 'text', of: (step) => words(step[8]) },
    ],
  };
}
