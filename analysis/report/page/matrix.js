// Device by device: a square of colours with bars of its rows and columns. Any number of devices is one image, so that
// hundreds draw as fast as a few.

/// A canvas of N x N cells, `of(row, column)` between 0 and 1, or null for a blank one.
function matrixImage(theme, size, of) {
  const shades = Array.from({ length: 256 }, (_, i) =>
    rampColour(theme.ramp, i / 255)
      .match(/\d+/g)
      .map(Number),
  );
  const small = document.createElement('canvas');
  small.width = small.height = size;
  const cells = new ImageData(size, size);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const share = of(row, column);
      if (share === null) continue;
      cells.data.set([...shades[Math.round(255 * Math.min(Math.max(share, 0), 1))], 255], 4 * (row * size + column));
    }
  small.getContext('2d').putImageData(cells, 0, 0);
  // Large enough that its cells keep sharp edges where it is drawn.
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * Math.max(1, Math.ceil(1024 / size));
  const context = canvas.getContext('2d');
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function rampColour(ramp, share) {
  const at = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const parse = (text) => [1, 3, 5].map((place) => parseInt(text.slice(place, place + 2), 16));
  const [from, to] = [parse(ramp[low]), parse(ramp[low + 1])];
  return `rgb(${from.map((value, i) => Math.round(value + (at - low) * (to[i] - value))).join(',')})`;
}

/// Where another node begins, and the devices' numbers there.
function nodeStarts() {
  return report.devices.map((_, i) => i).filter((i) => i === 0 || report.nodes[i] !== report.nodes[i - 1]);
}

function deviceTicks(most) {
  const size = report.devices.length;
  const starts = nodeStarts();
  const every = Math.max(1, Math.ceil(starts.length / most));
  return starts.length > 1
    ? starts.filter((_, i) => i % every === 0)
    : Array.from({ length: Math.min(size, most) }, (_, i) => Math.floor((i * size) / Math.min(size, most)));
}

/// `value(i, j)` of source i and destination j; `rows` and `columns` the bars; `kind` one of format's.
function matrixOption(theme, { value, most, rows, columns, kind, rowsName, columnsName }) {
  const size = report.devices.length;
  const image = matrixImage(theme, size, (i, j) => (value(i, j) === null ? null : most > 0 ? value(i, j) / most : 0));
  const ticks = deviceTicks(16);
  const deviceAxis = (name, more) =>
    axis(theme, name, {
      type: 'value',
      min: 0,
      max: size,
      splitLine: { show: false },
      ...more,
      axisTick: { customValues: ticks },
      axisLabel: { customValues: ticks, formatter: (at) => String(report.devices[at] ?? '') },
    });
  const barUnit = axisUnit(Math.max(largest(rows), largest(columns)), kind);
  const barAxis = (more) => axis(theme, `${more.title} (${barUnit.name})`, { type: 'value', splitNumber: 2, ...more });
  return {
    grid: [
      { left: 80, top: 10, width: 520, height: 520, outerBoundsMode: 'none' },
      { left: 620, top: 10, width: 170, height: 520, outerBoundsMode: 'none' },
      { left: 80, top: 588, width: 520, height: 90, outerBoundsMode: 'none' },
    ],
    xAxis: [
      deviceAxis('destination device', { gridIndex: 0 }),
      barAxis({ gridIndex: 1, title: rowsName, position: 'bottom' }),
      deviceAxis('destination device', { gridIndex: 2 }),
    ],
    yAxis: [
      deviceAxis('source device', { gridIndex: 0, inverse: true, nameGap: 44 }),
      deviceAxis('source device', { gridIndex: 1, inverse: true, show: false }),
      barAxis({ gridIndex: 2, title: columnsName, nameGap: 54 }),
    ],
    graphic: colourBar(theme, theme.ramp, {
      left: 830,
      top: 10,
      height: 300,
      low: format[kind](0),
      high: format[kind](most),
      title: kind === 'bytes' ? 'bytes' : 'time',
    }),
    series: [
      {
        type: 'custom',
        xAxisIndex: 0,
        yAxisIndex: 0,
        silent: true,
        data: [[0, 0]],
        renderItem: (_, api) => matrixGraphic(theme, image, api, size),
      },
      matrixBars(theme, rows, true, 1, barUnit.size),
      matrixBars(theme, columns, false, 2, barUnit.size),
    ],
  };
}

/// A bar beside each row, or below each column, in units of `size`.
function matrixBars(theme, values, isRow, axisIndex, size) {
  return {
    type: 'custom',
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    silent: true,
    clip: true,
    data: values.map((one, i) => (isRow ? [one / size, i] : [i, one / size])),
    encode: { x: 0, y: 1 },
    renderItem: (_, api) => {
      const [x, y] = [api.value(0), api.value(1)];
      const [left, top] = api.coord(isRow ? [0, y] : [x, y]);
      const [right, bottom] = api.coord(isRow ? [x, y + 1] : [x + 1, 0]);
      const overlap = 0.4; // no light between bars that touch
      const width = Math.max(right - left, 0.5) + (isRow ? 0 : overlap);
      const height = Math.max(bottom - top, 0.5) + (isRow ? overlap : 0);
      return { type: 'rect', shape: { x: left, y: top, width, height }, style: { fill: theme.ramp[3] } };
    },
  };
}

/// The image, with thin lines between nodes.
function matrixGraphic(theme, image, api, size) {
  const [left, top] = api.coord([0, 0]);
  const [right, bottom] = api.coord([size, size]);
  const starts = nodeStarts().filter((i) => i > 0);
  const line = (x1, y1, x2, y2) => ({
    type: 'line',
    shape: { x1, y1, x2, y2 },
    style: { stroke: theme.faint, lineWidth: 0.5, opacity: starts.length > 16 ? 0.3 : 0.7 },
  });
  return {
    type: 'group',
    children: [
      {
        type: 'rect',
        shape: { x: left, y: top, width: right - left, height: bottom - top },
        style: { fill: null, stroke: theme.line },
      },
      { type: 'image', style: { image, x: left, y: top, width: right - left, height: bottom - top } },
      ...starts.flatMap((i) => {
        const [x, y] = api.coord([i, i]);
        return [line(x, top, x, bottom), line(left, y, right, y)];
      }),
    ],
  };
}

/// The pair under the mouse, or null.
function pairAt(chart, x, y) {
  if (!chart.containPixel({ gridIndex: 0 }, [x, y])) return null;
  const [column, row] = chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x, y]).map(Math.floor);
  return row >= 0 && column >= 0 && row < report.devices.length && column < report.devices.length
    ? [row, column]
    : null;
}

const deviceName = (i) => `device ${report.devices[i]} (node ${report.nodes[i]})`;
