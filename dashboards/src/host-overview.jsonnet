// All hosts at a glance: which are there, and which of them have the most to do.
local g = import 'grafana.libsonnet';

local hosts = 'datacenter=~"$datacenter",job=~"$job",instance=~"$instance"';
local cpu = '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",' + hosts + '}[$__rate_interval]))';
local memory = '1 - sum by (instance) (node_memory_MemAvailable_bytes{' + hosts + '}) / sum by (instance) (node_memory_MemTotal_bytes{' + hosts + '})';
local disks = 'max by (instance) (1 - node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs",' + hosts + '} / (node_filesystem_size_bytes{fstype!~"tmpfs|ramfs",' + hosts + '} > 0))';
local io = 'max by (instance) (rate(node_disk_io_time_seconds_total{' + hosts + '}[$__rate_interval]))';
local load = 'sum by (instance) (node_load1{' + hosts + '}) / count by (instance) (node_cpu_seconds_total{mode="idle",' + hosts + '})';
local received = 'sum by (instance) (rate(node_network_receive_bytes_total{device!="lo",' + hosts + '}[$__rate_interval]))';
local transmitted = 'sum by (instance) (rate(node_network_transmit_bytes_total{device!="lo",' + hosts + '}[$__rate_interval]))';

local part = [[0.7, 'orange'], [0.9, 'red']];
local top(expr) = [g.query('topk(10, ' + expr + ')', '{{instance}}')];

g.dashboard(
  'hostpulse-overview',
  'hostpulse / Host overview',
  'The fleet: which hosts are there, which are the busiest.',
  'node_load1',
  true,
  [
    g.row('Fleet', [
      g.stat('Hosts that send',
             'Hosts whose metrics came within the last minutes.',
             [g.query('count(count by (instance) (node_load1{' + hosts + '}))')]),
      g.stat('Hosts that were here and are gone',
             'Hosts that sent metrics within the last hour and do not now.',
             [g.query('count(group by (instance) (max_over_time(node_load1{' + hosts + '}[1h])) unless group by (instance) (node_load1{' + hosts + '})) or vector(0)')],
             steps=[[1, 'red']]),
      g.stat('CPU', 'Mean use of all CPUs.', [g.query('avg(' + cpu + ')')], 'percentunit', part, 1),
      g.stat('Memory',
             'Part of all memory that is not available.',
             [g.query('1 - sum(node_memory_MemAvailable_bytes{' + hosts + '}) / sum(node_memory_MemTotal_bytes{' + hosts + '})')],
             'percentunit',
             part,
             1),
      g.stat('Fullest file system', 'The largest use of any file system.', [g.query('max(' + disks + ')')], 'percentunit', [[0.8, 'orange'], [0.95, 'red']], 1),
    ], 5),
    g.row('Hosts', [
      g.table('Hosts', 'One line for each host, with what is most often asked for.', 'instance', [
        { title: 'CPU', expr: cpu, unit: 'percentunit', steps: part },
        { title: 'CPU, lately', expr: cpu, unit: 'percentunit', trend: true },
        { title: 'Load a CPU', expr: load, unit: 'none', steps: [[1, 'orange'], [2, 'red']] },
        { title: 'Memory', expr: memory, unit: 'percentunit', steps: part },
        { title: 'Memory, lately', expr: memory, unit: 'percentunit', trend: true },
        { title: 'Fullest file system', expr: disks, unit: 'percentunit', steps: [[0.8, 'orange'], [0.95, 'red']] },
        { title: 'Busiest disk', expr: io, unit: 'percentunit', steps: part },
        { title: 'Received', expr: received, unit: 'Bps', steps: [] },
        { title: 'Received, lately', expr: received, unit: 'Bps', trend: true },
        { title: 'Transmitted', expr: transmitted, unit: 'Bps', steps: [] },
        { title: 'Up for', expr: 'max by (instance) (time() - node_boot_time_seconds{' + hosts + '})', unit: 's', steps: [] },
      ]),
    ], 11),
    g.row('Utilisation', [
      g.series('CPU', 'The ten hosts with the busiest CPUs.', top(cpu), 'percentunit', max=1),
      g.series('Memory', 'The ten hosts with the least available memory.', top(memory), 'percentunit', max=1),
      g.series('File systems', 'The ten hosts with the fullest file system.', top(disks), 'percentunit', max=1),
    ]),
    g.row('Saturation', [
      g.series('Load a CPU', 'Tasks that run or wait, for each CPU: above 1 they wait.', top(load), 'none', steps=[[1, 'orange']]),
      g.series('Memory pressure',
               'Part of the time in which some task waited for memory.',
               top('rate(node_pressure_memory_waiting_seconds_total{' + hosts + '}[$__rate_interval])'),
               'percentunit'),
      g.series('I/O pressure',
               'Part of the time in which some task waited for I/O.',
               top('rate(node_pressure_io_waiting_seconds_total{' + hosts + '}[$__rate_interval])'),
               'percentunit'),
    ]),
    g.row('Traffic', [
      g.bars('Network', 'The hosts that move the most bytes.', top('(' + received + ') + (' + transmitted + ')'), 'Bps'),
      g.bars('Disks',
             'The hosts whose disks move the most bytes.',
             top('sum by (instance) (rate(node_disk_read_bytes_total{' + hosts + '}[$__rate_interval]) + rate(node_disk_written_bytes_total{' + hosts + '}[$__rate_interval]))'),
             'Bps'),
    ]),
  ]
)
