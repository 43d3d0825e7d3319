// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace portlight {

struct FrameRecord;

// Which frames the Frames tab lists: of one kind, with a text in their payload.
class FramesProxy final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    enum class Show : quint8 { All, Messages, Control, FromClient, FromBackend };

    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setShow(Show show);
    // Looked for in what is shown of a frame and in its whole payload, whatever the case.
    void setText(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    bool hasText(const FrameRecord &record) const;

    Show m_show = Show::All;
    QString m_text;
};

} // namespace portlight
