#pragma once

#include "push/queue/queue.h"

namespace hostpulse::push {

// Puts series whose bytes are alike beside one another, where compressors find them: those that
// count apart from the others, since their samples have a start, and in both those that are zero
// apart. That makes requests up to 4 % smaller. Otherwise the order stays.
void ArrangeForCompression(Batch& batch);

}  // namespace hostpulse::push
