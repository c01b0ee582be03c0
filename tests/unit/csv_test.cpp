#include "analysis/exports/csv.hpp"
#include "analysis/exports/blame_csv.hpp"
#include "analysis/exports/traffic_csv.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;

TEST_CASE("spans.csv: every step that takes time in the schedule's order") {
  std::ostringstream out;
  write_spans_csv(out, slow_experiment());
  CHECK(out.str() ==
        "pattern,step,layer,device,node,stream,phase,kind,peer,expert,bytes,start_seconds,end_seconds\n"
        "point_to_point,0,0,0,0,compute,gate,computation,,,,0,1\n"
        "point_to_point,0,0,0,0,scale_up,dispatch,transfer,1,1,100,1.5,3\n"
        "point_to_point,0,0,0,0,scale_out,dispatch,overhead,,,,1,1.25\n"
        "point_to_point,0,0,0,0,scale_out,dispatch,transfer,2,2,40,1.25,6\n"
        "point_to_point,0,0,1,0,compute,expert,computation,,1,,3,5\n"
        "point_to_point,0,0,2,1,compute,expert,computation,,2,,6,7\n"
        "point_to_point,0,0,1,0,scale_up,combine,transfer,0,1,200,5,8\n"
        "point_to_point,0,0,2,1,scale_out,combine,transfer,0,2,80,7,16\n");
}

TEST_CASE("spans.csv: without a router a slot is no expert") {
  std::ostringstream out;
  write_spans_csv(out, network_experiment());
  CHECK(out.str() ==
        "pattern,step,layer,device,node,stream,phase,kind,peer,expert,bytes,start_seconds,end_seconds\n"
        "all_to_all,0,0,0,0,scale_up,dispatch,transfer,1,,50,0,7\n"
        "ring,0,0,0,0,scale_up,dispatch,transfer,1,,50,0,7\n");
}

TEST_CASE("links.csv: the links that carried bytes") {
  ExperimentResult experiment = network_experiment();
  for (LinkUse& use : experiment.summaries.back().layers[0].links) use.utilization = 0.1;
  std::ostringstream out;
  write_links_csv(out, experiment);
  // Both patterns took 7 s for 50 bytes at 10 B/s; figures read back as the same double.
  CHECK(out.str() ==
        "pattern,link,class,from,to,bandwidth_bytes_per_second,bytes,busy_seconds,utilization\n"
        "all_to_all,d0->switch,scale_up,d0,switch,10,50,7,0.1\n"
        "all_to_all,switch->d1,scale_up,switch,d1,10,50,7,0.1\n"
        "ring,d0->switch,scale_up,d0,switch,10,50,7,0.7142857142857143\n"
        "ring,switch->d1,scale_up,switch,d1,10,50,7,0.7142857142857143\n");
}

