// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/portchips.h"

#include "theme/style.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int Gap = 8;
constexpr int ChipTextWidthMax = 220;

} // namespace

PortChips::PortChips(QWidget *parent)
    : QWidget(parent)
    , m_label(new QLabel(this))
    , m_more(new QPushButton(this))
{
    setObjectName(u"portChips"_s);
    m_label->setForegroundRole(QPalette::PlaceholderText);
    m_more->setObjectName(u"portChipsMore"_s);
    m_more->setProperty(ChipProperty, true);
    m_more->setAccessibleName(tr("More listening ports"));
    connect(m_more, &QPushButton::clicked, this, &PortChips::showRest);
    hide();
}

QPushButton *PortChips::makeChip(const ListeningPort &port)
{
    const QString title = port.title();
    auto *chip = new QPushButton(this);
    chip->setText(chip->fontMetrics().elidedText(title, Qt::ElideRight, ChipTextWidthMax));
    chip->setObjectName(u"portChip%1"_s.arg(port.port));
    chip->setProperty(ChipProperty, true);
    chip->setAccessibleName(tr("Add a domain for port %1").arg(title));
    chip->setToolTip(tr("Give %1 a name").arg(title));
    connect(chip, &QPushButton::clicked, this, [this, port] { Q_EMIT portPicked(port); });
    return chip;
}

void PortChips::setPorts(const QList<ListeningPort> &ports)
{
    if (ports == m_ports)
        return; // nothing moves under the pointer
    m_ports = ports;
    qDeleteAll(m_chips);
    m_chips.clear();
    for (const ListeningPort &port : ports)
        m_chips.append(makeChip(port));
    showPorts();
}

void PortChips::setEmptyText(const QString &text)
{
    m_emptyText = text;
    showPorts();
}

void PortChips::setCentered(bool centered)
{
    m_centered = centered;
    layoutChips();
}

void PortChips::showPorts()
{
    m_label->setText(m_ports.isEmpty() ? m_emptyText : tr("Listening here:"));
    setVisible(!m_label->text().isEmpty());
    layoutChips();
}

// How many chips go into the line, with "+N" behind them unless these are all.
int PortChips::chipsThatFit() const
{
    const int moreWidth = fontMetrics().horizontalAdvance(u"+999"_s) + 24;
    int x = m_label->width() + Gap;
    int count = 0;
    for (const QPushButton *chip : m_chips) {
        const int chipWidth = chip->sizeHint().width();
        const bool last = count == m_chips.size() - 1;
        if (x + chipWidth + (last ? 0 : moreWidth) > width())
            break;
        x += chipWidth + Gap;
        ++count;
    }
    return count;
}

void PortChips::layoutChips()
{
    m_label->adjustSize();
    m_shown = chipsThatFit();
    const qsizetype rest = m_chips.size() - m_shown;
    m_more->setText(u"+%1"_s.arg(rest));
    m_more->setVisible(rest > 0);
    QList<QWidget *> line{m_label};
    for (qsizetype i = 0; i < m_chips.size(); ++i) {
        m_chips[i]->setVisible(i < m_shown);
        if (i < m_shown)
            line.append(m_chips[i]);
    }
    if (rest > 0)
        line.append(m_more);
    int lineWidth = -Gap;
    for (const QWidget *widget : std::as_const(line))
        lineWidth += widget->sizeHint().width() + Gap;
    int x = m_centered ? std::max(0, (width() - lineWidth) / 2) : 0;
    for (QWidget *widget : std::as_const(line)) {
        const QSize size = widget->sizeHint();
        widget->setGeometry(QRect(QPoint(x, (height() - size.height()) / 2), size));
        x += size.width() + Gap;
    }
}

void PortChips::showRest()
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const ListeningPort &port : m_ports.mid(m_shown))
        menu->addAction(port.title(), this, [this, port] { Q_EMIT portPicked(port); });
    menu->popup(m_more->mapToGlobal(QPoint(0, m_more->height())));
}

void PortChips::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layoutChips();
}

QString suggestedName(const ListeningPort &port)
{
    static const QRegularExpression notInNames(u"[^a-z0-9-]+"_s);
    QString name = port.workingDirectory.section(u'/', -1);
    if (name.isEmpty() || name == u"~"_s)
        name = port.process;
    name = name.toLower().replace(notInNames, u"-"_s);
    while (name.startsWith(u'-'))
        name.remove(0, 1);
    while (name.endsWith(u'-'))
        name.chop(1);
    return name.isEmpty() || name.at(0).isDigit() ? u"app%1"_s.arg(port.port) : name;
}

} // namespace portlight
