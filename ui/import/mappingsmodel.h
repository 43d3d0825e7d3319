// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/overlay.h"

#include <QAbstractTableModel>

namespace portlight {

// The rows of a proposed overlay: what is written, and what counts here, which can be edited.
class MappingsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { MarginColumn, KindColumn, FromColumn, ToColumn, ReasonColumn, ColumnCount };

    explicit MappingsModel(QObject *parent = nullptr);

    void setOverlay(const Overlay &overlay);
    // As edited; a row whose right side was emptied is left out.
    Overlay overlay() const;
    // What is wrong with what was typed last; empty when nothing is.
    QString problem() const { return m_problem; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void edited();

private:
    QString cellText(const OverlayMapping &mapping, int column) const;

    Overlay m_overlay;
    QString m_problem;
};

} // namespace portlight
