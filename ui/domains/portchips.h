// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/workspace.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace portlight {

// One line of the ports that something already listens on; those that do not fit are behind "+N".
class PortChips final : public QWidget
{
    Q_OBJECT
public:
    explicit PortChips(QWidget *parent = nullptr);

    void setPorts(const QList<ListeningPort> &ports);
    // Without ports it stays, and says this, so that nothing below moves when one comes.
    void setEmptyText(const QString &text);
    void setCentered(bool centered);
    QSize sizeHint() const override { return {200, 28}; }
    QSize minimumSizeHint() const override { return {120, 28}; }

Q_SIGNALS:
    void portPicked(const portlight::ListeningPort &port);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QPushButton *makeChip(const ListeningPort &port);
    void showPorts();
    void layoutChips();
    int chipsThatFit() const;
    void showRest();

    QString m_emptyText;
    bool m_centered = false;
    QLabel *m_label;
    QPushButton *m_more;
    QList<ListeningPort> m_ports;
    QList<QPushButton *> m_chips; // children; as many as ports
    qsizetype m_shown = 0;
};

// A name to offer for a port: the folder of its process, the process, or the port.
QString suggestedName(const ListeningPort &port);

} // namespace portlight
