// hostpulse itself: what collecting costs, how pushing fares, what is out of the ordinary.
local g = import 'grafana.libsonnet';

local own = 'datacenter=~"$datacenter",job=~"$job",instance=~"$instance"';
local rate(metric, more='') = 'rate(' + metric + '{' + more + own + '}[$__rate_interval])';
local waiting = 'hostpulse_push_oldest_unsent_timestamp_seconds{' + own + '}';
local behind = '((time() - ' + waiting + ') and ' + waiting + ' > 0) or ' + waiting + ' * 0';

g.dashboard(
  'hostpulse-self',
  'hostpulse / hostpulse itself',
  'What hostpulse costs, whether everything is pushed, and what was left turned up.',
  'hostpulse_build_info',
  true,
  [
    g.row('Now', [
      g.stat('Instances', 'That send metrics of their own.', [g.query('count(hostpulse_build_info{' + own + '})')]),
      g.stat('Behind', 'The most that any destination is behind.', [g.query('max(' + behind + ')')], 's', [[60, 'orange'], [300, 'red']]),
      g.stat('Lost',
             'Samples dropped within an hour, but for those that rules of yours leave out.',
             [g.query('sum(increase(hostpulse_push_samples_dropped_total{reason=~"max_bytes|max_age|disk|corrupt",' + own + '}[1h])) or vector(0)')],
             steps=[[1, 'red']]),
      g.stat('Refused',
             'Samples that a destination refused for good within an hour.',
             [g.query('sum(increase(hostpulse_push_samples_rejected_total{' + own + '}[1h])) or vector(0)')],
             steps=[[1, 'orange']]),
      g.stat('Collectors without data',
             'What they read is not on this host, or they failed.',
             [g.query('count(node_scrape_collector_success{' + own + '} == 0) or vector(0)')]),
      g.stat('Loggers at DEBUG', 'Turned up and not turned back.', [g.query('count(hostpulse_logger_level{' + own + '} >= 4) or vector(0)')], steps=[[1, 'orange']]),
    ], 4),
    g.row('What it costs', [
      g.series('CPU', 'Part of one CPU.', [g.query(rate('process_cpu_seconds_total'), '{{instance}}')], 'percentunit'),
      g.series('Memory', 'Resident.', [g.query('process_resident_memory_bytes{' + own + '}', '{{instance}}')], 'bytes'),
      g.series('Scrapes', 'Answered a second, by status.', [g.query('sum by (code) (' + rate('promhttp_metric_handler_requests_total') + ')', '{{code}}')], 'reqps'),
      g.series('Slowest collectors', 'Time of a run, the ten longest.', [g.query('topk(10, max by (collector) (node_scrape_collector_duration_seconds{' + own + '}))', '{{collector}}')], 's'),
    ]),
    g.row('Push', [
      g.series('Behind', 'Age of the oldest sample that a destination has not accepted.', [g.query(behind, '{{instance}} {{destination}}')], 's'),
      g.series('Samples', 'Logged and accepted a second, over all destinations.', [
        g.query('sum(' + rate('hostpulse_push_samples_logged_total') + ')', 'logged'),
        g.query('sum(' + rate('hostpulse_push_samples_acked_total') + ')', 'accepted'),
        g.query('sum(' + rate('hostpulse_push_samples_rejected_total') + ')', 'refused'),
        g.query('sum by (reason) (' + rate('hostpulse_push_samples_dropped_total') + ')', 'dropped: {{reason}}'),
      ], 'none'),
      g.series('Requests', 'By status a second; none where there was no answer.', [
        g.query('sum by (code) (' + rate('hostpulse_push_requests_total') + ')', '{{code}}'),
        g.query('sum(' + rate('hostpulse_push_retries_total') + ')', 'again'),
      ], 'reqps'),
      g.series('On the wire', 'Bytes sent a second.', [g.query('sum by (destination) (' + rate('hostpulse_push_sent_bytes_total') + ')', '{{destination}}')], 'Bps'),
    ]),
    g.row('Queue', [
      g.series('Size', 'Of the queue on disk, beside the most that it may have.', [
        g.query('hostpulse_push_queue_bytes{' + own + '}', '{{instance}}'),
        g.query('max(hostpulse_push_queue_limit_bytes{' + own + '})', 'limit'),
      ], 'bytes'),
      g.series('Samples queued', 'Not yet accepted.', [g.query('hostpulse_push_samples_queued{' + own + '}', '{{instance}} {{destination}}')], 'none'),
      g.series('In memory', 'Collections that the disk did not take, and those that wait for the clock to be set.', [
        g.query('hostpulse_push_queue_memory_collections{' + own + '}', '{{instance}}'),
        g.query('hostpulse_push_clock_waiting_collections{' + own + '}', '{{instance}} clock'),
      ], 'none'),
      g.series('Clock', "A destination's clock less ours.", [g.query('hostpulse_push_clock_offset_seconds{' + own + '}', '{{instance}} {{destination}}')], 's', min=null),
    ]),
  ]
)
