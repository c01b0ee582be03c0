// The topology, each cable in the colour of its use.

const mostCables = 6000;

function networkSection() {
  const section = addSection('network', 'Network', 'The topology: devices (dots, in the order of their nodes), switches (squares), and cables in the colour of their busier direction.');
  const { vertices, links } = report.network;
  if (links.length === 0) return;
  const names = runs().map((run) => run.pattern);
  const state = { pattern: fastest().pattern };
  const cables = () => cablesOf(runs().findIndex((run) => run.pattern === state.pattern));
  const places = networkPlaces();
  const devices = vertices.filter((vertex) => vertex[1] !== null).length;
  const few = cables().length > mostCables ? ` The ${format.count(mostCables)} busiest of ${format.count(cables().length)} cables are drawn.` : '';
  let chart = null;
  chart = addChart(section, {
    title: `${devices} devices, ${vertices.length - devices} switches, ${cables().length} cables`, height: 520,
    caption: `Drag to pan, the wheel is left to the page. Use is bytes over the bandwidth that the transport achieves, over the layer.${few}`,
    controls: [choice('Pattern', names.map((one) => [one, one]), (value) => { state.pattern = value; chart.redraw(); }, state.pattern)],
    option: (theme) => networkOption(theme, places, cables()),
    table: () => ({
      title: `cables and their use, ${state.pattern}`, caption: 'Both directions.', rows: cables(),
      columns: [
        { name: 'from', kind: 'text', of: (one) => vertices[one.from][0] },
        { name: 'to', kind: 'text', of: (one) => vertices[one.to][0] },
        { name: 'class', kind: 'text', of: (one) => words(one.class) },
        { name: 'bandwidth', kind: 'rate', of: (one) => one.bandwidth },
        { name: 'latency', kind: 'seconds', of: (one) => one.latency },
        { name: 'use', kind: 'share', of: (one) => one.forth.utilization },
        { name: 'use back', kind: 'share', of: (one) => one.back.utilization },
        { name: 'bytes', kind: 'bytes', of: (one) => one.forth.bytes },
        { name: 'bytes back', kind: 'bytes', of: (one) => one.back.bytes },
      ],
    }),
  });
}

/// Links in pairs: epsim makes both directions of a cable one after the other. Busiest last, so that they are drawn in front.
function cablesOf(pattern) {
  const { links, use } = report.network;
  const useOf = (link) => (link === null ? { utilization: 0, bytes: 0 } : { utilization: use[pattern].utilization[link], bytes: use[pattern].bytes[link] });
  const cables = [];
  for (let i = 0; i < links.length; i += 1) {
    const [from, to, kind, bandwidth, latency] = links[i];
    const isPair = i + 1 < links.length && links[i + 1][0] === to && links[i + 1][1] === from;
    const [forth, back] = [useOf(i), useOf(isPair ? i + 1 : null)];
    cables.push({ from, to, class: kind, bandwidth, latency, forth, back, most: Math.max(forth.utilization, back.utilization) });
    if (isPair) i += 1;
  }
  return cables.sort((a, b) => a.most - b.most);
}

/// Where vertices stand, in a box of 1 x 1: devices in one row, their node's switches below, the others above, the
/// farther the higher. Without switches a torus is a grid and anything else a circle.
function networkPlaces() {
  const { vertices, links } = report.network;
  if (vertices.every((vertex) => vertex[1] !== null)) return torusPlaces() ?? vertices.map((_, i) => circlePlace(i, vertices.length));
  const level = networkLevels(vertices, links);
  const places = vertices.map(() => [0.5, 0]);
  const highest = Math.max(1, ...level), lowest = Math.min(...level);
  const byLevel = [...new Set(level)].sort((a, b) => Math.abs(a) - Math.abs(b));
  for (const one of byLevel) {
    const members = vertices.map((_, i) => i).filter((i) => level[i] === one);
    const centre = (i) => {
      const near = links.filter(([from, to]) => from === i && Math.abs(level[to]) < Math.abs(one)).map(([, to]) => places[to][0]);
      return near.length ? near.reduce((a, b) => a + b, 0) / near.length : 0.5;
    };
    const wanted = new Map(members.map((i) => [i, one === 0 ? vertices[i][1] : centre(i)]));
    members.sort((a, b) => wanted.get(a) - wanted.get(b) || vertices[a][0].localeCompare(vertices[b][0], 'en', { numeric: true }));
    members.forEach((i, k) => { places[i] = [(k + 0.5) / members.length, 1 - (one - lowest) / (highest - lowest || 1)]; });
  }
  return places;
}

