// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/colors.h"
#include "theme/icons.h"
#include "theme/theme.h"

#include <QApplication>
#include <QtTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

constexpr double ReadableContrast = 4.5;

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void textIsReadableOnEveryGround_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textIsReadableOnEveryGround()
    {
        QFETCH(const bool, dark);
        const ThemeColors &c = themeColors(dark);
        struct Pair {
            const char *what;
            QColor ink;
            QColor ground;
        };
        QList<Pair> pairs;
        for (const QColor &ground : {c.window, c.sidebar, c.base, c.hover, c.selection}) {
            pairs.append({"text", c.text, ground});
            pairs.append({"dim", c.dim, ground});
            pairs.append({"link", c.accentTone.ink, ground});
        }
        for (const ToneColors &tone : {c.neutral, c.accentTone, c.good, c.warning, c.error}) {
            pairs.append({"badge", tone.ink, tone.soft});
            pairs.append({"coloured text", tone.ink, c.base});
            pairs.append({"coloured text beside a page", tone.ink, c.window});
            pairs.append({"text on a notice", c.text, tone.soft});
        }
        pairs.append({"primary button", c.onAccent, c.accent});
        for (const Pair &pair : pairs) {
            const double ratio = contrastRatio(pair.ink, pair.ground);
            QVERIFY2(
                ratio >= ReadableContrast,
                qPrintable(u"%1: %2 on %3 is %4:1"_s.arg(QLatin1String(pair.what), pair.ink.name(), pair.ground.name())
                               .arg(ratio)));
        }
    }

    void paletteRolesAreReadable_data() { textIsReadableOnEveryGround_data(); }
    void paletteRolesAreReadable()
    {
        QFETCH(const bool, dark);
        const QPalette palette = paletteOf(themeColors(dark));
        const auto ratio = [&palette](QPalette::ColorRole ink, QPalette::ColorRole ground) {
            return contrastRatio(palette.color(ink), palette.color(ground));
        };
        QVERIFY(ratio(QPalette::WindowText, QPalette::Window) >= ReadableContrast);
        QVERIFY(ratio(QPalette::Text, QPalette::Base) >= ReadableContrast);
        QVERIFY(ratio(QPalette::ButtonText, QPalette::Button) >= ReadableContrast);
        QVERIFY(ratio(QPalette::PlaceholderText, QPalette::Base) >= ReadableContrast);
        QVERIFY(ratio(QPalette::HighlightedText, QPalette::Highlight) >= ReadableContrast);
        QVERIFY(ratio(QPalette::ToolTipText, QPalette::ToolTipBase) >= ReadableContrast);
        QVERIFY(ratio(QPalette::Link, QPalette::Base) >= ReadableContrast);
    }

    void theDesignsColoursAreExact()
    {
        QCOMPARE(themeColors(false).window.name(), u"#f6f7f9"_s);
        QCOMPARE(themeColors(false).text.name(), u"#1b1f24"_s);
        QCOMPARE(themeColors(false).hairline.name(), u"#d9dde3"_s);
        QCOMPARE(themeColors(false).accent.name(), u"#2f6feb"_s);
        QCOMPARE(themeColors(false).good.mark.name(), u"#1a7f37"_s);
        QCOMPARE(themeColors(true).window.name(), u"#16181d"_s);
        QCOMPARE(themeColors(true).base.name(), u"#1e2128"_s);
        QCOMPARE(themeColors(true).accent.name(), u"#5b8def"_s);
        QCOMPARE(themeColors(true).error.mark.name(), u"#f85149"_s);
    }

    void aPaletteTellsWhoseColoursItHas()
    {
        QVERIFY(!themeColors(paletteOf(themeColors(false))).dark);
        QVERIFY(themeColors(paletteOf(themeColors(true))).dark);
    }

    void switchingTakesEffectAtOnce()
    {
        Theme theme(*qApp, Appearance::Light);
        QCOMPARE(QApplication::palette().color(QPalette::Base), themeColors(false).base);
        QSignalSpy changed(&theme, &Theme::appearanceChanged);
        theme.setAppearance(Appearance::Dark);
        QCOMPARE(QApplication::palette().color(QPalette::Base), themeColors(true).base);
        theme.setAppearance(Appearance::Dark);
        QCOMPARE(changed.count(), 1);
        theme.setAppearance(Appearance::System);
        QVERIFY(QApplication::palette().color(QPalette::Base) == themeColors(false).base
                || QApplication::palette().color(QPalette::Base) == themeColors(true).base);
    }

    void appearanceNamesAreReadBack()
    {
        for (const Appearance each : {Appearance::System, Appearance::Light, Appearance::Dark})
            QCOMPARE(Theme::fromName(Theme::nameOf(each)), each);
        QCOMPARE(Theme::fromName(u"purple"_s), Appearance::System);
    }

    void iconsAreDrawnAtTheScreensResolutionInTheColourAsked()
    {
        const QPixmap pixmap = iconPixmap(u"domains"_s, QColor(Qt::red), 18, 2);
        QCOMPARE(pixmap.size(), QSize(36, 36));
        QCOMPARE(pixmap.devicePixelRatio(), 2.0);
        const QImage image = pixmap.toImage().convertToFormat(QImage::Format_ARGB32);
        int red = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor at = image.pixelColor(x, y);
                red += at.alpha() > 200 && at.red() > 200 && at.green() < 40 ? 1 : 0;
            }
        }
        QVERIFY2(red > 40, qPrintable(QString::number(red)));
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
