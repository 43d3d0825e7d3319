// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace portlight {

// Numbers as people read them in tables and labels.

// "0", "412 B", "14.2 kB", "182 kB", "3.1 MB": powers of 1000, three figures at most.
QString bytesText(qint64 bytes);
// Of microseconds: "40 µs", "0.4 ms", "12 ms", "1.24 s", "2 min 5 s"; empty below zero.
QString durationText(qint64 microseconds);
// "12,408"
QString countText(quint64 count);
// "6", "999", "12k", "3M"
QString shortCountText(quint64 count);
// "0", "0.4", "18"
QString rateText(double perSecond);

} // namespace portlight
