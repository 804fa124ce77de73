// `console`: prints the serial console of the machine's instance, or of the last one that ended.
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/body_choice.hpp"

namespace ec2spotter::cli {

Result<void> console(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const Considered looked, look(open));
  const Observation& seen = looked.seen();
  const Instance* body = choose_body(open.found.machine, seen);
  // The console of an ended instance may show why it ended.
  if (body == nullptr) body = newest_body(seen);
  if (body == nullptr) return fail(no_instance(open.found.machine));
  TRY(const auto output, open.session->ec2().console_output(body->id));
  fmt::print("{}", output.text);
  return {};
}

}  // namespace ec2spotter::cli
