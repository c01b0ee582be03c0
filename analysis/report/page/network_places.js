// Where devices and switches of a topology stand, in a box of 1 x 1.

/// Trees stand in rows. Where switches of one kind are joined to each other (rings, tori, meshes, dragonflies), those are
/// a circle, or the grid of a torus, and the others stand outside of them.
function networkPlaces() {
  const { vertices, links } = report.network;
  const level = networkLevels(vertices, links);
  const core = flatCore(level, links);
  return core.length ? flatPlaces(core, vertices, links) : rowPlaces(level, vertices, links);
}

/// Steps from the devices: up over scale-out, down (negative) for what is inside a node and carries scale-up alone.
function networkLevels(vertices, links) {
  const level = vertices.map((vertex) => (vertex[1] === null ? null : 0));
  const outside = new Set(links.filter((link) => link[2] === 'scale_out').flatMap(([from, to]) => [from, to]));
  const isOneFabric = outside.size === 0;
  let edge = new Set(vertices.flatMap((_, i) => (level[i] === 0 ? [i] : [])));
  for (let step = 1; edge.size; step += 1) {
    const next = new Set();
    for (const [from, to] of links) if (edge.has(from) && level[to] === null) next.add(to);
    for (const i of next) level[i] = isOneFabric || outside.has(i) ? step : -step;
    edge = next;
  }
  return level.map((one) => one ?? 0);
}

/// The vertices of the level whose members are joined to each other; none in a tree.
function flatCore(level, links) {
  const joined = links.find(([from, to]) => level[from] === level[to]);
  return joined ? level.flatMap((one, i) => (one === level[joined[0]] ? [i] : [])) : [];
}

function rowPlaces(level, vertices, links) {
  const places = vertices.map(() => [0.5, 0]);
  const [highest, lowest] = [largest(level), -largest(level.map((one) => -one))];
  const near = vertices.map(() => []);
  for (const [from, to] of links) near[from].push(to);
  for (const one of [...new Set(level)].sort((a, b) => Math.abs(a) - Math.abs(b))) {
    const members = vertices.flatMap((_, i) => (level[i] === one ? [i] : []));
    const centre = (i) => {
      const inner = near[i].filter((other) => Math.abs(level[other]) < Math.abs(one));
      return inner.length ? inner.reduce((sum, other) => sum + places[other][0], 0) / inner.length : 0.5;
    };
    const wanted = new Map(members.map((i) => [i, one === 0 ? vertices[i][1] : centre(i)]));
    members.sort(
      (a, b) => wanted.get(a) - wanted.get(b) || vertices[a][0].localeCompare(vertices[b][0], 'en', { numeric: true }),
    );
    members.forEach((i, k) => {
      places[i] = [(k + 0.5) / members.length, 1 - (one - lowest) / (highest - lowest || 1)];
    });
  }
  return places;
}

const circlePlace = (turn, radius) => [
  0.5 + 0.5 * radius * Math.sin(2 * Math.PI * turn),
  0.5 - 0.5 * radius * Math.cos(2 * Math.PI * turn),
];

/// Whatever is not of the core stands beside the member that it is joined to.
function flatPlaces(core, vertices, links) {
  const shape = runs()[0].resolved_scenario.platform?.dimensions;
  const isGrid = Array.isArray(shape) && shape.length > 1 && shape.reduce((a, b) => a * b, 1) === core.length;
  const grid = isGrid ? gridPlaces(core, shape, links) : null;
  const places = vertices.map(() => null);
  const turn = new Map(core.map((i, k) => [i, k / core.length]));
  core.forEach((i, k) => {
    places[i] = grid ? grid[k] : circlePlace(turn.get(i), core.length === vertices.length ? 0.96 : 0.7);
  });
  const near = vertices.map(() => []);
  for (const [from, to] of links) near[from].push(to);
  let edge = core;
  for (let distance = 1; edge.length; distance += 1) {
    const next = [];
    for (const i of edge) {
      const others = [...new Set(near[i].filter((other) => places[other] === null))];
      others.forEach((other, k) => {
        const aside = (k - (others.length - 1) / 2) / others.length;
        turn.set(other, turn.get(i) + (aside * 0.8) / core.length);
        places[other] = grid
          ? [
              places[i][0] + 0.3 / shapeWidth(shape) + (aside * 0.5) / shapeWidth(shape),
              places[i][1] - 0.35 / shapeHeight(shape),
            ]
          : circlePlace(turn.get(other), 0.7 + 0.26 * distance);
        next.push(other);
      });
    }
    edge = next;
  }
  return places.map((place) => place ?? [0.5, 0.5]);
}

/// Cells across and down: the third and further dimensions are grids side by side.
const shapeWidth = (shape) => (shape.reduce((a, b) => a * b, 1) / shape[1]) * 1.05;
const shapeHeight = (shape) => shape[1];

/// Of a torus, with the order of dimensions in which neighbours stand nearest. Rows lean, so that the cables that lead
/// around are not hidden by those between.
function gridPlaces(core, dimensions, links) {
  const index = new Map(core.map((i, k) => [i, k]));
  const placesOf = ([width, height]) =>
    core.map((_, k) => {
      const [x, y, plane] = [k % width, Math.floor(k / width) % height, Math.floor(k / (width * height))];
      const planes = core.length / (width * height);
      return [(plane + (x + 0.3 + 0.25 * (y % 2)) / (width + 0.3)) / planes, (y + 0.55 + 0.2 * (x % 2)) / height];
    });
  const length = (places) =>
    links.reduce((sum, [from, to]) => {
      if (!index.has(from) || !index.has(to)) return sum;
      const [a, b] = [places[index.get(from)], places[index.get(to)]];
      return sum + Math.hypot(a[0] - b[0], a[1] - b[1]);
    }, 0);
  const [first, last] = [placesOf(dimensions), placesOf([...dimensions].reverse())];
  return length(first) <= length(last) ? first : last;
}
