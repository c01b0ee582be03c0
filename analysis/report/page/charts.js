// Charts. Each is drawn at once, and again when the theme, the width or a choice changes.

const allCharts = [];
const hasCharts = () => typeof echarts !== 'undefined';

/// A figure: caption, controls, chart, table. `option(theme)` gives what ECharts draws; `height` and `caption` may be
/// functions; `table()` what makeTable takes, with a title. `pointed(chart, x, y)` says what is under the mouse, in pixels of the
/// chart, where tooltips cannot. Returns {redraw, chart}.
function addChart(section, { title, caption, height, option, table, controls = [], ready, pointed }) {
  const box = element('div', { class: 'chart', role: 'img', 'aria-label': `${title}. The table below has the values.` });
  const beside = element('div');
  const says = element('figcaption');
  const figure = element('figure', {}, element('h3', {}, title), says,
                         controls.length ? element('div', { class: 'controls' }, ...controls) : null, box);
  if (pointed && hasCharts()) figure.append(element('output', { class: 'pointed faint' }));
  figure.append(beside);
  section.append(figure);
  const made = { title, box, figure, chart: null };
  const resize = () => { box.style.height = `${typeof height === 'function' ? height() : height}px`; };
  made.draw = () => {
    if (!made.chart) return;
    resize();
    made.chart.resize();
    made.chart.setOption({ ...common(currentTheme()), ...option(currentTheme()) }, { notMerge: true });
  };
  const unread = 'Point at the chart to read it.';
  made.redraw = () => {
    says.textContent = (typeof caption === 'function' ? caption() : caption) ?? '';
    const readout = figure.querySelector('.pointed');
    if (readout) readout.textContent = unread;
    const isOpen = beside.querySelector('details')?.open;
    beside.replaceChildren(tableBeside(table()));
    if (isOpen) beside.querySelector('details').open = true;
    made.draw();
  };
  if (hasCharts()) {
    resize();
    made.chart = echarts.init(box, null, { renderer: 'canvas' });
    new ResizeObserver(() => made.chart.resize()).observe(box);
    if (pointed) made.chart.getZr().on('mousemove', ({ offsetX, offsetY }) => {
      figure.querySelector('.pointed').textContent = pointed(made.chart, offsetX, offsetY) || unread;
    });
    ready?.(made);
  } else {
    box.replaceWith(element('p', { class: 'notice' }, report.no_charts));
  }
  allCharts.push(made);
  made.redraw();
  return made;
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
    name, nameLocation: 'middle', nameGap: 30,
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
    trigger, confine: true,
    backgroundColor: theme.raised, borderColor: theme.line,
    textStyle: { color: theme.ink },
    formatter: (params) => element('div', { class: 'tip' }, lines(params).join('\n')),
    ...more,
  };
}

function legend(theme, more = {}) {
  return { type: 'scroll', top: 0, left: 0, textStyle: { color: theme.ink }, pageTextStyle: { color: theme.ink },
           pageIconColor: theme.ink, pageIconInactiveColor: theme.line, inactiveColor: theme.faint, ...more };
}

/// Hatching, so that two parts of one colour are told apart.
function hatching(theme) {
  return { color: theme.paper, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, symbolSize: 1 };
}

/// Cells of a heat map run from `ramp`'s first colour to its last.
function colourScale(theme, most, text, more = {}) {
  return { min: 0, max: most || 1, calculable: true, orient: 'vertical', right: 0, top: 'middle', itemHeight: 220,
           inRange: { color: theme.ramp }, textStyle: { color: theme.ink }, formatter: text, ...more };
}

function redrawAll() {
  for (const made of allCharts) made.draw();
}
