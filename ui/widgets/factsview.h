// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QScrollArea>

namespace portlight {

// Names and values in two columns of pairs; values can be selected and copied.
class FactsView final : public QScrollArea
{
    Q_OBJECT
public:
    using Fact = std::pair<QString, QString>;
    explicit FactsView(QWidget *parent = nullptr);

    // Facts without a value are left out. The same facts again change nothing.
    void setFacts(const QList<Fact> &facts);

private:
    QList<Fact> m_facts;
};

} // namespace portlight
