// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/icons.h"

#include "theme/colors.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

// Outside any namespace, as the macro asks; a static library's resources are not there by themselves.
static void initResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QByteArray resource(const QString &path)
{
    initResources();
    QFile file(path);
    const bool open = file.open(QIODevice::ReadOnly);
    Q_ASSERT_X(open, "resource", qPrintable(path));
    return open ? file.readAll() : QByteArray();
}

QPixmap render(const QByteArray &svg, const QSize &deviceSize, qreal devicePixelRatio)
{
    QPixmap pixmap(deviceSize);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QSvgRenderer(svg).render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return pixmap;
}

QPixmap coloredIcon(const QString &name, const QColor &color, const QSize &deviceSize, qreal devicePixelRatio)
{
    const QString key = u"portlight/%1/%2/%3x%4@%5"_s.arg(name, color.name(QColor::HexArgb))
                            .arg(deviceSize.width())
                            .arg(deviceSize.height())
                            .arg(devicePixelRatio);
    QPixmap pixmap;
    if (!QPixmapCache::find(key, &pixmap)) {
        QByteArray svg = resource(u":/icons/%1.svg"_s.arg(name));
        svg.replace("currentColor", color.name().toLatin1());
        pixmap = render(svg, deviceSize, devicePixelRatio);
        QPixmapCache::insert(key, pixmap);
    }
    return pixmap;
}

class ThemedIconEngine final : public QIconEngine
{
public:
    explicit ThemedIconEngine(QString name)
        : m_name(std::move(name))
    {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, ratio));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1);
    }
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state, qreal scale) override
    {
        const ThemeColors &colors = themeColors(QApplication::palette());
        QColor color = colors.text;
        if (mode == QIcon::Disabled)
            color = colors.neutral.mark;
        else if (mode == QIcon::Selected || state == QIcon::On)
            color = colors.accentTone.ink;
        return coloredIcon(m_name, color, size, scale);
    }
    QIconEngine *clone() const override { return new ThemedIconEngine(m_name); }

private:
    QString m_name;
};

} // namespace

QIcon applicationIcon()
{
    initResources();
    return QIcon(u":/icons/portlight.svg"_s);
}

QIcon themedIcon(const QString &name)
{
    return QIcon(new ThemedIconEngine(name));
}

QPixmap iconPixmap(const QString &name, const QColor &color, int size, qreal devicePixelRatio)
{
    return coloredIcon(name, color, QSize(size, size) * devicePixelRatio, devicePixelRatio);
}

QPixmap drawingPixmap(const QString &name, const QPalette &palette, qreal devicePixelRatio)
{
    const ThemeColors &colors = themeColors(palette);
    QByteArray svg = resource(u":/drawings/%1.svg"_s.arg(name));
    svg.replace("LINE", colors.control.name().toLatin1());
    svg.replace("ACCENT", colors.accent.name().toLatin1());
    svg.replace("SOFT", colors.selection.name().toLatin1());
    svg.replace("BASE", colors.base.name().toLatin1());
    return render(svg, QSize(220, 120) * devicePixelRatio, devicePixelRatio);
}

} // namespace portlight
