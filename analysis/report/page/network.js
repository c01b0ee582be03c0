// The topology, each cable in the colour of its use.

const mostCables = 6000;

function networkSection() {
  const section = addSection(
    'network',
    'Network',
    'The topology: devices (dots, node by node in two shades), switches (squares), and cables in the colour of their busier direction.',
  );
  const { vertices, links } = report.network;
  if (links.length === 0) return;
  const state = { pattern: fastest().pattern };
  const cables = () => cablesOf(runs().findIndex((run) => run.pattern === state.pattern));
  const places = networkPlaces();
  const devices = vertices.filter((vertex) => vertex[1] !== null).length;
  const few =
    cables().length > mostCables
      ? ` The ${format.count(mostCables)} busiest of ${format.count(cables().length)} cables are drawn.`
      : '';
  const chart = addChart(section, {
    title: `${devices} devices, ${vertices.length - devices} switches, ${cables().length} cables`,
    height: 520,
    caption: `Use is bytes over the bandwidth that the transport achieves, over the whole layer: a link that is full half of the time has 50 %. Drag to pan.${few}`,
    controls: [stateChoice('Pattern', state, 'pattern', patternOptions(), () => chart.redraw())],
    option: (theme) => networkOption(theme, places, cables()),
    table: () => ({
      title: `cables and their use, ${state.pattern}`,
      caption: 'Both directions.',
      rows: cables(),
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
  const useOf = (link) =>
    link === null
      ? { utilization: 0, bytes: 0 }
      : { utilization: use[pattern].utilization[link], bytes: use[pattern].bytes[link] };
  const cables = [];
  for (let i = 0; i < links.length; i += 1) {
    const [from, to, kind, bandwidth, latency] = links[i];
    const isPair = i + 1 < links.length && links[i + 1][0] === to && links[i + 1][1] === from;
    const [forth, back] = [useOf(i), useOf(isPair ? i + 1 : null)];
    cables.push({
      from,
      to,
      class: kind,
      bandwidth,
      latency,
      forth,
      back,
      most: Math.max(forth.utilization, back.utilization),
    });
    if (isPair) i += 1;
  }
  return cables.sort((a, b) => a.most - b.most);
}

function networkOption(theme, places, cables) {
  const { vertices } = report.network;
  const drawn = cables.slice(-mostCables);
  const ramp = theme.ramp.slice(1);
  const size = Math.max(3, Math.min(16, 700 / vertices.length));
  const [width, height] = [Math.max(document.querySelector('main').clientWidth - 120, 200), 470];
  const isSmall = vertices.length <= 160;
  const label = (i, [, y]) => ({
    show: isSmall,
    position: y > 0.5 && vertices[i][1] === null ? 'bottom' : 'top',
    distance: vertices[i][1] === null ? 4 : 2,
    fontSize: vertices[i][1] === null ? 10 : 9,
    color: theme.ink,
    textBorderColor: theme.paper,
    textBorderWidth: 2,
    formatter: vertices[i][1] === null ? '{b}' : String(vertices[i][1]),
  });
  return {
    tooltip: tooltip(theme, 'item', (one) =>
      one.dataType === 'edge' ? cableLines(drawn[one.dataIndex]) : vertexLines(vertices[one.dataIndex]),
    ),
    graphic: colourBar(theme, ramp, { left: 4, top: 8, height: 200, low: '0 %', high: '100 %', title: 'use' }),
    series: [
      {
        type: 'graph',
        layout: 'none',
        left: 90,
        width,
        top: 24,
        height,
        roam: 'move',
        emphasis: { focus: 'adjacency' },
        data: vertices.map((vertex, i) => ({
          id: String(i),
          name: vertex[0],
          x: width * places[i][0],
          y: height * places[i][1],
          symbol: vertex[1] === null ? 'rect' : 'circle',
          symbolSize: size,
          itemStyle: {
            color: vertex[1] === null ? theme.faint : ['#e69f00', '#f6d58a'][(vertex[2] ?? 0) % 2],
            borderColor: theme.paper,
            borderWidth: 0.5,
          },
          label: label(i, places[i]),
        })),
        links: drawn.map((one) => ({
          source: String(one.from),
          target: String(one.to),
          lineStyle: { color: rampColour(ramp, one.most), width: 0.8 + 2.6 * one.most, opacity: 0.9, curveness: 0 },
        })),
      },
    ],
  };
}

/// A legend of colours, from `low` to `high`.
function colourBar(theme, ramp, { left, top, height, low, high, title }) {
  const text = (y, words_) => ({
    type: 'text',
    left: left + 22,
    top: y,
    silent: true,
    style: { text: words_, fill: theme.ink, fontSize: 12 },
  });
  return [
    {
      type: 'rect',
      left,
      top: top + 18,
      silent: true,
      shape: { width: 16, height },
      style: {
        fill: {
          type: 'linear',
          x: 0,
          y: 1,
          x2: 0,
          y2: 0,
          colorStops: ramp.map((color, i) => ({ offset: i / (ramp.length - 1), color })),
        },
      },
    },
    { type: 'text', left, top, silent: true, style: { text: title, fill: theme.ink, fontSize: 12 } },
    text(top + 16, high),
    text(top + 6 + height, low),
  ];
}

function cableLines(cable) {
  const { vertices } = report.network;
  const name = (i) => vertices[i][0];
  return [
    `${name(cable.from)} and ${name(cable.to)}: ${words(cable.class)}, ${format.rate(cable.bandwidth)}, ${format.seconds(cable.latency)}`,
    `${name(cable.from)} to ${name(cable.to)}: ${format.bytes(cable.forth.bytes)}, ${format.share(cable.forth.utilization)}`,
    `${name(cable.to)} to ${name(cable.from)}: ${format.bytes(cable.back.bytes)}, ${format.share(cable.back.utilization)}`,
  ];
}

const vertexLines = ([name, device, node]) => [
  `${name}: ${device === null ? 'switch' : `device ${device}`}${node === null ? '' : `, node ${node}`}`,
];
