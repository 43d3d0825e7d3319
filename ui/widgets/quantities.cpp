// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantities.h"

#include <QLocale>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QString threeFigures(double value)
{
    return QString::number(value, 'f', value < 99.95 ? 1 : 0);
}

} // namespace

QString bytesText(qint64 bytes)
{
    if (bytes <= 0)
        return u"0"_s;
    if (bytes < 1000)
        return u"%1 B"_s.arg(bytes);
    if (bytes < 999'500)
        return u"%1 kB"_s.arg(threeFigures(double(bytes) / 1e3));
    if (bytes < 999'500'000)
        return u"%1 MB"_s.arg(threeFigures(double(bytes) / 1e6));
    return u"%1 GB"_s.arg(threeFigures(double(bytes) / 1e9));
}

QString durationText(qint64 microseconds)
{
    if (microseconds < 0)
        return {};
    if (microseconds < 100)
        return u"%1 µs"_s.arg(microseconds);
    const double milliseconds = double(microseconds) / 1e3;
    if (milliseconds < 9.95)
        return u"%1 ms"_s.arg(milliseconds, 0, 'f', 1);
    if (milliseconds < 999.5)
        return u"%1 ms"_s.arg(milliseconds, 0, 'f', 0);
    if (milliseconds < 59'995)
        return u"%1 s"_s.arg(milliseconds / 1e3, 0, 'f', 2);
    const qint64 seconds = microseconds / 1'000'000;
    return u"%1 min %2 s"_s.arg(seconds / 60).arg(seconds % 60);
}

QString countText(quint64 count)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(count);
}

QString shortCountText(quint64 count)
{
    if (count < 1000)
        return QString::number(count);
    return count < 1'000'000 ? u"%1k"_s.arg(count / 1000) : u"%1M"_s.arg(count / 1'000'000);
}

QString rateText(double perSecond)
{
    if (perSecond < 0.05)
        return u"0"_s;
    return QString::number(perSecond, 'f', perSecond < 9.95 ? 1 : 0);
}

} // namespace portlight
