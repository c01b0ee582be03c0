#include "scenarios/commands/measurement_arguments.hpp"

#include "platforms/parameter.hpp"
#include "scenarios/commands/arguments.hpp"

namespace epsim {

void add_validate(CLI::App& app, ValidateOptions& options, std::function<void()>& command_to_run) {
  CLI::App* command = app.add_subcommand("validate", "published measurements beside simulated times");
  CLI::Option* cases = command->add_option("CASE", options.cases,
                                           "a published case, or a scenario file with \"published\" times");
  CLI::Option* fit = command->add_flag("--fit", options.fit, "fit each transport to all of its cases first");
  command
      ->add_option("--fit-without", options.fit_without,
                   "fit the case's transport to the other cases of it, then predict this one")
      ->type_name("CASE")
      ->check(fault_of_name)
      ->excludes(fit)
      ->excludes(cases);
  command->add_flag("--json", options.json, "print JSON instead of tables");
  command->add_flag("--quiet", options.quiet, "no progress");
  command->callback([&options, &command_to_run] { command_to_run = [&options] { validate(options); }; });
}

void add_calibrate(CLI::App& app, CalibrateOptions& options, std::function<void()>& command_to_run) {
  CLI::App* command = app.add_subcommand(
      "calibrate", "fits start-up, share of bandwidth and half_size to measured sizes and times");
  command
      ->add_option("FILE", options.files,
                   "two columns (bytes per rank, microseconds), or what nccl-tests prints; several files "
                   "need --ranks")
      ->required()
      ->check(fault_of_name);
  command->add_option("--platform", options.platform, "a preset, a scenario or a platform file")
      ->type_name("NAME")
      ->required()
      ->check(fault_of_name);
  command->add_option("--pattern", options.pattern, "that was measured")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--ranks", options.ranks,
                   "ranks that took part, for each FILE; two numbers of ranks tell half_size from start-up")
      ->type_name("N")
      ->allow_extra_args(false)
      ->check(CLI::Range(2, most_devices));
  command->add_flag("--per-pair", options.per_pair, "sizes are bytes of a pair of ranks, not of a rank");
  command->add_option("--transport", options.transport, "brings the values that are not fitted")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--hold", options.held, "a value that stays as the transport says, such as start_up")
      ->type_name("VALUE")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"start_up", "scale_up_share", "scale_out_share", "half_size"}));
  command->add_option("--name", options.name, "of the transport")->type_name("NAME")->capture_default_str();
  command->add_option("--set", options.overrides, "override a value, as /platform/nodes=2; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--json", options.json, "transport, values and residuals as one JSON object");
  command->add_flag("--quiet", options.quiet, "the transport file alone");
  command->callback([&options, &command_to_run] { command_to_run = [&options] { calibrate(options); }; });
}

}  // namespace epsim
