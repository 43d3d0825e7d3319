// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

namespace portlight::testing {

// `count` byte strings made of the samples of httpBattery() by a few small changes each: bytes put in, taken out or
// replaced, lines doubled or swapped, halves of two samples joined. The same ones for the same seed, everywhere.
std::vector<QByteArray> mutatedSamples(int count, quint32 seed);

} // namespace portlight::testing
