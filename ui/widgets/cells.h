// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QList>
#include <QMetaType>
#include <Qt>

namespace portlight {

// How a table cell is drawn. Models say it by role; FlatDelegate draws it.
enum class CellKind : quint8 {
    Text,
    Strong,    // semibold
    Dim,       // secondary text
    Wire,      // monospace
    WireDim,   // monospace, secondary
    Number,    // right-aligned, tabular figures
    Badge,     // rounded, coloured by tone
    Dot,       // a coloured dot
    Sparkline, // CellSeriesRole
    Switch,    // CellCheckedRole
    Bar,       // CellShareRole, or text when there is no share
    Link,      // monospace, accent
    Ticks,     // CellSeriesRole: a mark for each outcome, above 0 good
    Icon,      // CellIconRole, coloured by tone
    Heading,   // begins a section across the table: semibold, CellNoteRole behind it, CellEndRole at its end
};

inline constexpr int CellKindRole = Qt::UserRole + 1;
inline constexpr int CellToneRole = Qt::UserRole + 2;
inline constexpr int CellSeriesRole = Qt::UserRole + 3;  // QList<double>, newest last
inline constexpr int CellCheckedRole = Qt::UserRole + 4; // bool
inline constexpr int CellShareRole = Qt::UserRole + 5;   // double, 0 to 1
inline constexpr int CellFadedRole = Qt::UserRole + 6;   // bool: the row is off
inline constexpr int CellNoteRole = Qt::UserRole + 7;    // QString, secondary, behind the text
inline constexpr int CellEndRole = Qt::UserRole + 8;     // QString, right-aligned
inline constexpr int CellTipsRole = Qt::UserRole + 9;    // QStringList: a tooltip for each of the series
inline constexpr int CellIconRole = Qt::UserRole + 10;   // QString: one of resources/icons

} // namespace portlight

Q_DECLARE_METATYPE(portlight::CellKind)
Q_DECLARE_METATYPE(portlight::Tone)
