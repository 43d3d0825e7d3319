// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendpanel.h"

#include "backends/backendfacts.h"
#include "theme/fonts.h"
#include "widgets/badge.h"
#include "widgets/elidedlabel.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int PositionWidthMin = 800;

} // namespace

BackendPanel::BackendPanel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"backendPanel"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_facts = new FactsView(this);
    m_facts->setObjectName(u"backendFacts"_s);
    m_facts->setAccessibleName(tr("What is known of the backend"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHeader());
    column->addWidget(m_facts, 1);
}

QWidget *BackendPanel::makeHeader()
{
    auto *header = new QWidget(this);
    m_name = new ElidedLabel(header);
    m_name->setObjectName(u"backendName"_s);
    QFont font = wireFont();
    font.setWeight(QFont::DemiBold);
    m_name->setFont(font);
    m_state = new Badge(header);
    m_state->setObjectName(u"backendState"_s);
    m_group = new ElidedLabel(header);
    m_group->setObjectName(u"backendGroup"_s);
    m_group->setForegroundRole(QPalette::PlaceholderText);
    m_position = makeButton(u"backendPosition"_s, QString(), tr("Open the configuration there"));
    m_position->setAccessibleName(tr("Open the configuration"));
    m_position->setFlat(true);
    m_weight = makeButton(u"backendWeight"_s, tr("Weight…"), tr("Change its share of the requests (F2)"));
    m_drain =
        makeButton(u"backendDrain"_s, tr("Drain"), tr("Let it end what it has, and give it nothing new (Ctrl+D)"));
    m_disable = makeButton(u"backendDisable"_s, tr("Disable"), tr("Give it no requests (Space)"));
    m_enable = makeButton(u"backendEnable"_s, tr("Enable"), tr("Give it requests again (Space)"));
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(24, 8, 24, 0);
    row->setSpacing(10);
    row->addWidget(m_name);
    row->addWidget(m_state);
    row->addWidget(m_group);
    row->addStretch(1);
    for (QPushButton *button : {m_position, m_weight, m_drain, m_disable, m_enable})
        row->addWidget(button);
    connect(m_position, &QPushButton::clicked, this, [this] { Q_EMIT positionRequested(m_where); });
    connect(m_weight, &QPushButton::clicked, this, &BackendPanel::weightRequested);
    connect(m_drain, &QPushButton::clicked, this, [this] { Q_EMIT orderRequested(PeerOrder::Draining); });
    connect(m_disable, &QPushButton::clicked, this, [this] { Q_EMIT orderRequested(PeerOrder::Down); });
    connect(m_enable, &QPushButton::clicked, this, [this] { Q_EMIT orderRequested(PeerOrder::Up); });
    return header;
}

QPushButton *BackendPanel::makeButton(const QString &objectName, const QString &text, const QString &toolTip)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(objectName);
    button->setAccessibleName(text);
    button->setToolTip(toolTip);
    return button;
}

void BackendPanel::showPeer(const BackendRow &row, qint64 nowMs)
{
    const PeerState state = row.peer.state;
    m_where = row.where;
    m_name->setText(QString::fromUtf8(row.peer.name));
    m_state->setBadge(stateWord(state), row.tone);
    m_state->setToolTip(stateSentence(state));
    const QString group = QString::fromUtf8(row.group);
    m_group->setText(group == m_name->text() ? row.usedBy.join(u", "_s) : tr("in %1").arg(group));
    const QString where = u"%1:%2"_s.arg(row.where.file.section(u'/', -1)).arg(row.where.line);
    m_position->setText(where);
    m_position->setAccessibleName(tr("Open %1").arg(where));
    showPosition();
    // A button that changed nothing would only ask what it did; none comes or goes under the pointer.
    m_drain->setEnabled(state != PeerState::Draining && state != PeerState::Down);
    m_disable->setEnabled(state != PeerState::Down);
    m_enable->setEnabled(state == PeerState::Draining || state == PeerState::Down);
    m_facts->setFacts(backendFacts(row.peer, nowMs));
}

// In a narrow window the name needs the room.
void BackendPanel::showPosition()
{
    m_position->setVisible(m_where.isKnown() && width() >= PositionWidthMin);
}

void BackendPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    showPosition();
}

} // namespace portlight
