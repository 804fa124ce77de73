// Which volume each entry of the file's data_volumes means, and whether it may be taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

struct DataDisk {
  const DataVolume* wanted;           // of the machine's file
  const Volume* volume = nullptr;     // of the observation; null: it is not certain
  std::optional<Decision> trouble{};  // why the machine cannot have it; nullopt: it can
};

// One for each entry, in the order of the file. What is refused here must not be changed.
std::vector<DataDisk> choose_data(const Machine& machine, const Observation& seen,
                                  const Volume& root, TimePoint now);

// Does the entry name this volume, by its id or Name tag?
bool is_named_by(const Volume& volume, const DataVolume& wanted);

// Do the tags say that the volume is one of this machine's, beside one of its roots? They hold its
// own id; a copy of one does not count, nor one that a move has made and not chosen.
bool is_data_of(const Volume& volume, const Machine& machine);

// The id that a file may name the volume by for ever, however often it has moved.
std::string origin_of(const Volume& volume);

// Has a newer copy taken its place, for a root of that generation?
bool is_former_data(const Volume& volume, const std::vector<Volume>& volumes,
                    const Machine& machine, int generation);

// Was it made by a move of this machine's, and is not chosen (yet) as its data?
bool is_spare_data(const Volume& volume, const Machine& machine);

// Why this machine may not take the volume as its data, whoever holds it; nullopt: it may.
std::optional<std::string> unusable_as_data(const Volume& volume, const Machine& machine,
                                            const VolumeId& root);

}  // namespace ec2spotter
