// The status page, live: asks for -/live each second, keeps five minutes of it, and draws. Everything
// that comes from the host is set as text, never as markup.
'use strict';

(() => {
  const KEEP_MS = 5 * 60 * 1000;
  const EVERY_MS = 1000;
  const EVERY_HIDDEN_MS = 5000;
  const GIVE_UP_MS = 5000;
  const FILESYSTEMS_EVERY = 10;
  // Points further apart than this belong to no line: nobody looked in between.
  const GAP_MS = 7500;
  const SHORTEST_MS = 60 * 1000;
  const LEVELS = ['OFF', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'];
  const ALL = '';

  const byId = (id) => document.getElementById(id);
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const scaled = (value, base, units) => {
    let unit = 0;
    while (Math.abs(value) >= base && unit < units.length - 1) {
      value /= base;
      ++unit;
    }
    const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return value.toFixed(digits) + units[unit];
  };
  const bytes = (value) => scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB']);
  const bytesASecond = (value) => bytes(value) + '/s';
  const percent = (value) => value.toFixed(value < 10 ? 1 : 0) + ' %';
  const plain = (value) => value.toFixed(2);
  const duration = (seconds) => {
    const parts = [[86400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
    let text = '';
    for (const [size, unit] of parts) {
      const count = Math.floor(seconds / size);
      if (count > 0 && text.length < 5) text += count + unit;
      seconds -= count * size;
    }
    return text || '0s';
  };

  // What moved a second between two looks; null where the counter is not in both, or began anew.
  const rate = (before, now, seconds, read) => {
    const was = read(before);
    const is = read(now);
    if (was === undefined || is === undefined || is < was) return null;
    return (is - was) / seconds;
  };
  // The sum of a part over devices: one, or all but the loopback.
  const deviceRate = (before, now, seconds, kind, device, part) => {
    let sum = null;
    for (const name of Object.keys(now[kind])) {
      if (device === ALL ? name === 'lo' : name !== device) continue;
      const one = rate(before, now, seconds, (figures) => (figures[kind][name] || {})[part]);
      if (one !== null) sum = (sum || 0) + one;
    }
    return sum;
  };

  const CPU_MODES = [
    ['user', ['user', 'nice'], '#3b82c4'],
    ['system', ['system'], '#d1434b'],
    ['I/O wait', ['iowait'], '#d99a1c'],
    ['interrupts', ['irq', 'softirq'], '#8e63c7'],
    ['stolen', ['steal'], '#888888'],
  ];

  const CHARTS = [
    {
      id: 'cpu',
      title: 'CPU',
      labels: CPU_MODES.map((mode) => mode[0]),
      colors: CPU_MODES.map((mode) => mode[2]),
      format: percent,
      options: {stackedGraph: true, valueRange: [0, 100.5]},
      has: (figures) => figures.cpus > 0,
      note: (figures) => figures.cpus + (figures.cpus === 1 ? ' CPU' : ' CPUs'),
      row: (before, now, seconds) => {
        const of = (names) => (figures) => names.reduce((sum, name) => sum + (figures.cpu[name] || 0), 0);
        return CPU_MODES.map((mode) => {
          const one = rate(before, now, seconds, of(mode[1]));
          return one === null ? null : 100 * one / now.cpus;
        });
      },
    },
    {
      id: 'memory',
      title: 'Memory',
      labels: ['used', 'cache', 'free'],
      colors: ['#3b82c4', '#8e63c7', '#2a8f4e'],
      format: bytes,
      options: {stackedGraph: true, includeZero: true, labelsKMG2: true},
      has: (figures) => figures.memory !== undefined,
      note: (figures) => bytes(figures.memory.total) + ', swap ' +
          (figures.memory.swap_total === 0 ? 'none' :
            bytes(figures.memory.swap_total - figures.memory.swap_free) + ' of ' + bytes(figures.memory.swap_total)),
      row: (before, now) => {
        const memory = now.memory;
        if (!memory) return [null, null, null];
        const available = memory.available || memory.free + memory.cached;
        return [memory.total - available, Math.max(available - memory.free, 0), memory.free];
      },
    },
    {
      id: 'network',
      title: 'Network',
      labels: ['received', 'transmitted'],
      colors: ['#2a8f4e', '#3b82c4'],
      format: bytesASecond,
      options: {includeZero: true, labelsKMG2: true},
      devices: 'networks',
      all: 'all but lo',
      has: (figures) => Object.keys(figures.networks).length > 0,
      row: (before, now, seconds, device) => ['received', 'transmitted'].map(
          (part) => deviceRate(before, now, seconds, 'networks', device, part)),
    },
    {
      id: 'disk',
      title: 'Disk',
      labels: ['read', 'written'],
      colors: ['#2a8f4e', '#d99a1c'],
      format: bytesASecond,
      options: {includeZero: true, labelsKMG2: true},
      devices: 'disks',
      all: 'all disks',
      has: (figures) => Object.keys(figures.disks).length > 0,
      row: (before, now, seconds, device) => ['read', 'written'].map(
          (part) => deviceRate(before, now, seconds, 'disks', device, part)),
    },
    {
      id: 'pressure',
      title: 'Pressure: time that some task waited',
      labels: ['CPU', 'I/O', 'memory'],
      colors: ['#3b82c4', '#d99a1c', '#d1434b'],
      format: percent,
      options: {includeZero: true},
      has: (figures) => figures.pressure !== undefined,
      row: (before, now, seconds) => ['cpu', 'io', 'memory'].map((part) => {
        const one = rate(before, now, seconds, (figures) => (figures.pressure || {})[part]);
        return one === null ? null : Math.min(100 * one, 100);
      }),
    },
    {
      id: 'load',
      title: 'Load',
      labels: ['1 minute', '5 minutes', '15 minutes'],
      colors: ['#3b82c4', '#8e63c7', '#888888'],
      format: plain,
      options: {includeZero: true},
      has: (figures) => figures.load !== undefined,
      row: (before, now) => now.load || [null, null, null],
    },
  ];

  // One chart: its frame, its points, and the device that it shows where it has several.
  class Chart {
    constructor(spec, others) {
      this.spec = spec;
      this.others = others;
      this.device = ALL;
      this.rows = [];
      this.build();
    }

    build() {
      const spec = this.spec;
      this.figure = make('figure');
      this.figure.id = 'chart-' + spec.id;
      const caption = make('figcaption');
      caption.append(make('strong', spec.title));
      this.note = make('span', '', 'quiet');
      caption.append(this.note);
      if (spec.devices) caption.append(this.buildSelect());
      this.legend = make('div', undefined, 'legend');
      this.plot = make('div', undefined, 'plot');
      this.plot.setAttribute('role', 'img');
      this.plot.setAttribute('aria-label', spec.title + ', last five minutes');
      this.figure.append(caption, this.plot, this.legend);
      byId('charts').append(this.figure);
      new ResizeObserver(() => this.graph && this.graph.resize()).observe(this.plot);
    }

    buildSelect() {
      this.select = make('select');
      this.select.setAttribute('aria-label', this.spec.title + ' device');
      this.select.append(new Option(this.spec.all, ALL));
      this.select.addEventListener('change', () => {
        this.device = this.select.value;
        this.rows = [];
        for (let i = 1; i < looks.length; ++i) this.addRow(looks[i - 1], looks[i]);
        this.draw();
      });
      return this.select;
    }

    noteDevices(figures) {
      if (!this.select) return;
      const known = new Set(Array.from(this.select.options, (option) => option.value));
      for (const name of Object.keys(figures[this.spec.devices])) {
        if (!known.has(name)) this.select.append(new Option(name, name));
      }
    }

    addRow(before, look) {
      const empty = this.spec.labels.map(() => null);
      const seconds = (look.figures.at - before.figures.at) / 1000;
      if (seconds <= 0) return;
      const time = new Date(look.time);
      if (seconds * 1000 > GAP_MS) {
        this.rows.push([new Date(look.time - 1), ...empty]);
      } else {
        this.rows.push([time, ...this.spec.row(before.figures, look.figures, seconds, this.device)]);
      }
      const oldest = look.time - KEEP_MS;
      while (this.rows.length > 0 && this.rows[0][0].getTime() < oldest) this.rows.shift();
    }

    add(before, look) {
      this.noteDevices(look.figures);
      if (this.spec.note && this.spec.has(look.figures)) this.note.textContent = this.spec.note(look.figures);
      this.addRow(before, look);
      this.draw();
    }

    draw() {
      if (this.rows.length === 0) return;
      const last = this.rows[this.rows.length - 1][0].getTime();
      const first = Math.min(this.rows[0][0].getTime(), last - SHORTEST_MS);
      const window = {file: this.rows, dateWindow: [Math.max(first, last - KEEP_MS), last]};
      if (this.graph) {
        this.graph.updateOptions(window);
      } else {
        this.graph = new Dygraph(this.plot, this.rows, {...this.options(), ...window});
      }
      if (!this.graph.getSelection || this.graph.getSelection() < 0) {
        this.tell(this.rows[this.rows.length - 1].slice(1));
      }
    }

    options() {
      const format = this.spec.format;
      return {
        labels: ['time', ...this.spec.labels],
        colors: this.spec.colors,
        strokeWidth: 1.5,
        fillAlpha: 0.45,
        gridLineColor: '#8883',
        axisLineColor: '#8886',
        interactionModel: {},
        axes: {y: {axisLabelFormatter: (value) => format(value), axisLabelWidth: 64}},
        highlightCallback: (event, x, points, row) => {
          for (const chart of this.others) {
            if (chart !== this && chart.graph) chart.graph.setSelection(row);
          }
          for (const chart of this.others) if (chart.rows[row]) chart.tell(chart.rows[row].slice(1));
        },
        unhighlightCallback: () => {
          for (const chart of this.others) if (chart !== this && chart.graph) chart.graph.clearSelection();
        },
        ...this.spec.options,
      };
    }

    tell(values) {
      this.legend.replaceChildren(...this.spec.labels.map((label, i) => {
        const entry = make('span');
        const key = make('i', undefined, 'key');
        key.style.background = this.spec.colors[i];
        const value = values[i];
        entry.append(key, label + ' ' + (value === null || value === undefined ? '-' : this.spec.format(value)));
        return entry;
      }));
    }
  }

  // The legend of dygraphs styles itself in a way that the page's security policy forbids; Chart has its own.
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

  const looks = [];
  const charts = [];

  const drawCharts = (look) => {
    const before = looks[looks.length - 1];
    looks.push(look);
    while (looks[0].time < look.time - KEEP_MS) looks.shift();
    const shown = CHARTS.filter((spec) => spec.has(look.figures));
    for (const spec of shown) {
      if (!charts.some((chart) => chart.spec === spec)) charts.push(new Chart(spec, charts));
    }
    byId('charts').hidden = charts.length === 0;
    if (before) for (const chart of charts) chart.add(before, look);
  };

  // Tables are made anew where what they say has changed.
  const said = {};
  const fill = (id, rows, makeRow) => {
    const text = JSON.stringify(rows);
    const body = byId(id);
    if (!body || said[id] === text || body.contains(document.activeElement)) return;
    said[id] = text;
    body.replaceChildren(...rows.map(makeRow));
  };
  const tableRow = (...cells) => {
    const row = make('tr');
    row.append(...cells);
    return row;
  };
  const stateCell = (mood, state) => {
    const cell = make('td');
    cell.append(make('span', undefined, 'dot ' + (mood === 'quiet' ? 'still' : mood)), state);
    return cell;
  };

  const collectorRow = (collector) => tableRow(
      make('td', collector.name), stateCell(collector.mood, collector.state),
      make('td', collector.milliseconds.toFixed(3) + ' ms', 'number'), make('td', collector.error, 'error'));
  const destinationRow = (destination) => tableRow(
      make('td', destination.name), stateCell(destination.mood, destination.state));

  const filesystemRow = (filesystem) => {
    const free = 100 * filesystem.available / filesystem.size;
    const mood = free < 5 ? 'full' : free < 20 ? 'warn' : '';
    return tableRow(
        make('td', filesystem.mountpoint), make('td', filesystem.device),
        make('td', bytes(filesystem.size), 'number'), make('td', bytes(filesystem.available), 'number'),
        make('td', percent(free) + ' free', ('number ' + mood).trim()),
        make('td', filesystem.read_only ? 'read-only' : ''));
  };

  const changeLevel = async (name, level) => {
    const message = byId('message');
    message.textContent = '';
    try {
      const answer = await fetch('loggers/' + encodeURIComponent(name), {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({configuredLevel: level === '' ? null : level}),
      });
      if (!answer.ok) message.textContent = 'The level of ' + name + ' was not changed: ' + await answer.text();
    } catch (error) {
      message.textContent = 'The level of ' + name + ' was not changed: ' + error.message;
    }
    said.loggers = '';
    tick();
  };

  const loggerRow = (mayChange) => (logger) => {
    const set = make('td');
    if (mayChange) {
      const select = make('select');
      select.setAttribute('aria-label', 'Level of ' + logger.name);
      select.append(new Option(logger.name === 'ROOT' ? 'as at the start' : 'inherited', ''));
      for (const level of LEVELS) select.append(new Option(level, level));
      select.value = logger.configured ? logger.level : '';
      select.addEventListener('change', () => {
        select.blur();
        changeLevel(logger.name, select.value);
      });
      set.append(select);
    } else {
      set.textContent = logger.configured ? 'here' : 'inherited';
    }
    return tableRow(make('td', logger.name), make('td', logger.level), set);
  };

  const show = (look) => {
    byId('uptime').textContent = duration(look.uptime);
    drawCharts(look);
    fill('destinations', look.destinations, destinationRow);
    fill('collectors', look.collectors, collectorRow);
    const mayChange = look.why_not_change === '';
    if (byId('guard')) byId('guard').textContent = mayChange ? '' : 'Read only here: ' + look.why_not_change + '.';
    fill('loggers', look.loggers, loggerRow(mayChange));
    if (look.figures.filesystems) {
      byId('filesystems-part').hidden = false;
      fill('filesystems', look.figures.filesystems, filesystemRow);
    }
  };

  const badge = byId('live');
  let lastAnswer = Date.now();
  let count = 0;
  let timer = 0;

  const ask = async () => {
    const query = count++ % FILESYSTEMS_EVERY === 0 ? '?filesystems' : '';
    const answer = await fetch('-/live' + query, {cache: 'no-store', signal: AbortSignal.timeout(GIVE_UP_MS)});
    if (!answer.ok) throw new Error('HTTP ' + answer.status);
    return answer.json();
  };

  const tick = async () => {
    clearTimeout(timer);
    const began = Date.now();
    try {
      show(await ask());
      lastAnswer = Date.now();
      badge.textContent = 'live';
      badge.className = 'badge live';
    } catch (error) {
      const age = Math.round((Date.now() - lastAnswer) / 1000);
      badge.textContent = 'no answer for ' + duration(age) + ': ' + error.message;
      badge.className = 'badge stale';
    }
    clearTimeout(timer);
    const every = document.hidden ? EVERY_HIDDEN_MS : EVERY_MS;
    timer = setTimeout(tick, Math.max(every - (Date.now() - began), 100));
  };

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) tick();
  });
  badge.hidden = false;
  tick();
})();
