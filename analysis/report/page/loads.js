// How many selections each expert and each device got.

function loadsSection() {
  const section = addSection(
    'loads',
    'Loads',
    'Selections (token, expert) that were delivered in the last step, the same for every pattern.',
  );
  const { load, resolved_scenario: scenario } = runs()[0];
  if (!load) {
    section.append(element('p', {}, 'Direct traffic: there is no router, and there are no experts.'));
    return;
  }
  const lost =
    load.dropped_selections > 0
      ? `${format.count(load.dropped_selections)} of ${format.count(load.selections)} selections were dropped over capacity. `
      : 'No selection was dropped. ';
  section.append(
    element(
      'p',
      {},
      `${lost}Rank ${busiest(load.device_loads)} is busiest, with ${format.ratio(load.max_over_mean)} the mean of ranks, and expert ${busiest(load.expert_loads)} with ${format.ratio(load.expert_max_over_mean)} that of experts.`,
    ),
  );
  const capacity = capacityOf(load, scenario);
  addLoadChart(section, 'expert', load.expert_loads, capacity);
  addLoadChart(section, 'rank', load.device_loads, capacity && capacityOfRank(capacity));
}

const busiest = (loads) => loads.indexOf(largest(loads));

/// Selections that an expert takes at most, of all sources together, and in words; null without a limit, or where
/// sources have limits of their own.
function capacityOf(load, scenario) {
  const { expert_parallel: experts, workload } = scenario;
  if (load.capacity === null) return null;
  if (experts?.load_balancing === 'expert_choice_based')
    return { most: load.capacity, text: `capacity ${format.count(load.capacity)}` };
  if (!experts?.drop_tokens || typeof workload?.tokens_per_device !== 'number') return null;
  const sources = load.source_selections.length;
  return {
    most: load.capacity * sources,
    text: `capacity: ${format.count(load.capacity)} from each of ${sources} sources`,
  };
}

/// What the experts of a rank take together; null where experts have copies on several ranks.
function capacityOfRank(capacity) {
  const { slots, devices } = runs()[0].placement;
  if (new Set(slots).size < slots.length) return null;
  const experts = slots.length / devices.length;
  return { most: capacity.most * experts, text: `capacity of its ${experts} experts` };
}

/// The ranks that hold a copy of an expert.
function ranksOf(expert) {
  const { slots, devices } = runs()[0].placement;
  const perRank = slots.length / devices.length;
  return [...new Set(slots.flatMap((one, slot) => (one === expert ? [Math.floor(slot / perRank)] : [])))].join(', ');
}

/// `what` is expert or rank.
function addLoadChart(section, what, loads, capacity) {
  const state = { order: 'number' };
  const orders = [
    ['number', 'by number'],
    ['load', 'by load'],
  ];
  // A limit far above all loads would press them to the ground.
  const isFar = capacity !== null && capacity.most > 3 * largest(loads);
  const chart = addChart(section, {
    title: `Load of each ${what}`,
    height: 300,
    caption: isFar ? `${capacity.text}: far above what is drawn.` : undefined,
    controls: [stateChoice('Order', state, 'order', orders, () => chart.redraw())],
    option: (theme) => loadOption(theme, what, loads, isFar ? null : capacity, state.order),
    table: () => loadTable(what, loads),
  });
}

const meanOf = (list) => list.reduce((sum, one) => sum + one, 0) / (list.length || 1);

function loadOption(theme, what, loads, capacity, orderedBy) {
  const mean = meanOf(loads);
  const order = loads.map((_, i) => i).sort((a, b) => (orderedBy === 'load' ? loads[b] - loads[a] : 0) || a - b);
  const line = (value, text, type) => ({
    yAxis: value,
    lineStyle: { color: theme.ink, type, width: 1.5 },
    label: {
      formatter: text,
      position: 'insideEndTop',
      color: theme.ink,
      backgroundColor: theme.paper,
      padding: [1, 4],
    },
  });
  const lines = [line(mean, `mean ${format.count(Math.round(mean))}`, 'dashed')];
  if (capacity) lines.push(line(capacity.most, capacity.text, 'solid'));
  const tell = ([one]) => [
    `${what} ${one.name}: ${format.count(one.value)} selections, ${format.ratio(one.value / (mean || 1))} the mean`,
  ];
  return {
    grid: { left: 20, right: 24, top: 24, bottom: 20, outerBoundsMode: 'same' },
    tooltip: tooltip(theme, 'axis', tell, { axisPointer: { type: 'shadow' } }),
    xAxis: axis(theme, what, { type: 'category', data: order.map(String) }),
    yAxis: axis(theme, 'selections', {
      type: 'value',
      nameGap: 60,
      max: capacity ? (extent) => Math.max(extent.max, capacity.most) : undefined,
    }),
    series: [
      {
        type: 'bar',
        data: order.map((i) => loads[i]),
        barCategoryGap: '10%',
        itemStyle: { color: parts.expert },
        markLine: { symbol: 'none', silent: true, data: lines },
      },
    ],
  };
}

function loadTable(what, loads) {
  const { load, placement } = runs()[0];
  const own = {
    rank: [{ name: 'device', kind: 'count', of: (i) => placement.devices[i] }],
    expert: [
      { name: 'asked for', kind: 'count', of: (i) => load.expert_selections[i] },
      { name: 'on ranks', kind: 'text', of: ranksOf },
    ],
  };
  return {
    title: `load of each ${what}`,
    caption: 'Delivered selections.',
    rows: loads.map((_, i) => i),
    columns: [
      { name: what, kind: 'count', of: (i) => i },
      { name: 'selections', kind: 'count', of: (i) => loads[i] },
      { name: 'over mean', kind: 'ratio', of: (i) => loads[i] / (meanOf(loads) || 1) },
      ...own[what],
    ],
  };
}
