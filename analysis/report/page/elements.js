// The page is built from elements whose text is text: nothing from a scenario is ever parsed as HTML.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/// A section of the page, empty but for its heading and what it shows.
function addSection(id, title, ...lines) {
  const section = element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, title),
  );
  for (const line of lines) section.append(element('p', { class: 'faint' }, line));
  document.querySelector('main').append(section);
  document.querySelector('nav').append(element('a', { href: `#${id}` }, title));
  return section;
}

/// A labelled list to choose from. `options` are [value, text]; calls chosen(value) at every change.
function choice(name, options, chosen, first) {
  const label = name.charAt(0).toUpperCase() + name.slice(1);
  const select = element('select', { 'aria-label': label });
  for (const [value, text] of options) select.append(element('option', { value }, text));
  if (first !== undefined) select.value = first;
  const line = element('label', {}, `${label} `, select);
  const told = () => line.setAttribute('data-chosen', select.selectedOptions[0]?.textContent ?? '');
  select.addEventListener('change', () => {
    told();
    chosen(select.value);
  });
  told();
  return line;
}

/// A choice of state[key]; changed() after every change.
function stateChoice(label, state, key, options, changed) {
  const keep = (value) => {
    state[key] = value;
    changed();
  };
  return choice(label, options, keep, state[key]);
}
