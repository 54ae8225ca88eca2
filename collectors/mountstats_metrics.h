#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// The metrics of the mountstats collector, which are made of what an NfsMount has.

inline constexpr std::string_view kMountLabels = "export,mountaddr,protocol";
inline constexpr std::string_view kTransportLabels = "export,mountaddr,protocol,transport";
inline constexpr std::string_view kOperationLabels = "export,mountaddr,operation,protocol";

inline constexpr MetricDesc kNfsMountInfo = {"node_mountstats_nfs_mountpoint_info", kGauge,
                                             "export,mountaddr,mountpoint,protocol", "1",
                                             "Where the export is mounted."};
inline constexpr MetricDesc kNfsAge = {"node_mountstats_nfs_age_seconds_total", kCounter,
                                       kMountLabels, "seconds",
                                       "Time since the export was mounted."};

// In the order of NfsMount::bytes.
inline constexpr std::array<MetricDesc, 8> kNfsBytes = {{
    {"node_mountstats_nfs_read_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes that programs read with read(2)."},
    {"node_mountstats_nfs_write_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes that programs wrote with write(2)."},
    {"node_mountstats_nfs_direct_read_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes that programs read with O_DIRECT."},
    {"node_mountstats_nfs_direct_write_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes that programs wrote with O_DIRECT."},
    {"node_mountstats_nfs_total_read_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes read from the server."},
    {"node_mountstats_nfs_total_write_bytes_total", kCounter, kMountLabels, "bytes",
     "Bytes written to the server."},
    {"node_mountstats_nfs_read_pages_total", kCounter, kMountLabels, "pages",
     "Pages read through mmap(2)."},
    {"node_mountstats_nfs_write_pages_total", kCounter, kMountLabels, "pages",
     "Pages written through mmap(2)."},
}};

// In the order of NfsMount::events; kNfsCongestionWait is not reported.
inline constexpr std::size_t kNfsCongestionWait = 18;
inline constexpr std::array<MetricDesc, 26> kNfsEvents = {{
    {"node_mountstats_nfs_event_inode_revalidate_total", kCounter, kMountLabels, "events",
     "Times that cached attributes of an inode were checked."},
    {"node_mountstats_nfs_event_dnode_revalidate_total", kCounter, kMountLabels, "events",
     "Times that a cached name of a directory was checked."},
    {"node_mountstats_nfs_event_data_invalidate_total", kCounter, kMountLabels, "events",
     "Times that the cached data of an inode were thrown away."},
    {"node_mountstats_nfs_event_attribute_invalidate_total", kCounter, kMountLabels, "events",
     "Times that the cached attributes of an inode were thrown away."},
    {"node_mountstats_nfs_event_vfs_open_total", kCounter, kMountLabels, "events",
     "Files and directories opened."},
    {"node_mountstats_nfs_event_vfs_lookup_total", kCounter, kMountLabels, "events",
     "Names looked up in a directory."},
    {"node_mountstats_nfs_event_vfs_access_total", kCounter, kMountLabels, "events",
     "Permissions checked."},
    {"node_mountstats_nfs_event_vfs_update_page_total", kCounter, kMountLabels, "events",
     "Pages or parts of them that were to be written."},
    {"node_mountstats_nfs_event_vfs_read_page_total", kCounter, kMountLabels, "events",
     "Pages read one at a time."},
    {"node_mountstats_nfs_event_vfs_read_pages_total", kCounter, kMountLabels, "events",
     "Groups of pages read at once."},
    {"node_mountstats_nfs_event_vfs_write_page_total", kCounter, kMountLabels, "events",
     "Pages written one at a time."},
    {"node_mountstats_nfs_event_vfs_write_pages_total", kCounter, kMountLabels, "events",
     "Groups of pages written at once."},
    {"node_mountstats_nfs_event_vfs_getdents_total", kCounter, kMountLabels, "events",
     "Directories read with getdents(2)."},
    {"node_mountstats_nfs_event_vfs_setattr_total", kCounter, kMountLabels, "events",
     "Attributes set on an inode."},
    {"node_mountstats_nfs_event_vfs_flush_total", kCounter, kMountLabels, "events",
     "Times that what was to be written was forced to the server."},
    {"node_mountstats_nfs_event_vfs_fsync_total", kCounter, kMountLabels, "events",
     "Calls of fsync(2) on files and directories."},
    {"node_mountstats_nfs_event_vfs_lock_total", kCounter, kMountLabels, "events",
     "Attempts to lock a part of a file."},
    {"node_mountstats_nfs_event_vfs_file_release_total", kCounter, kMountLabels, "events",
     "Files closed and let go of."},
    {"node_mountstats_nfs_event_truncation_total", kCounter, kMountLabels, "events",
     "Files cut to another size."},
    {"node_mountstats_nfs_event_write_extension_total", kCounter, kMountLabels, "events",
     "Writes that made a file longer."},
    {"node_mountstats_nfs_event_silly_rename_total", kCounter, kMountLabels, "events",
     "Open files that were removed and so renamed until they are closed."},
    {"node_mountstats_nfs_event_short_read_total", kCounter, kMountLabels, "events",
     "Reads for which the server sent less than was asked for."},
    {"node_mountstats_nfs_event_short_write_total", kCounter, kMountLabels, "events",
     "Writes of which the server took less than was sent."},
    {"node_mountstats_nfs_event_jukebox_delay_total", kCounter, kMountLabels, "events",
     "Times that the server asked to wait for a slow medium."},
    {"node_mountstats_nfs_event_pnfs_read_total", kCounter, kMountLabels, "events",
     "Reads from data servers (pNFS)."},
    {"node_mountstats_nfs_event_pnfs_write_total", kCounter, kMountLabels, "events",
     "Writes to data servers (pNFS)."},
}};

