// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/fonts.h"

#include <QApplication>
#include <QFontDatabase>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Families that fontconfig resolves to whatever comes first: nobody chose them.
bool isGeneric(const QString &family)
{
    static const QStringList generic{u"sans serif"_s, u"sans-serif"_s, u"sans"_s,    u"monospace"_s,
                                     u"fixed"_s,      u"helvetica"_s,  u"courier"_s, u"courier new"_s};
    return family.isEmpty() || generic.contains(family.toLower());
}

QFont preferred(QFont font, const QStringList &families)
{
    if (!isGeneric(font.family()))
        return font;
    for (const QString &family : families) {
        if (QFontDatabase::hasFamily(family)) {
            font.setFamily(family);
            return font;
        }
    }
    return font;
}

} // namespace

QFont windowFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    const bool chosen = !isGeneric(font.family());
    font = preferred(font, {u"Inter"_s, u"Noto Sans"_s, u"DejaVu Sans"_s});
    if (!chosen)
        font.setPointSizeF(9.75); // 13 pixels at 96 dpi
    return font;
}

QFont wireFont()
{
    const QFont system = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    QFont font = preferred(system, {u"JetBrains Mono"_s, u"DejaVu Sans Mono"_s});
    font.setStyleHint(QFont::Monospace);
    font.setPointSizeF(QApplication::font().pointSizeF() - 0.75);
    return font;
}

QFont headingFont()
{
    QFont font = semiboldFont();
    font.setPointSizeF(font.pointSizeF() + 3.75);
    return font;
}

QFont semiboldFont()
{
    QFont font = QApplication::font();
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont badgeFont()
{
    QFont font = semiboldFont();
    font.setPointSizeF(font.pointSizeF() - 1.5);
    return font;
}

} // namespace portlight
