#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// A statistics file of OpenZFS: each of its rows is a metric, whose name is made of the prefix and
// the row's with "-" as "_".
struct ZfsKstat {
  std::string_view file;  // Below /proc/spl/kstat/zfs, or within a pool's directory there.
  std::string_view prefix;
  std::string_view labels;
  std::string_view help;
  std::string_view rows;  // Known ones, for `describe` only: each version of OpenZFS has others.
};

inline constexpr std::array<ZfsKstat, 11> kZfsKstats = {{
    {"abdstats", "node_zfs_abd_", "", "A row of abdstats: buffers that hold data in the ARC.",
     "linear_cnt linear_data_size scatter_chunk_waste scatter_cnt scatter_data_size "
     "scatter_order_0 scatter_order_1 scatter_order_2 scatter_order_3 scatter_order_4 "
     "scatter_order_5 scatter_order_6 scatter_order_7 scatter_order_8 scatter_order_9 "
     "scatter_order_10 scatter_page_alloc_retry scatter_page_multi_chunk scatter_page_multi_zone "
     "scatter_sg_table_retry struct_size"},
    {"arcstats", "node_zfs_arc_", "",
     "A row of arcstats: the adaptive replacement cache and its second level.",
     "anon_evictable_data anon_evictable_metadata anon_size arc_loaned_bytes arc_meta_limit "
     "arc_meta_max arc_meta_min arc_meta_used arc_need_free arc_no_grow arc_prune arc_sys_free "
     "arc_tempreserve c c_max c_min data_size deleted demand_data_hits demand_data_misses "
     "demand_metadata_hits demand_metadata_misses duplicate_buffers duplicate_buffers_size "
     "duplicate_reads evict_l2_cached evict_l2_eligible evict_l2_ineligible evict_l2_skip "
     "evict_not_enough evict_skip hash_chain_max hash_chains hash_collisions hash_elements "
     "hash_elements_max hdr_size hits l2_abort_lowmem l2_asize l2_cdata_free_on_write "
     "l2_cksum_bad l2_compress_failures l2_compress_successes l2_compress_zeros l2_evict_l1cached "
     "l2_evict_lock_retry l2_evict_reading l2_feeds l2_free_on_write l2_hdr_size l2_hits "
     "l2_io_error l2_misses l2_read_bytes l2_rw_clash l2_size l2_write_bytes l2_writes_done "
     "l2_writes_error l2_writes_lock_retry l2_writes_sent memory_available_bytes "
     "memory_direct_count memory_indirect_count memory_throttle_count metadata_size "
     "mfu_evictable_data mfu_evictable_metadata mfu_ghost_evictable_data "
     "mfu_ghost_evictable_metadata mfu_ghost_hits mfu_ghost_size mfu_hits mfu_size misses "
     "mru_evictable_data mru_evictable_metadata mru_ghost_evictable_data "
     "mru_ghost_evictable_metadata mru_ghost_hits mru_ghost_size mru_hits mru_size mutex_miss "
     "other_size p prefetch_data_hits prefetch_data_misses prefetch_metadata_hits "
     "prefetch_metadata_misses size"},
    {"dbufstats", "node_zfs_dbuf_", "",
     "A row of dbufstats: the cache of dbufs and their hash table.",
     "dbuf_cache_count dbuf_cache_hiwater_bytes dbuf_cache_level_0 dbuf_cache_level_0_bytes "
     "dbuf_cache_level_1 dbuf_cache_level_1_bytes dbuf_cache_level_2 dbuf_cache_level_2_bytes "
     "dbuf_cache_level_3 dbuf_cache_level_3_bytes dbuf_cache_level_4 dbuf_cache_level_4_bytes "
     "dbuf_cache_level_5 dbuf_cache_level_5_bytes dbuf_cache_level_6 dbuf_cache_level_6_bytes "
     "dbuf_cache_level_7 dbuf_cache_level_7_bytes dbuf_cache_level_8 dbuf_cache_level_8_bytes "
     "dbuf_cache_level_9 dbuf_cache_level_9_bytes dbuf_cache_level_10 dbuf_cache_level_10_bytes "
     "dbuf_cache_level_11 dbuf_cache_level_11_bytes dbuf_cache_lowater_bytes dbuf_cache_max_bytes "
     "dbuf_cache_size dbuf_cache_size_max dbuf_cache_total_evicts hash_chain_max hash_chains "
     "hash_collisions hash_dbuf_level_0 hash_dbuf_level_0_bytes hash_dbuf_level_1 "
     "hash_dbuf_level_1_bytes hash_dbuf_level_2 hash_dbuf_level_2_bytes hash_dbuf_level_3 "
     "hash_dbuf_level_3_bytes hash_dbuf_level_4 hash_dbuf_level_4_bytes hash_dbuf_level_5 "
     "hash_dbuf_level_5_bytes hash_dbuf_level_6 hash_dbuf_level_6_bytes hash_dbuf_level_7 "
     "hash_dbuf_level_7_bytes hash_dbuf_level_8 hash_dbuf_level_8_bytes hash_dbuf_level_9 "
     "hash_dbuf_level_9_bytes hash_dbuf_level_10 hash_dbuf_level_10_bytes hash_dbuf_level_11 "
     "hash_dbuf_level_11_bytes hash_elements hash_elements_max hash_hits hash_insert_race "
     "hash_misses"},
    {"dmu_tx", "node_zfs_dmu_tx_", "", "A row of dmu_tx: transactions of the data management unit.",
     "dmu_tx_assigned dmu_tx_delay dmu_tx_dirty_delay dmu_tx_dirty_over_max dmu_tx_dirty_throttle "
     "dmu_tx_error dmu_tx_group dmu_tx_memory_reclaim dmu_tx_memory_reserve dmu_tx_quota "
     "dmu_tx_suspended"},
    {"dnodestats", "node_zfs_dnode_", "",
     "A row of dnodestats: allocation, holding and moving of dnodes.",
     "dnode_alloc_next_block dnode_alloc_next_chunk dnode_alloc_race dnode_allocate "
     "dnode_buf_evict dnode_hold_alloc_hits dnode_hold_alloc_interior "
     "dnode_hold_alloc_lock_misses dnode_hold_alloc_lock_retry dnode_hold_alloc_misses "
     "dnode_hold_alloc_type_none dnode_hold_dbuf_hold dnode_hold_dbuf_read dnode_hold_free_hits "
     "dnode_hold_free_lock_misses dnode_hold_free_lock_retry dnode_hold_free_misses "
     "dnode_hold_free_overflow dnode_hold_free_refcount dnode_hold_free_txg dnode_move_active "
     "dnode_move_handle dnode_move_invalid dnode_move_recheck1 dnode_move_recheck2 "
     "dnode_move_rwlock dnode_move_special dnode_reallocate"},
    {"fm", "node_zfs_fm_", "", "A row of fm: reports of the fault management that failed.",
     "erpt-dropped erpt-set-failed fmri-set-failed payload-set-failed"},
    {"vdev_cache_stats", "node_zfs_vdev_cache_", "",
     "A row of vdev_cache_stats: the read-ahead cache of devices, gone since OpenZFS 2.2.",
     "delegations hits misses"},
    {"vdev_mirror_stats", "node_zfs_vdev_mirror_", "",
     "A row of vdev_mirror_stats: which side of a mirror was read, and why.",
     "non_rotating_linear non_rotating_seek preferred_found preferred_not_found rotating_linear "
     "rotating_offset rotating_seek"},
    {"xuio_stats", "node_zfs_xuio_", "",
     "A row of xuio_stats: buffers on loan for reads and writes without copying.",
     "onloan_read_buf onloan_write_buf read_buf_copied read_buf_nocopy write_buf_copied "
     "write_buf_nocopy"},
    {"zfetchstats", "node_zfs_zfetch_", "",
     "A row of zfetchstats: prefetching of files that are read in order.",
     "bogus_streams colinear_hits colinear_misses hits misses reclaim_failures reclaim_successes "
     "streams_noresets streams_resets stride_hits stride_misses"},
    {"zil", "node_zfs_zil_", "", "A row of zil: the intent log, summed over all pools.",
     "zil_commit_count zil_commit_writer_count zil_itx_copied_bytes zil_itx_copied_count "
     "zil_itx_count zil_itx_indirect_bytes zil_itx_indirect_count zil_itx_metaslab_normal_bytes "
     "zil_itx_metaslab_normal_count zil_itx_metaslab_slog_bytes zil_itx_metaslab_slog_count "
     "zil_itx_needcopy_bytes zil_itx_needcopy_count"},
}};

