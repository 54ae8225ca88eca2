#pragma once

#include <linux/perf_event.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/perf_counters.h"
#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// A counter that can be asked for by its name.
struct PerfProfiler {
  std::string_view name;  // As the flags of node_exporter have it.
  PerfEvent event;
  MetricDesc metric;
};

constexpr PerfProfiler HardwareProfiler(std::string_view name, std::uint64_t config,
                                        std::string_view metric, std::string_view help) {
  return {name, {PERF_TYPE_HARDWARE, config}, {metric, kCounter, "cpu", "", help}};
}

constexpr PerfProfiler SoftwareProfiler(std::string_view name, std::uint64_t config,
                                        std::string_view metric, std::string_view help) {
  return {name, {PERF_TYPE_SOFTWARE, config}, {metric, kCounter, "cpu", "", help}};
}

// A "hit" is every access, as node_exporter has it.
constexpr PerfProfiler CacheProfiler(std::string_view name, std::uint64_t cache,
                                     std::uint64_t operation, std::uint64_t result,
                                     std::string_view metric, std::string_view help) {
  return {name,
          {PERF_TYPE_HW_CACHE, cache | operation << 8 | result << 16},
          {metric, kCounter, "cpu", "", help}};
}

inline constexpr auto kHardwareProfilers = std::to_array<PerfProfiler>({
    HardwareProfiler("CpuCycles", PERF_COUNT_HW_CPU_CYCLES, "node_perf_cpucycles_total",
                     "Cycles of the CPU, of which there are fewer in a second at a lower clock."),
    HardwareProfiler("CpuInstr", PERF_COUNT_HW_INSTRUCTIONS, "node_perf_instructions_total",
                     "Instructions that the CPU has completed."),
    HardwareProfiler("BranchInstr", PERF_COUNT_HW_BRANCH_INSTRUCTIONS,
                     "node_perf_branch_instructions_total",
                     "Branch instructions that the CPU has completed."),
    HardwareProfiler("BranchMisses", PERF_COUNT_HW_BRANCH_MISSES, "node_perf_branch_misses_total",
                     "Branches that the CPU has predicted wrongly."),
    HardwareProfiler("CacheRef", PERF_COUNT_HW_CACHE_REFERENCES, "node_perf_cache_refs_total",
                     "Accesses to the cache, usually the last level."),
    HardwareProfiler("CacheMisses", PERF_COUNT_HW_CACHE_MISSES, "node_perf_cache_misses_total",
                     "Accesses to the cache that it could not serve."),
    HardwareProfiler("RefCpuCycles", PERF_COUNT_HW_REF_CPU_CYCLES, "node_perf_ref_cpucycles_total",
                     "Cycles of the CPU at its nominal clock, whatever the real one."),
    HardwareProfiler("StalledCyclesBackend", PERF_COUNT_HW_STALLED_CYCLES_BACKEND,
                     "node_perf_stalled_cycles_backend_total",
                     "Cycles in which instructions waited to be executed."),
    HardwareProfiler("StalledCyclesFrontend", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND,
                     "node_perf_stalled_cycles_frontend_total",
                     "Cycles in which execution waited for instructions."),
});

inline constexpr auto kSoftwareProfilers = std::to_array<PerfProfiler>({
    SoftwareProfiler("PageFault", PERF_COUNT_SW_PAGE_FAULTS, "node_perf_page_faults_total",
                     "Page faults."),
    SoftwareProfiler("ContextSwitch", PERF_COUNT_SW_CONTEXT_SWITCHES,
                     "node_perf_context_switches_total", "Switches from one task to another."),
    SoftwareProfiler("CpuMigration", PERF_COUNT_SW_CPU_MIGRATIONS, "node_perf_cpu_migrations_total",
                     "Moves of a task to this CPU from another."),
    SoftwareProfiler("MinorFault", PERF_COUNT_SW_PAGE_FAULTS_MIN, "node_perf_minor_faults_total",
                     "Page faults that needed no disk."),
    SoftwareProfiler("MajorFault", PERF_COUNT_SW_PAGE_FAULTS_MAJ, "node_perf_major_faults_total",
                     "Page faults that needed a disk."),
});

inline constexpr auto kCacheProfilers = std::to_array<PerfProfiler>({
    CacheProfiler("L1DataReadHit", PERF_COUNT_HW_CACHE_L1D, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_l1d_read_hits_total",
                  "Reads of the L1 data cache."),
    CacheProfiler("L1DataReadMiss", PERF_COUNT_HW_CACHE_L1D, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_l1d_read_misses_total",
                  "Reads that the L1 data cache could not serve."),
    CacheProfiler("L1DataWriteHit", PERF_COUNT_HW_CACHE_L1D, PERF_COUNT_HW_CACHE_OP_WRITE,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_l1d_write_hits_total",
                  "Writes to the L1 data cache."),
    CacheProfiler("L1InstrReadMiss", PERF_COUNT_HW_CACHE_L1I, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_l1_instr_read_misses_total",
                  "Reads that the L1 instruction cache could not serve."),
    CacheProfiler("LLReadHit", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_ll_read_hits_total",
                  "Reads of the last-level cache."),
    CacheProfiler("LLReadMiss", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_ll_read_misses_total",
                  "Reads that the last-level cache could not serve."),
    CacheProfiler("LLWriteHit", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_OP_WRITE,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_ll_write_hits_total",
                  "Writes to the last-level cache."),
    CacheProfiler("LLWriteMiss", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_OP_WRITE,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_ll_write_misses_total",
                  "Writes that the last-level cache could not serve."),
    CacheProfiler("DataTLBReadHit", PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_tlb_data_read_hits_total",
                  "Look-ups in the data TLB for reads."),
    CacheProfiler("DataTLBReadMiss", PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_tlb_data_read_misses_total",
                  "Look-ups in the data TLB for reads that found nothing."),
    CacheProfiler("DataTLBWriteHit", PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_WRITE,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_tlb_data_write_hits_total",
                  "Look-ups in the data TLB for writes."),
    CacheProfiler("DataTLBWriteMiss", PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_WRITE,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_tlb_data_write_misses_total",
                  "Look-ups in the data TLB for writes that found nothing."),
    CacheProfiler("InstrTLBReadHit", PERF_COUNT_HW_CACHE_ITLB, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_tlb_instr_read_hits_total",
                  "Look-ups in the instruction TLB."),
    CacheProfiler("InstrTLBReadMiss", PERF_COUNT_HW_CACHE_ITLB, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_tlb_instr_read_misses_total",
                  "Look-ups in the instruction TLB that found nothing."),
    CacheProfiler("BPUReadHit", PERF_COUNT_HW_CACHE_BPU, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_ACCESS, "node_perf_cache_bpu_read_hits_total",
                  "Look-ups in the branch predictor."),
    CacheProfiler("BPUReadMiss", PERF_COUNT_HW_CACHE_BPU, PERF_COUNT_HW_CACHE_OP_READ,
                  PERF_COUNT_HW_CACHE_RESULT_MISS, "node_perf_cache_bpu_read_misses_total",
                  "Look-ups in the branch predictor that found nothing."),
});

}  // namespace hostpulse::collectors
