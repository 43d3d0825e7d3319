// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/statebar.h"

#include "theme/colors.h"
#include "widgets/cellpainting.h"
#include "widgets/quantities.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int DotX = 17;

QPushButton *flatButton(const QString &objectName, QWidget *parent)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(objectName);
    button->setFlat(true);
    button->setFixedHeight(24);
    return button;
}

QLabel *quietLabel(const QString &objectName, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(objectName);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace

QString listenersText(const QList<ListenerStatus> &listeners)
{
    QStringList shown;
    QByteArray lastHost;
    for (const ListenerStatus &listener : listeners) {
        const qsizetype colon = listener.address.lastIndexOf(':');
        const QByteArray host = listener.address.left(colon);
        // The other loopback family says nothing new.
        if (!listener.open || host == "[::1]")
            continue;
        shown.append(QString::fromUtf8(host == lastHost ? listener.address.mid(colon) : listener.address));
        lastHost = host;
    }
    return shown.join(u", "_s);
}

StateBar::StateBar(QWidget *parent)
    : QWidget(parent)
    , m_state(flatButton(u"stateButton"_s, this))
    , m_listeners(quietLabel(u"stateListeners"_s, this))
    , m_rate(quietLabel(u"stateRate"_s, this))
    , m_connections(quietLabel(u"stateConnections"_s, this))
    , m_capture(flatButton(u"stateCapture"_s, this))
{
    setObjectName(u"stateBar"_s);
    setFixedHeight(28);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(DotX - 4, 1, 4, 0);
    row->setSpacing(6);
    row->addWidget(m_state);
    row->addWidget(m_listeners);
    row->addSpacing(12);
    row->addWidget(m_rate);
    row->addSpacing(12);
    row->addWidget(m_connections);
    row->addStretch(1);
    row->addWidget(m_capture);
    connect(m_state, &QPushButton::clicked, this, &StateBar::problemsClicked);
    connect(m_capture, &QPushButton::clicked, this, &StateBar::captureClicked);
    showState();
}

void StateBar::setStatus(const EngineStatus &status, int problems)
{
    m_status = status;
    m_problems = problems;
    showState();
}

void StateBar::showState()
{
    const QString state = m_problems > 0     ? (m_problems == 1 ? tr("1 problem") : tr("%1 problems").arg(m_problems))
                          : m_status.running ? tr("Running")
                                             : tr("Starting");
    m_state->setText(state);
    m_state->setAccessibleName(tr("Engine: %1").arg(state));
    const bool paused = std::any_of(m_status.listeners.cbegin(), m_status.listeners.cend(),
                                    [](const ListenerStatus &each) { return each.acceptingPaused; });
    const QString listeners = listenersText(m_status.listeners);
    m_listeners->setText(listeners.isEmpty() ? tr("no listener open")
                         : paused            ? tr("%1 (waiting for free descriptors)").arg(listeners)
                                             : listeners);
    m_rate->setText(tr("%1 req/s").arg(rateText(m_status.requestsPerSecond)));
    m_connections->setText(m_status.active == 1 ? tr("1 connection") : tr("%1 connections").arg(m_status.active));
    QString capture = tr("Not capturing");
    if (m_status.capturing)
        capture = tr("Capturing, %1 kept").arg(countText(quint64(m_status.captureCount)));
    if (m_status.captureDropped > 0)
        capture += tr(", %1 dropped").arg(countText(m_status.captureDropped));
    m_capture->setText(capture);
    m_capture->setAccessibleName(capture);
    update();
}

void StateBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColors &colors = themeColors(palette());
    painter.fillRect(rect(), colors.window);
    painter.fillRect(QRect(0, 0, width(), 1), colors.hairline);
    const Tone tone = m_problems > 0 ? Tone::Error : m_status.running ? Tone::Good : Tone::Warning;
    paintDot(painter, QPoint(DotX, height() / 2), colors.tone(tone).mark);
}

} // namespace portlight