inline constexpr ZfsKstat kZfsPoolIo = {
    "io", "node_zfs_zpool_", "zpool",
    "A column of io: reads and writes of the pool, times in nanoseconds.",
    "nread nwritten reads writes wtime wlentime wupdate rtime rlentime rupdate wcnt rcnt"};

inline constexpr ZfsKstat kZfsDataset = {
    "objset-", "node_zfs_zpool_dataset_", "dataset,zpool",
    "A row of objset-ID: reads, writes and deletions of the dataset.",
    "writes nwritten reads nread nunlinks nunlinked"};

inline constexpr MetricDesc kZfsPoolState = {"node_zfs_zpool_state", kGauge, "state,zpool", "bool",
                                             "1 for the state that the pool is in, else 0."};

namespace zfs_detail {

// Calls visit(kstat, row) for each row above.
template <typename Visit>
constexpr void ForEachRow(Visit visit) {
  const auto rows_of = [&visit](const ZfsKstat& kstat) {
    for (std::string_view rest = kstat.rows; !rest.empty();) {
      const std::size_t end = rest.find(' ');
      visit(kstat, rest.substr(0, end));
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
  };
  for (const ZfsKstat& kstat : kZfsKstats) rows_of(kstat);
  rows_of(kZfsPoolIo);
  rows_of(kZfsDataset);
}

inline constexpr std::size_t kRows = [] {
  std::size_t rows = 0;
  ForEachRow([&rows](const ZfsKstat&, std::string_view) { ++rows; });
  return rows;
}();

// All names one behind the other.
inline constexpr auto kNames = [] {
  constexpr std::size_t kSize = [] {
    std::size_t size = 0;
    ForEachRow([&size](const ZfsKstat& kstat, std::string_view row) {
      size += kstat.prefix.size() + row.size();
    });
    return size;
  }();
  std::array<char, kSize> text{};
  std::size_t at = 0;
  ForEachRow([&](const ZfsKstat& kstat, std::string_view row) {
    for (const char c : kstat.prefix) text[at++] = c;
    for (const char c : row) text[at++] = c == '-' ? '_' : c;
  });
  return text;
}();

}  // namespace zfs_detail

// Every metric of the collector, those that only some versions have by their form.
inline constexpr auto kZfsMetrics = [] {
  using namespace zfs_detail;
  std::array<MetricDesc, kRows + 4> all{};
  std::size_t count = 0;
  std::size_t at = 0;
  ForEachRow([&](const ZfsKstat& kstat, std::string_view row) {
    const std::size_t size = kstat.prefix.size() + row.size();
    all[count++] = {std::string_view(kNames.data() + at, size), kUntyped, kstat.labels, "",
                    kstat.help};
    at += size;
  });
  all[count++] = kZfsPoolState;
  all[count++] = {"node_zfs_zpool_dataset_<field>", kUntyped, kZfsDataset.labels, "",
                  kZfsDataset.help};
  all[count++] = {"node_zfs_zpool_<field>", kUntyped, kZfsPoolIo.labels, "", kZfsPoolIo.help};
  all[count++] = {"node_zfs_<sub>_<field>", kUntyped, "", "",
                  "A row of a statistics file of OpenZFS."};
  return all;
}();

}  // namespace hostpulse::collectors
