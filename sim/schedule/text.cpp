#include "sim/schedule/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>
#include <sstream>

namespace epsim {
namespace {

std::string text_of(const RankRange& range) {
  if (range.count == 1) return std::to_string(range.first);
  return fmt::format("{}+{}*{}", range.first, range.stride, range.count);
}

std::string text_of(const Rectangle& rectangle) {
  std::string text = fmt::format("{} x {} chunks {}-{}", text_of(rectangle.sources),
                                 text_of(rectangle.destinations), rectangle.chunk_begin, rectangle.chunk_end);
  if (rectangle.slot >= 0) text += fmt::format(" slot {}", rectangle.slot);
  return text;
}

std::string text_of_transfer(const Schedule& schedule, OpId op) {
  std::string text =
      fmt::format("{} -> d{} {} B carries", stream_name(schedule.streams()[schedule.stream_of(op)]),
                  schedule.peer(op), schedule.bytes(op));
  std::string_view separator = " ";
  for (const Rectangle& rectangle : schedule.payload(op)) {
    text += separator;
    text += text_of(rectangle);
    separator = ", ";
  }
  return text;
}

std::string text_of_computation(const Schedule& schedule, OpId op) {
  std::string text =
      fmt::format("{} {} s", stream_name(schedule.streams()[schedule.stream_of(op)]), schedule.seconds(op));
  if (schedule.slot(op) >= 0) text += fmt::format(" slot {}", schedule.slot(op));
  return text;
}

std::string text_of(const Schedule& schedule, OpId op) {
  switch (schedule.kind(op)) {
    case OpKind::transfer:
      return text_of_transfer(schedule, op);
    case OpKind::computation:
      return text_of_computation(schedule, op);
    case OpKind::join:
      return "join";
  }
  return "";
}

}  // namespace

std::string stream_name(const Stream& stream) {
  std::string name = fmt::format("d{}.{}", stream.device, name_of(stream.kind));
  if (stream.lane > 0) name += fmt::format(".{}", stream.lane);
  return name;
}

void write_text(std::ostream& out, const Schedule& schedule) {
  for (std::size_t p = 0; p < schedule.parts().size(); ++p) {
    const Part& part = schedule.parts()[p];
    out << fmt::format("part {} {} deduplicate {} chunks {}", p, name_of(part.phase),
                       name_of(part.deduplicate), part.chunks);
    if (part.chunk_tokens > 0) out << fmt::format(" of {} tokens", part.chunk_tokens);
    out << '\n';
  }
  for (const Stream& stream : schedule.streams())
    out << (stream.in_order() ? fmt::format("stream {} window {}\n", stream_name(stream), stream.window)
                              : fmt::format("stream {} as ready\n", stream_name(stream)));
  for (OpId op = 0; op < schedule.size(); ++op) {
    out << fmt::format("op {} part {} {}", op, schedule.part_of(op), text_of(schedule, op));
    if (!schedule.after(op).empty()) out << fmt::format(" after {}", fmt::join(schedule.after(op), " "));
    out << '\n';
  }
}

std::string to_text(const Schedule& schedule) {
  std::ostringstream out;
  write_text(out, schedule);
  return out.str();
}

}  // namespace epsim
