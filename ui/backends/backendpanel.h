// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backends/backendrow.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace portlight {

class Badge;
class ElidedLabel;
class FactsView;

// Below the table: everything known of one peer, and what can be done with it.
class BackendPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit BackendPanel(QWidget *parent = nullptr);

    void showPeer(const BackendRow &row, qint64 nowMs);

Q_SIGNALS:
    void orderRequested(portlight::PeerOrder order);
    void weightRequested();
    void positionRequested(const portlight::TextPosition &where);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeHeader();
    QPushButton *makeButton(const QString &objectName, const QString &text, const QString &toolTip);

    void showPosition();

    TextPosition m_where;
    ElidedLabel *m_name = nullptr;
    QLabel *m_group = nullptr;
    Badge *m_state = nullptr;
    QPushButton *m_position = nullptr;
    QPushButton *m_weight = nullptr;
    QPushButton *m_drain = nullptr;
    QPushButton *m_disable = nullptr;
    QPushButton *m_enable = nullptr;
    FactsView *m_facts = nullptr;
};

} // namespace portlight
