#include "cli/exit_status.hpp"

namespace ec2spotter::cli {

ExitStatus exit_status(Errc code) {
  switch (code) {
    case Errc::invalid: return ExitStatus::usage;
    case Errc::refused: return ExitStatus::refused;
    case Errc::unauthorized:
    case Errc::clock_skew: return ExitStatus::unauthorized;
    case Errc::no_capacity:
    case Errc::quota: return ExitStatus::no_capacity;
    case Errc::interrupted: return ExitStatus::interrupted;
    default: return ExitStatus::failed;
  }
}

}  // namespace ec2spotter::cli