inline constexpr std::array<MetricDesc, 10> kNfsTransports = {{
    {"node_mountstats_nfs_transport_bind_total", kCounter, kTransportLabels, "",
     "Times that the client had to bind to a port anew."},
    {"node_mountstats_nfs_transport_connect_total", kCounter, kTransportLabels, "",
     "Connections made to the server."},
    {"node_mountstats_nfs_transport_idle_time_seconds", kGauge, kTransportLabels, "seconds",
     "Time since the last request."},
    {"node_mountstats_nfs_transport_sends_total", kCounter, kTransportLabels, "",
     "Requests sent to the server."},
    {"node_mountstats_nfs_transport_receives_total", kCounter, kTransportLabels, "",
     "Answers received from the server."},
    {"node_mountstats_nfs_transport_bad_transaction_ids_total", kCounter, kTransportLabels, "",
     "Answers to no request that the client knows."},
    {"node_mountstats_nfs_transport_backlog_queue_total", kCounter, kTransportLabels, "",
     "Length of the queue for a slot, added up at each request."},
    {"node_mountstats_nfs_transport_maximum_rpc_slots", kGauge, kTransportLabels, "",
     "Most slots that were in use at once."},
    {"node_mountstats_nfs_transport_sending_queue_total", kCounter, kTransportLabels, "",
     "Length of the queue for sending, added up at each request."},
    {"node_mountstats_nfs_transport_pending_queue_total", kCounter, kTransportLabels, "",
     "Length of the queue for answers, added up at each request."},
}};
// Where they are in NfsTransport::values.
inline constexpr std::array<std::size_t, kNfsTransports.size()> kNfsTransportValues = {
    1, 2, 4, 5, 6, 7, 9, 10, 11, 12};

// In the order of NfsOperation::values.
inline constexpr std::array<MetricDesc, 8> kNfsOperations = {{
    {"node_mountstats_nfs_operations_requests_total", kCounter, kOperationLabels, "",
     "Requests of the operation."},
    {"node_mountstats_nfs_operations_transmissions_total", kCounter, kOperationLabels, "",
     "Times that a request of the operation was sent, repetitions included."},
    {"node_mountstats_nfs_operations_major_timeouts_total", kCounter, kOperationLabels, "",
     "Requests of the operation that had a major timeout."},
    {"node_mountstats_nfs_operations_sent_bytes_total", kCounter, kOperationLabels, "bytes",
     "Bytes sent for the operation, headers included."},
    {"node_mountstats_nfs_operations_received_bytes_total", kCounter, kOperationLabels, "bytes",
     "Bytes received for the operation, headers included."},
    {"node_mountstats_nfs_operations_queue_time_seconds_total", kCounter, kOperationLabels,
     "seconds", "Time that requests of the operation waited to be sent."},
    {"node_mountstats_nfs_operations_response_time_seconds_total", kCounter, kOperationLabels,
     "seconds", "Time from sending a request of the operation to its answer."},
    {"node_mountstats_nfs_operations_request_time_seconds_total", kCounter, kOperationLabels,
     "seconds", "Time from making a request of the operation to its completion."},
}};
inline constexpr std::size_t kNfsFirstTime = 5;
inline constexpr auto kMountstatsMetrics = [] {
  std::array<MetricDesc, 2 + kNfsBytes.size() + kNfsEvents.size() + kNfsTransports.size() +
                             kNfsOperations.size()>
      all{kNfsMountInfo, kNfsAge};
  auto* end = std::copy(kNfsBytes.begin(), kNfsBytes.end(), all.begin() + 2);
  end = std::copy(kNfsEvents.begin(), kNfsEvents.end(), end);
  end = std::copy(kNfsTransports.begin(), kNfsTransports.end(), end);
  std::copy(kNfsOperations.begin(), kNfsOperations.end(), end);
  return all;
}();

}  // namespace hostpulse::collectors
