// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>

namespace portlight {

// Saves a painter's state for the life of this object.
class PainterSaver
{
public:
    explicit PainterSaver(QPainter &painter)
        : m_painter(painter)
    {
        m_painter.save();
    }
    ~PainterSaver() { m_painter.restore(); }
    Q_DISABLE_COPY_MOVE(PainterSaver)

private:
    QPainter &m_painter;
};

} // namespace portlight
