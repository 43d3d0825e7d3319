// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/factsview.h"

#include "theme/fonts.h"

#include <QGridLayout>
#include <QLabel>

namespace portlight {

FactsView::FactsView(QWidget *parent)
    : QScrollArea(parent)
{
    setFrameShape(NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setGround(QPalette::Base);
}

void FactsView::setGround(QPalette::ColorRole role)
{
    m_ground = role;
    viewport()->setBackgroundRole(role);
    if (widget())
        widget()->setBackgroundRole(role);
}

void FactsView::setTwoColumnsFrom(int width)
{
    m_twoColumnsFrom = width;
}

int FactsView::columnsThatFit() const
{
    return width() < m_twoColumnsFrom ? 1 : 2;
}

void FactsView::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    if (!widget() || m_columns == columnsThatFit())
        return;
    const QList<Fact> facts = std::exchange(m_facts, {});
    setFacts(facts);
}

void FactsView::setFacts(const QList<Fact> &facts)
{
    QList<Fact> shown;
    std::copy_if(facts.cbegin(), facts.cend(), std::back_inserter(shown),
                 [](const Fact &fact) { return !fact.second.isEmpty(); });
    const auto sameName = [](const Fact &a, const Fact &b) { return a.first == b.first; };
    if (!widget() || m_columns != columnsThatFit()
        || !std::equal(shown.cbegin(), shown.cend(), m_facts.cbegin(), m_facts.cend(), sameName))
        build(shown);
    for (qsizetype i = 0; i < shown.size(); ++i) {
        if (m_values[i]->text() != shown[i].second)
            m_values[i]->setText(shown[i].second);
    }
    m_facts = shown;
}

void FactsView::build(const QList<Fact> &facts)
{
    m_values.clear();
    auto *inside = new QWidget;
    inside->setBackgroundRole(m_ground);
    auto *grid = new QGridLayout(inside);
    grid->setContentsMargins(24, 12, 24, 12);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    m_columns = columnsThatFit();
    if (m_columns == 2)
        grid->setColumnStretch(3, 1);
    const int rows = (int(facts.size()) + m_columns - 1) / m_columns;
    for (int i = 0; i < facts.size(); ++i) {
        auto *name = new QLabel(facts[i].first, inside);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto *value = new QLabel(inside);
        value->setFont(wireFont());
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setMinimumWidth(80);
        const int column = i < rows ? 0 : 2;
        grid->addWidget(name, i % rows, column, Qt::AlignTop);
        grid->addWidget(value, i % rows, column + 1, Qt::AlignTop);
        m_values.append(value);
    }
    grid->setRowStretch(rows, 1);
    setWidget(inside);
}

} // namespace portlight
