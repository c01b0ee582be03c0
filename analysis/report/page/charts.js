// Charts. Each is drawn at once, and again when the theme, the width or a choice changes.

const allCharts = [];
const hasCharts = () => typeof echarts !== 'undefined';

/// A figure: caption, controls, chart, table. `option(theme)` gives what ECharts draws; `height` and `caption` may be
/// functions; `table()` what makeTable takes, with a title. `pointed(chart, x, y)` says what is under the mouse, in pixels of the
/// chart, where tooltips cannot. Returns {figure, chart (null without the library), draw, redraw, unread}.
function addChart(section, { title, caption, height, option, table, controls = [], ready, pointed }) {
  const { figure, box, says, readout, beside } = chartFrame(title, controls, pointed);
  section.append(figure);
  const made = { figure, chart: null };
  const setHeight = () => {
    box.style.height = `${typeof height === 'function' ? height() : height}px`;
  };
  // Only where its box has another size: ECharts draws all anew.
  const fit = () => {
    if (made.chart.getWidth() !== box.clientWidth || made.chart.getHeight() !== box.clientHeight) made.chart.resize();
  };
  made.draw = () => {
    if (!made.chart) return;
    setHeight();
    fit();
    made.chart.setOption({ ...common(currentTheme()), ...option(currentTheme()) }, { notMerge: true });
  };
  // What was read is of another picture.
  made.unread = () => {
    if (readout) readout.textContent = 'Point at the chart to read it.';
  };
  made.redraw = () => {
    says.textContent = (typeof caption === 'function' ? caption() : caption) ?? '';
    made.unread();
    const isOpen = beside.querySelector('details')?.open;
    beside.replaceChildren(tableBeside(table()));
    if (isOpen) beside.querySelector('details').open = true;
    made.draw();
  };
  if (hasCharts()) {
    setHeight();
    made.chart = echarts.init(box, null, { renderer: 'canvas' });
    new ResizeObserver(fit).observe(box);
    if (readout)
      made.chart.getZr().on('mousemove', ({ offsetX, offsetY }) => {
        made.unread();
        readout.textContent = pointed(made.chart, offsetX, offsetY) || readout.textContent;
      });
    ready?.(made);
  }
  allCharts.push(made);
  made.redraw();
  return made;
}

/// Where a chart will be, or why there is none, and its table beside it.
function chartFrame(title, controls, pointed) {
  const label = `${title}. The table below has the values.`;
  const box = hasCharts()
    ? element('div', { class: 'chart', role: 'img', 'aria-label': label })
    : element('p', { class: 'notice' }, report.no_charts);
  const says = element('figcaption');
  const readout = pointed && hasCharts() ? element('output', { class: 'pointed faint' }) : null;
  const beside = element('div');
  const above = controls.length ? element('div', { class: 'controls' }, ...controls) : null;
  const figure = element('figure', {}, element('h3', {}, title), says, above, box, readout, beside);
  return { figure, box, says, readout, beside };
}

/// What all charts share.
function common(theme) {
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { color: theme.ink, fontFamily: 'system-ui, "Liberation Sans", Arial, sans-serif' },
    aria: { enabled: false },
  };
}

/// An axis with its name in the middle.
function axis(theme, name, more = {}) {
  const { axisLabel, ...rest } = more;
  return {
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: { color: theme.ink, fontSize: 13 },
    axisLine: { show: true, lineStyle: { color: theme.faint } },
    axisTick: { lineStyle: { color: theme.faint } },
    axisLabel: { color: theme.ink, hideOverlap: true, ...axisLabel },
    splitLine: { lineStyle: { color: theme.line } },
    ...rest,
  };
}

/// Labels of a value axis that ends where the data end, at no round number.
const openEnd = { showMinLabel: true, showMaxLabel: false, formatter: (value) => String(Number(value.toPrecision(9))) };

/// A tooltip whose lines are text. `lines(params)` gives a list of strings.
function tooltip(theme, trigger, lines, more = {}) {
  return {
    trigger,
    confine: true,
    backgroundColor: theme.raised,
    borderColor: theme.line,
    textStyle: { color: theme.ink },
    formatter: (params) => element('div', { class: 'tip' }, lines(params).join('\n')),
    ...more,
  };
}

function legend(theme, more = {}) {
  return {
    type: 'scroll',
    top: 0,
    left: 0,
    textStyle: { color: theme.ink },
    pageTextStyle: { color: theme.ink },
    pageIconColor: theme.ink,
    pageIconInactiveColor: theme.line,
    inactiveColor: theme.faint,
    ...more,
  };
}

/// Hatching, so that two parts of one colour are told apart.
function hatching(theme) {
  return { color: theme.paper, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, symbolSize: 1 };
}

/// Cells of a heat map run from `ramp`'s first colour to its last.
function colourScale(theme, most, text, more = {}) {
  return {
    min: 0,
    max: most || 1,
    calculable: true,
    orient: 'vertical',
    right: 0,
    top: 'middle',
    itemHeight: 220,
    inRange: { color: theme.ramp },
    textStyle: { color: theme.ink },
    formatter: text,
    ...more,
  };
}

/// On paper a picture takes the place of each chart: pages are narrower, and a chart may be several canvases.
function redrawAll() {
  for (const made of allCharts) {
    made.draw();
    made.figure.querySelector('.printed')?.remove();
    if (!isPrinting || !made.chart) continue;
    const picture = made.chart.getDataURL({ pixelRatio: 2, backgroundColor: currentTheme().paper });
    made.figure.querySelector('.chart').after(element('img', { class: 'printed', src: picture, alt: '' }));
  }
}
