// One host by the USE method: for each resource its utilisation, its saturation, its errors.
local g = import 'grafana.libsonnet';

local host = 'datacenter=~"$datacenter",job=~"$job",instance=~"$instance"';
local rate(metric, more='') = 'rate(' + metric + '{' + more + host + '}[$__rate_interval])';
local real = 'fstype!~"tmpfs|ramfs",';

g.dashboard(
  'hostpulse-host',
  'hostpulse / Host detail',
  'One host: utilisation, saturation and errors of CPU, memory, disks and network.',
  'node_load1',
  false,
  [
    g.row('Now', [
      g.stat('CPU',
             'Part of the time that CPUs were not idle.',
             [g.query('1 - avg(' + rate('node_cpu_seconds_total', 'mode="idle",') + ')')],
             'percentunit',
             [[0.7, 'orange'], [0.9, 'red']],
             1),
      g.stat('Memory',
             'Part of the memory that is not available.',
             [g.query('1 - node_memory_MemAvailable_bytes{' + host + '} / node_memory_MemTotal_bytes{' + host + '}')],
             'percentunit',
             [[0.8, 'orange'], [0.95, 'red']],
             1),
      g.stat('Load', 'Tasks that ran or waited, over a minute.', [g.query('node_load1{' + host + '}')], 'none', decimals=2),
      g.stat('CPUs', 'CPUs that are online.', [g.query('count(node_cpu_seconds_total{mode="idle",' + host + '})')]),
      g.stat('Up for', 'Since the kernel booted.', [g.query('time() - node_boot_time_seconds{' + host + '}')], 's', decimals=1),
      g.stat('Clock offset', 'From the reference clock.', [g.query('node_timex_offset_seconds{' + host + '}')], 's', decimals=2),
    ], 4),
    g.row('CPU', [
      g.series('Utilisation by mode',
               'Part of the time of all CPUs.',
               [g.query('avg by (mode) (' + rate('node_cpu_seconds_total', 'mode!="idle",') + ')', '{{mode}}')],
               'percentunit',
               max=1,
               stacked=true),
      g.series('Saturation', 'Load for each CPU, and the part of the time in which some task waited for a CPU.', [
        g.query('node_load1{' + host + '} / scalar(count(node_cpu_seconds_total{mode="idle",' + host + '}))', 'load a CPU'),
        g.query(rate('node_pressure_cpu_waiting_seconds_total'), 'CPU pressure'),
      ], 'none'),
      g.series('Work', 'Context switches and forks a second.', [
        g.query(rate('node_context_switches_total'), 'context switches'),
        g.query(rate('node_forks_total'), 'forks'),
      ], 'ops'),
    ]),
    g.row('Memory', [
      g.series('Utilisation', 'What memory is used for.', [
        g.query('node_memory_MemTotal_bytes{' + host + '} - node_memory_MemAvailable_bytes{' + host + '}', 'used'),
        g.query('node_memory_MemAvailable_bytes{' + host + '} - node_memory_MemFree_bytes{' + host + '}', 'cache that can be given back'),
        g.query('node_memory_MemFree_bytes{' + host + '}', 'free'),
      ], 'bytes', stacked=true),
      g.series('Saturation', 'Pages swapped a second, and the part of the time in which some task waited for memory.', [
        g.query(rate('node_vmstat_pswpin'), 'swapped in'),
        g.query(rate('node_vmstat_pswpout'), 'swapped out'),
        g.query(rate('node_pressure_memory_waiting_seconds_total'), 'memory pressure'),
      ], 'none'),
      g.series('Errors',
               'Processes that the kernel killed for want of memory.',
               [g.query('increase(node_vmstat_oom_kill{' + host + '}[$__rate_interval])', 'killed')],
               'none'),
    ]),
    g.row('Disks', [
      g.series('Utilisation', 'Part of the time in which a disk worked.', [g.query(rate('node_disk_io_time_seconds_total'), '{{device}}')], 'percentunit', max=1),
      g.series('Saturation', 'Requests that wait on average, and the part of the time in which some task waited for I/O.', [
        g.query(rate('node_disk_io_time_weighted_seconds_total'), 'queue of {{device}}'),
        g.query(rate('node_pressure_io_waiting_seconds_total'), 'I/O pressure'),
      ], 'none'),
      g.series('Traffic', 'Bytes read (up) and written (down) a second.', [
        g.query(rate('node_disk_read_bytes_total'), '{{device}} read'),
        g.query(rate('node_disk_written_bytes_total'), '{{device}} written'),
      ], 'Bps', min=null, negative='.* written'),
      g.series('Time of a request', 'Mean time of a read and of a write.', [
        g.query(rate('node_disk_read_time_seconds_total') + ' / ' + rate('node_disk_reads_completed_total'), '{{device}} read'),
        g.query(rate('node_disk_write_time_seconds_total') + ' / ' + rate('node_disk_writes_completed_total'), '{{device}} write'),
      ], 's'),
    ]),
    g.row('File systems', [
      g.table('File systems', 'Fullest first is a click on a column away.', 'mountpoint', [
        { title: 'Size', expr: 'sum by (mountpoint) (node_filesystem_size_bytes{' + real + host + '})', unit: 'bytes', steps: [] },
        { title: 'Available', expr: 'sum by (mountpoint) (node_filesystem_avail_bytes{' + real + host + '})', unit: 'bytes', steps: [] },
        { title: 'Used', expr: '1 - sum by (mountpoint) (node_filesystem_avail_bytes{' + real + host + '}) / (sum by (mountpoint) (node_filesystem_size_bytes{' + real + host + '}) > 0)', unit: 'percentunit', steps: [[0.8, 'orange'], [0.95, 'red']] },
        { title: 'Inodes used', expr: '1 - sum by (mountpoint) (node_filesystem_files_free{' + real + host + '}) / (sum by (mountpoint) (node_filesystem_files{' + real + host + '}) > 0)', unit: 'percentunit', steps: [[0.8, 'orange'], [0.95, 'red']] },
        { title: 'Full in', expr: 'sum by (mountpoint) (node_filesystem_avail_bytes{' + real + host + '}) / -(sum by (mountpoint) (deriv(node_filesystem_avail_bytes{' + real + host + '}[1h])) < 0)', unit: 's', steps: [] },
      ]),
      g.series('Available', 'Space that users other than root may still take.', [g.query('node_filesystem_avail_bytes{' + real + host + '}', '{{mountpoint}}')], 'bytes'),
    ]),
    g.row('Network', [
      g.series('Utilisation', 'Bits received (up) and transmitted (down) a second.', [
        g.query(rate('node_network_receive_bytes_total', 'device!="lo",') + ' * 8', '{{device}} received'),
        g.query(rate('node_network_transmit_bytes_total', 'device!="lo",') + ' * 8', '{{device}} transmitted'),
      ], 'bps', min=null, negative='.* transmitted'),
      g.series('Saturation', 'Packets dropped a second, and those that the kernel had no time for.', [
        g.query(rate('node_network_receive_drop_total', 'device!="lo",'), '{{device}} received'),
        g.query(rate('node_network_transmit_drop_total', 'device!="lo",'), '{{device}} transmitted'),
        g.query('sum(' + rate('node_softnet_dropped_total') + ')', 'softnet'),
      ], 'pps'),
      g.series('Errors', 'Packets with errors, and TCP segments sent again, a second.', [
        g.query(rate('node_network_receive_errs_total', 'device!="lo",'), '{{device}} received'),
        g.query(rate('node_network_transmit_errs_total', 'device!="lo",'), '{{device}} transmitted'),
        g.query(rate('node_netstat_Tcp_RetransSegs'), 'TCP sent again'),
      ], 'pps'),
      g.series('Connections', 'Sockets and tracked connections.', [
        g.query('node_netstat_Tcp_CurrEstab{' + host + '}', 'TCP established'),
        g.query('node_sockstat_TCP_tw{' + host + '}', 'TCP time wait'),
        g.query('node_nf_conntrack_entries{' + host + '}', 'tracked'),
      ], 'none'),
    ]),
    g.row('Other', [
      g.series('Temperatures', 'Of every sensor.', [g.query('node_hwmon_temp_celsius{' + host + '}', '{{chip}} {{sensor}}'), g.query('node_thermal_zone_temp{' + host + '}', '{{type}} {{zone}}')], 'celsius', min=null),
      g.series('File descriptors', 'Open files of the host beside the most there may be.', [
        g.query('node_filefd_allocated{' + host + '}', 'open'),
      ], 'none'),
      g.series('Entropy and time', 'Largest error that the clock may have.', [g.query('node_timex_maxerror_seconds{' + host + '}', 'largest error')], 's'),
    ]),
  ]
)
