#include "exporter/live/rates.h"

#include <gtest/gtest.h>

namespace hostpulse::live {
namespace {

constexpr MonotonicTime kStart{std::chrono::seconds(100)};

Figures At(int seconds) {
  Figures figures;
  figures.at = kStart + std::chrono::seconds(seconds);
  figures.cpus = 2;
  return figures;
}

TEST(RatesTest, ShareOfAllCpus) {
  Figures before = At(0);
  Figures now = At(2);
  before.cpu_seconds = {{"user", 10}, {"system", 5}, {"idle", 100}, {"iowait", 1}};
  now.cpu_seconds = {{"user", 11}, {"system", 5.5}, {"idle", 102}, {"iowait", 1.5}};
  const Rates rates = RatesBetween(before, now);
  EXPECT_DOUBLE_EQ(rates.Cpu("user"), 0.25);
  EXPECT_DOUBLE_EQ(rates.Cpu("system"), 0.125);
  EXPECT_DOUBLE_EQ(rates.cpu_busy, 0.375);
  EXPECT_EQ(rates.Cpu("steal"), 0);
}

TEST(RatesTest, DevicesASecond) {
  Figures before = At(0);
  Figures now = At(2);
  before.disks["sda"] = {100, 200, 1};
  now.disks["sda"] = {300, 200, 2};
  before.networks["eth0"] = {10, 20};
  now.networks["eth0"] = {20, 60};
  before.networks["lo"] = {0, 0};
  now.networks["lo"] = {1000, 1000};
  const Rates rates = RatesBetween(before, now);
  EXPECT_EQ(rates.disks.at("sda").read_bytes, 100);
  EXPECT_EQ(rates.disks.at("sda").written_bytes, 0);
  EXPECT_EQ(rates.disks.at("sda").busy, 0.5);
  EXPECT_EQ(rates.AllDisks().read_bytes, 100);
  EXPECT_EQ(rates.networks.at("lo").received_bytes, 500);
  EXPECT_EQ(rates.AllNetworks().received_bytes, 5);
  EXPECT_EQ(rates.AllNetworks().transmitted_bytes, 20);
}

TEST(RatesTest, WhatCameOrBeganAnewMovedNothingThatIsKnown) {
  Figures before = At(0);
  Figures now = At(1);
  before.networks["eth0"] = {1000, 1000};
  now.networks["eth0"] = {5, 5};
  now.networks["eth1"] = {1000, 1000};
  const Rates rates = RatesBetween(before, now);
  EXPECT_EQ(rates.networks.at("eth0").received_bytes, 0);
  EXPECT_EQ(rates.networks.at("eth1").received_bytes, 0);
  EXPECT_EQ(RatesBetween(now, now).networks.size(), 0);
}

TEST(RatesTest, PressureIsAPartOfTheTime) {
  Figures before = At(0);
  Figures now = At(2);
  before.pressure = Figures::Pressure{1, 1, 1};
  now.pressure = Figures::Pressure{1.5, 1, 9};
  const Rates rates = RatesBetween(before, now);
  EXPECT_EQ(rates.pressure->cpu, 0.25);
  EXPECT_EQ(rates.pressure->io, 0);
  EXPECT_EQ(rates.pressure->memory, 1);  // Counted while we looked, and no more than all of it.
  EXPECT_FALSE(RatesBetween(At(0), now).pressure.has_value());
}

}  // namespace
}  // namespace hostpulse::live
