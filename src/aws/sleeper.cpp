#include "aws/sleeper.hpp"

#include <algorithm>
#include <thread>

namespace ec2spotter::aws {

Result<void> ThreadSleeper::sleep(Duration time) {
  constexpr Duration kSlice = std::chrono::milliseconds{100};
  while (time > Duration{0}) {
    if (cancelled_ && cancelled_()) return fail(Errc::interrupted, "interrupted while waiting");
    const Duration slice = cancelled_ ? std::min(time, kSlice) : time;
    std::this_thread::sleep_for(slice);
    time -= slice;
  }
  return {};
}

}  // namespace ec2spotter::aws