/// Steps from the devices: up over scale-out, down (negative) for what is inside a node and carries scale-up alone.
function networkLevels(vertices, links) {
  const level = vertices.map((vertex) => (vertex[1] === null ? null : 0));
  const outside = new Set(links.filter((link) => link[2] === 'scale_out').flatMap(([from, to]) => [from, to]));
  let edge = vertices.map((_, i) => i).filter((i) => level[i] === 0);
  for (let step = 1; edge.length; step += 1) {
    const next = new Set();
    for (const [from, to] of links) if (level[from] !== null && level[to] === null && edge.includes(from)) next.add(to);
    for (const i of next) level[i] = outside.has(i) || report.network.links.every((link) => link[2] === 'scale_up') ? step : -step;
    edge = [...next];
  }
  return level.map((one) => one ?? 0);
}

const circlePlace = (i, count) => [0.5 + 0.48 * Math.sin((2 * Math.PI * i) / count), 0.5 - 0.48 * Math.cos((2 * Math.PI * i) / count)];

/// Of a torus's first two dimensions, further ones as grids side by side; null for anything else.
function torusPlaces() {
  const { platform } = runs()[0].resolved_scenario;
  const shape = platform?.dimensions;
  if (!Array.isArray(shape) || shape.length < 2 || shape.reduce((a, b) => a * b, 1) !== report.network.vertices.length) return null;
  const placesOf = (dimensions) => report.network.vertices.map((_, i) => {
    const [width, height] = dimensions;
    const grids = report.network.vertices.length / (width * height);
    const [x, y, grid] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    return [(grid + (x + 0.5) / (width + 0.6)) / grids, (y + 0.5) / height + 0.02 * x];
  });
  const length = (places) => report.network.links.reduce((sum, [from, to]) => sum + Math.hypot(places[from][0] - places[to][0], places[from][1] - places[to][1]), 0);
  const [first, last] = [placesOf(shape), placesOf([...shape].reverse())];
  return length(first) <= length(last) ? first : last;
}

function networkOption(theme, places, cables) {
  const { vertices } = report.network;
  const drawn = cables.slice(-mostCables);
  const ramp = theme.ramp.slice(1);
  const size = Math.max(3, Math.min(16, 700 / vertices.length));
  return {
    tooltip: tooltip(theme, 'item', (one) => (one.dataType === 'edge' ? cableLines(drawn[one.dataIndex]) : vertexLines(vertices[one.dataIndex]))),
    graphic: colourBar(theme, ramp, { left: 4, top: 8, height: 200, low: '0 %', high: '100 %', title: 'use' }),
    series: [{
      type: 'graph', layout: 'none', left: 80, right: 30, top: 24, bottom: 24, roam: 'move', preserveAspect: false, emphasis: { focus: 'adjacency' },
      data: vertices.map((vertex, i) => ({
        id: String(i), name: vertex[0], x: 1000 * places[i][0], y: 500 * places[i][1], symbol: vertex[1] === null ? 'rect' : 'circle', symbolSize: vertex[1] === null ? size * 1.3 : size,
        itemStyle: { color: vertex[1] === null ? theme.faint : seriesColours[(vertex[2] ?? 0) % 2 ? 0 : 5], borderColor: theme.paper, borderWidth: 0.5 },
        label: { show: vertices.length <= 160 && vertex[1] === null, position: 'top', fontSize: 10, color: theme.ink, formatter: '{b}' },
      })),
      links: drawn.map((one) => ({ source: String(one.from), target: String(one.to), lineStyle: { color: rampColour(ramp, one.most), width: 0.8 + 2.6 * one.most, opacity: 0.9, curveness: 0 } })),
    }],
  };
}

/// A legend of colours, from `low` to `high`.
function colourBar(theme, ramp, { left, top, height, low, high, title }) {
  const text = (y, words_) => ({ type: 'text', left: left + 22, top: y, silent: true, style: { text: words_, fill: theme.ink, fontSize: 12 } });
  return [
    { type: 'rect', left, top: top + 18, silent: true, shape: { width: 16, height }, style: { fill: { type: 'linear', x: 0, y: 1, x2: 0, y2: 0,
      colorStops: ramp.map((color, i) => ({ offset: i / (ramp.length - 1), color })) } } },
    { type: 'text', left, top, silent: true, style: { text: title, fill: theme.ink, fontSize: 12 } },
    text(top + 16, high), text(top + 6 + height, low),
  ];
}

function cableLines(cable) {
  const { vertices } = report.network;
  const name = (i) => vertices[i][0];
  return [`${name(cable.from)} and ${name(cable.to)}: ${words(cable.class)}, ${format.rate(cable.bandwidth)}, ${format.seconds(cable.latency)}`,
          `${name(cable.from)} to ${name(cable.to)}: ${format.bytes(cable.forth.bytes)}, ${format.share(cable.forth.utilization)}`,
          `${name(cable.to)} to ${name(cable.from)}: ${format.bytes(cable.back.bytes)}, ${format.share(cable.back.utilization)}`];
}

const vertexLines = ([name, device, node]) => [`${name}: ${device === null ? 'switch' : `device ${device}`}${node === null ? '' : `, node ${node}`}`];
