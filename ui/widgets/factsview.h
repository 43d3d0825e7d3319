// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QScrollArea>

class QLabel;

namespace portlight {

// Names and values in two columns of pairs; values can be selected and copied.
class FactsView final : public QScrollArea
{
    Q_OBJECT
public:
    using Fact = std::pair<QString, QString>;
    explicit FactsView(QWidget *parent = nullptr);

    // Facts without a value are left out. New values of the same facts are written into their places, so that what is
    // selected there and the scroll position stay.
    void setFacts(const QList<Fact> &facts);
    void setGround(QPalette::ColorRole role);
    // In a narrower view the pairs stand in one column: for values that may not be broken.
    void setTwoColumnsFrom(int width);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void build(const QList<Fact> &facts);
    int columnsThatFit() const;

    QList<Fact> m_facts; // as shown
    QList<QLabel *> m_values;
    int m_columns = 0; // of pairs
    int m_twoColumnsFrom = 0;
    QPalette::ColorRole m_ground = QPalette::Base;
};

} // namespace portlight
