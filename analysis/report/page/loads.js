// How many selections each expert and each device got.

function loadsSection() {
  const section = addSection('loads', 'Loads', 'Selections (token, expert) that were delivered in the last step, the same for every pattern.');
  const { load, resolved_scenario: scenario } = runs()[0];
  if (!load) {
    section.append(element('p', {}, 'Direct traffic: there is no router, and there are no experts.'));
    return;
  }
  const lost = load.dropped_selections > 0 ? `${format.count(load.dropped_selections)} of ${format.count(load.selections)} selections were dropped over capacity. ` : 'No selection was dropped. ';
  section.append(element('p', {}, `${lost}Rank ${busiest(load.device_loads)} is busiest, with ${format.ratio(load.max_over_mean)} the mean of ranks, and expert ${busiest(load.expert_loads)} with ${format.ratio(load.expert_max_over_mean)} that of experts.`));
  addLoadChart(section, 'expert', load.expert_loads, capacityOf(load, scenario));
  addLoadChart(section, 'device', load.device_loads, null);
}

const busiest = (loads) => loads.indexOf(largest(loads));

/// Selections that an expert takes at most, of all sources together, and in words; null without a limit, or where
/// sources have limits of their own.
function capacityOf(load, scenario) {
  const { expert_parallel: experts, workload } = scenario;
  if (load.capacity === null) return null;
  if (experts?.load_balancing === 'expert_choice_based') return { most: load.capacity, text: `capacity ${format.count(load.capacity)}` };
  if (!experts?.drop_tokens || typeof workload?.tokens_per_device !== 'number') return null;
  const sources = load.source_selections.length;
  return { most: load.capacity * sources, text: `capacity: ${format.count(load.capacity)} from each of ${sources} sources` };
}

/// The ranks that hold a copy of an expert.
function ranksOf(expert) {
  const { slots, devices } = runs()[0].placement;
  const perRank = slots.length / devices.length;
  return [...new Set(slots.flatMap((one, slot) => (one === expert ? [Math.floor(slot / perRank)] : [])))].join(', ');
}

function addLoadChart(section, what, loads, capacity) {
  const mean = loads.reduce((sum, one) => sum + one, 0) / loads.length;
  const state = { order: 'number' };
  const order = () => loads.map((_, i) => i).sort((a, b) => (state.order === 'load' ? loads[b] - loads[a] : 0) || a - b);
  const line = (value, text, type, theme) => ({ yAxis: value, lineStyle: { color: theme.ink, type, width: 1.5 }, label: { formatter: text, position: 'insideEndTop', color: theme.ink, backgroundColor: theme.paper, padding: [1, 4] } });
  let chart = null;
  chart = addChart(section, {
    title: `Load of each ${what === 'device' ? 'rank' : what}`, height: 300,
    caption: capacity && capacity.most > 3 * largest(loads) ? `${capacity.text}: far above what is drawn.` : undefined,
    controls: [choice('Order', [['number', `by ${what === 'device' ? 'rank' : 'number'}`], ['load', 'by load']], (value) => { state.order = value; chart.redraw(); })],
    option: (theme) => ({
      grid: { left: 20, right: 24, top: 24, bottom: 20, outerBoundsMode: 'same' },
      tooltip: tooltip(theme, 'axis', ([one]) => [`${what === 'device' ? 'rank' : what} ${one.name}: ${format.count(one.value)} selections, ${format.ratio(one.value / (mean || 1))} the mean`], { axisPointer: { type: 'shadow' } }),
      xAxis: axis(theme, what === 'device' ? 'rank' : 'expert', { type: 'category', data: order().map(String) }),
      yAxis: axis(theme, 'selections', { type: 'value', nameGap: 60,
        max: capacity && capacity.most <= 3 * largest(loads) ? (extent) => Math.max(extent.max, capacity.most) : undefined }),
      series: [{ type: 'bar', data: order().map((i) => loads[i]), barCategoryGap: '10%', itemStyle: { color: parts.expert },
                 markLine: { symbol: 'none', silent: true, data: [line(mean, `mean ${format.count(Math.round(mean))}`, 'dashed', theme),
                   ...(capacity && capacity.most <= 3 * largest(loads) ? [line(capacity.most, capacity.text, 'solid', theme)] : [])] } }],
    }),
    table: () => ({
      title: `load of each ${what === 'device' ? 'rank' : what}`, caption: 'Delivered selections.', rows: loads.map((_, i) => i),
      columns: [
        { name: what === 'device' ? 'rank' : 'expert', kind: 'count', of: (i) => i },
        { name: 'selections', kind: 'count', of: (i) => loads[i] },
        { name: 'over mean', kind: 'ratio', of: (i) => loads[i] / (mean || 1) },
        ...(what === 'device' ? [{ name: 'device', kind: 'count', of: (i) => runs()[0].placement.devices[i] }] : []),
        ...(what === 'expert' ? [{ name: 'asked for', kind: 'count', of: (i) => runs()[0].load.expert_selections[i] },
                                 { name: 'on ranks', kind: 'text', of: ranksOf }] : []),
      ],
    }),
  });
}