TEST_CASE("links.csv: names with commas and quotes are quoted") {
  ExperimentResult experiment = network_experiment();
  Topology topology({0, 0});
  const VertexId hub = topology.add_switch("rack 1, \"left\"");
  topology.connect(0, hub, LinkClass::scale_up, 10, 1);
  topology.connect(1, hub, LinkClass::scale_up, 10, 1);
  experiment.cluster.topology = std::move(topology);
  std::ostringstream out;
  write_links_csv(out, experiment);
  CHECK(out.str().find(R"(,"d0->rack 1, ""left""",scale_up,d0,"rack 1, ""left""",10,)") != std::string::npos);
}

TEST_CASE("critical_path.csv and waits.csv: one transfer of 7 s") {
  // 2 s of latency and 50 bytes at 10 B/s.
  std::ostringstream path;
  write_critical_path_csv(path, network_experiment());
  CHECK(path.str() ==
        "pattern,device,node,stream,phase,kind,peer,bytes,released_by,begin_seconds,end_seconds,shared_link,"
        "start_up_seconds,message_overhead_seconds,least_duration_seconds,latency_seconds,window_seconds,"
        "scale_up_transfer_seconds,scale_up_sharing_seconds,scale_out_transfer_seconds,"
        "scale_out_sharing_seconds,device_cap_transfer_seconds,device_cap_sharing_seconds,"
        "computation_seconds,hot_device_seconds,unexplained_seconds\n"
        "all_to_all,0,0,scale_up,dispatch,transfer,1,50,start,0,7,,0,0,0,2,0,5,0,0,0,0,0,0,0,0\n"
        "ring,0,0,scale_up,dispatch,transfer,1,50,start,0,7,,0,0,0,2,0,5,0,0,0,0,0,0,0,0\n");
  std::ostringstream waits;
  write_waits_csv(waits, network_experiment());
  CHECK(waits.str() ==
        "pattern,phase,source,destination,source_node,destination_node,bytes,messages,waited_seconds,"
        "late_seconds,queued_seconds,moving_seconds,alone_seconds\n"
        "all_to_all,dispatch,0,1,0,0,50,1,7,0,0,7,7\n"
        "ring,dispatch,0,1,0,0,50,1,7,0,0,7,7\n");
}

TEST_CASE("traffic.csv: every level of dispatch and combine") {
  // Tokens of d0 want {1, 2} and {2, 3}, of d3 {0, 1}; 10 bytes per copy, 20 back. Devices hold one expert
  // each, so levels none and device are equal. Between nodes d0's tokens go once to node 1, that of d3 once
  // to node 0.
  std::ostringstream out;
  write_traffic_csv(out, slow_experiment());
  const std::string to_far = "0,1,0,0,10 0,2,0,1,20 0,3,0,1,10 3,0,1,0,10 3,1,1,0,10 ";
  const std::string back = "0,3,0,1,20 1,0,0,0,20 1,3,0,1,20 2,0,1,0,40 3,0,1,0,20 ";
  const auto rows = [](const std::string& key, const std::string& list) {
    std::istringstream words(list);
    std::string text;
    for (std::string word; words >> word;) text += key + "," + word + "\n";
    return text;
  };
  CHECK(out.str() == "phase,level,source,destination,source_node,destination_node,bytes\n" +
                         rows("dispatch,none", to_far) + rows("dispatch,device", to_far) +
                         rows("dispatch,node", "0,1,0,0,10 0,,0,1,20 3,,1,0,10") +
                         rows("combine,none", back) + rows("combine,device", back) +
                         rows("combine,node", "1,0,0,0,20 ,0,1,0,40 ,3,0,1,20"));
}

TEST_CASE("traffic.csv: a matrix has one level") {
  std::ostringstream out;
  write_traffic_csv(out, network_experiment());
  CHECK(out.str() ==
        "phase,level,source,destination,source_node,destination_node,bytes\ndispatch,none,0,1,0,0,50\n");
}

TEST_CASE("topology.csv: every link with its ends") {
  Topology topology({0, 1}, {"a", "b"});
  const VertexId inner = topology.add_switch("inner", 0);
  const VertexId spine = topology.add_switch("spine");
  topology.connect(0, inner, LinkClass::scale_up, 100, 0.25);
  topology.connect(1, spine, LinkClass::scale_out, 10, 0.5);
  std::ostringstream out;
  write_topology_csv(out, topology);
  CHECK(out.str() ==
        "link,class,from,to,from_device,to_device,from_node,to_node,bandwidth_bytes_per_second,latency_"
        "seconds\n"
        "a->inner,scale_up,a,inner,0,,0,0,100,0.25\n"
        "inner->a,scale_up,inner,a,,0,0,0,100,0.25\n"
        "b->spine,scale_out,b,spine,1,,1,,10,0.5\n"
        "spine->b,scale_out,spine,b,,1,,1,10,0.5\n");
}

TEST_CASE("link_use.csv: 200 bins of each counter whose areas are the bytes") {
  // 50 bytes from 2 s (latency) to 7 s, in bins of 0.035 s, over links of 10 B/s: full from bin 57.14 on.
  std::ostringstream out;
  write_link_use_csv(out, network_experiment());
  std::istringstream lines(out.str());
  std::string line;
  std::getline(lines, line);
  CHECK(line == "pattern,counter,unit,begin_seconds,end_seconds,value");
  int rows = 0;
  double busy = 0;
  while (std::getline(lines, line)) {
    ++rows;
    if (line.starts_with("ring,scale_up links,utilization,"))
      busy += std::stod(line.substr(line.rfind(',') + 1)) * 0.035;
  }
  CHECK(rows == 2 * 200 * 4);  // patterns, bins; a class, two links, messages in flight
  CHECK(busy == doctest::Approx(5));
}
