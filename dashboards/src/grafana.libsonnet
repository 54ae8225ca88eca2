// What the dashboards are made of: Grafana's classic JSON model (Grafana 10 and later), as far as they need it.
// A panel is written without place and number; `dashboard` lays rows of panels out over the 24 columns.
{
  local datasource = { type: 'prometheus', uid: '${datasource}' },

  // One query of a panel. `legend` is Grafana's pattern, "{{device}}".
  query(expr, legend=''):: { expr: expr, legendFormat: legend },
  // A table takes the newest value only.
  instant(expr):: $.query(expr) + { instant: true, range: false, format: 'table' },

  local withRefs(queries) = std.mapWithIndex(
    function(i, query) { datasource: datasource, refId: std.char(std.codepoint('A') + i), editorMode: 'code', range: true } + query,
    queries
  ),

  local thresholds(steps) = {
    mode: 'absolute',
    steps: [{ color: 'green', value: null }] + [{ color: step[1], value: step[0] } for step in steps],
  },

  local panel(type, title, description, queries, unit, steps) = {
    type: type,
    title: title,
    description: description,
    datasource: datasource,
    targets: withRefs(queries),
    fieldConfig: {
      defaults: {
        unit: unit,
        thresholds: thresholds(steps),
        color: { mode: if std.length(steps) > 0 && type != 'timeseries' then 'thresholds' else 'palette-classic' },
      },
      overrides: [],
    },
  },

  // Lines over time; `stacked` fills and stacks them, `negative` is a regular expression of the series that are drawn
  // below the axis.
  series(title, description, queries, unit='short', min=0, max=null, stacked=false, negative=null, steps=[])::
    panel('timeseries', title, description, queries, unit, steps) + {
      fieldConfig+: {
        defaults+: {
          [if min != null then 'min']: min,
          [if max != null then 'max']: max,
          custom: {
            drawStyle: 'line',
            lineWidth: 1,
            fillOpacity: if stacked then 40 else 8,
            showPoints: 'auto',
            spanNulls: false,
            stacking: { mode: if stacked then 'normal' else 'none', group: 'A' },
            // An axis that shows something where next to nothing happens.
            [if unit == 'percentunit' && max == null then 'axisSoftMax']: 0.05,
            thresholdsStyle: { mode: if std.length(steps) > 0 then 'dashed' else 'off' },
          },
        },
        overrides: if negative == null then [] else [{
          matcher: { id: 'byRegexp', options: negative },
          properties: [{ id: 'custom.transform', value: 'negative-Y' }],
        }],
      },
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: ['lastNotNull'] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
    },

  // One number, large, with its course behind it.
  stat(title, description, queries, unit='short', steps=[], decimals=null)::
    panel('stat', title, description, queries, unit, steps) + {
      fieldConfig+: { defaults+: { [if decimals != null then 'decimals']: decimals } },
      options: {
        colorMode: 'value',
        graphMode: 'area',
        justifyMode: 'auto',
        orientation: 'auto',
        textMode: 'auto',
        wideLayout: true,
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      },
    },

  // The largest of something, one bar each.
  bars(title, description, queries, unit='percentunit', steps=[], max=null)::
    panel('bargauge', title, description, queries, unit, steps) + {
      fieldConfig+: { defaults+: { min: 0, [if max != null then 'max']: max } },
      options: {
        displayMode: 'gradient',
        orientation: 'horizontal',
        showUnfilled: true,
        valueMode: 'color',
        minVizHeight: 10,
        minVizWidth: 0,
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      },
    },

  // A row for each value of the label `by`; columns are {title, expr, unit, steps}, or with `trend: true` instead of steps a
  // small line, which Grafana makes of a range (from 10.2 on).
  table(title, description, by, columns)::
    local ref(i) = std.char(std.codepoint('A') + i);
    local trend(column) = std.get(column, 'trend', false);
    local value(i, column) = {
      matcher: { id: 'byName', options: 'Value #' + ref(i) },
      properties: [
        { id: 'displayName', value: column.title },
        { id: 'unit', value: column.unit },
      ] + (if std.length(column.steps) == 0 then [] else [
             { id: 'thresholds', value: thresholds(column.steps) },
             { id: 'custom.cellOptions', value: { type: 'color-text' } },
           ]),
    };
    // A small line of the time that the dashboard shows.
    local line(i, column) = {
      matcher: { id: 'byName', options: 'Trend #' + ref(i) },
      properties: [
        { id: 'displayName', value: column.title },
        { id: 'unit', value: column.unit },
        { id: 'min', value: 0 },
        { id: 'custom.cellOptions', value: { type: 'sparkline', hideValue: true, lineWidth: 1, fillOpacity: 20 } },
        { id: 'custom.width', value: 140 },
      ],
    };
    panel('table', title, description, [if trend(column) then $.query(column.expr) else $.instant(column.expr) for column in columns], 'short', []) + {
      fieldConfig+: {
        defaults+: { custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false } },
        overrides: std.mapWithIndex(function(i, column) if trend(column) then line(i, column) else value(i, column), columns),
      },
      options: { showHeader: true, cellHeight: 'sm', footer: { show: false, reducer: ['sum'], countRows: false, fields: '' } },
      local trends = [ref(i) for i in std.range(0, std.length(columns) - 1) if trend(columns[i])],
      transformations:
        (if std.length(trends) == 0 then [] else [
           { id: 'timeSeriesTable', options: { [name]: { timeField: 'Time', stat: 'lastNotNull' } for name in trends } },
         ]) + [
          { id: 'merge', options: {} },
          { id: 'filterFieldsByName', options: { include: { pattern: '^(' + by + '|(Value|Trend) #.*)$' } } },
        ],
    },

  row(title, panels, height=8):: { title: title, panels: panels, height: height },

  // Variables that every dashboard has. `instance`: one host, or several at once.
  local variables(metric, several) = [
    { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source', current: {}, hide: 0, includeAll: false, multi: false, options: [], refresh: 1, regex: '' },
    $.variable('datacenter', 'Datacenter', 'label_values(' + metric + ', datacenter)', true),
    $.variable('job', 'Job', 'label_values(' + metric + '{datacenter=~"$datacenter"}, job)', true),
    $.variable('instance', 'Host', 'label_values(' + metric + '{datacenter=~"$datacenter",job=~"$job"}, instance)', several),
  ],
  variable(name, label, query, several):: {
    name: name,
    label: label,
    type: 'query',
    datasource: datasource,
    definition: query,
    query: { query: query, refId: 'StandardVariableQuery' },
    current: {},
    hide: 0,
    includeAll: several,
    [if several then 'allValue']: '.*',
    multi: several,
    options: [],
    refresh: 2,
    regex: '',
    sort: 1,
  },

  local place(rows) = std.foldl(
    function(done, row)
      // Where column i of n begins: all 24 are used.
      local column(i) = std.floor(i * 24 / std.length(row.panels));
      local heading = [{
        type: 'row',
        title: row.title,
        collapsed: false,
        gridPos: { x: 0, y: done.y, w: 24, h: 1 },
        panels: [],
      }];
      local panels = std.mapWithIndex(
        function(i, one) one { gridPos: { x: column(i), y: done.y + 1, w: column(i + 1) - column(i), h: row.height } }, row.panels
      );
      { y: done.y + 1 + row.height, panels: done.panels + heading + panels },
    rows,
    { y: 0, panels: [] }
  ).panels,

  dashboard(uid, title, description, metric, several, rows):: {
    uid: uid,
    title: title,
    description: description,
    tags: ['hostpulse'],
    schemaVersion: 38,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: '',
    annotations: { list: [] },
    links: [{
      type: 'dashboards',
      title: 'hostpulse',
      tags: ['hostpulse'],
      asDropdown: true,
      icon: 'external link',
      includeVars: true,
      keepTime: true,
      targetBlank: false,
      tooltip: '',
      url: '',
    }],
    templating: { list: variables(metric, several) },
    panels: std.mapWithIndex(function(i, one) one { id: i + 1 }, place(rows)),
  },
}
