// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/filterbar.h"

#include "theme/colors.h"
#include "theme/painting.h"
#include "traffic/trafficfilter.h"
#include "widgets/quantities.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr char KeyProperty[] = "filterKey";

} // namespace

FilterBar::FilterBar(QWidget *parent)
    : QObject(parent)
    , m_edit(new QLineEdit(parent))
    , m_boxes(new QWidget(parent))
    , m_counts(new QLabel(m_boxes))
{
    m_edit->setObjectName(u"trafficFilter"_s);
    m_edit->setAccessibleName(tr("Filter traffic"));
    m_edit->setPlaceholderText(tr("Filter:  shop  method:POST  status:>=400  is:running"));
    m_edit->setToolTip(tr("Words, or method: status: domain: path: type: peer: is: larger-than: slower-than:\n"
                          "A '-' before a term turns it round. Shortcut: /"));
    m_edit->setClearButtonEnabled(true);
    m_edit->setMinimumWidth(220);
    m_method = makeBox(u"trafficMethod"_s, tr("Method"), u"method"_s,
                       {u"GET"_s, u"POST"_s, u"PUT"_s, u"PATCH"_s, u"DELETE"_s, u"HEAD"_s, u"OPTIONS"_s});
    m_status =
        makeBox(u"trafficStatus"_s, tr("Status"), u"status"_s, {u"1xx"_s, u"2xx"_s, u"3xx"_s, u"4xx"_s, u"5xx"_s});
    m_domain = makeBox(u"trafficDomain"_s, tr("Domain"), u"domain"_s, {});
    m_counts->setObjectName(u"trafficCounts"_s);
    auto *row = new QHBoxLayout(m_boxes);
    row->setContentsMargins(24, 0, 24, 8);
    row->setSpacing(8);
    for (QComboBox *box : {m_method, m_status, m_domain})
        row->addWidget(box);
    row->addStretch();
    row->addWidget(m_counts);
    connect(m_edit, &QLineEdit::textChanged, this, [this](const QString &text) {
        showInBoxes(text);
        Q_EMIT filterChanged(text);
    });
}

QComboBox *FilterBar::makeBox(const QString &objectName, const QString &accessibleName, const QString &key,
                              const QStringList &values)
{
    auto *box = new QComboBox(m_boxes);
    box->setObjectName(objectName);
    box->setAccessibleName(accessibleName);
    box->setProperty(KeyProperty, key);
    box->addItem(tr("%1: any").arg(accessibleName), QString());
    for (const QString &value : values)
        box->addItem(value, value);
    box->setMinimumContentsLength(10);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(box, &QComboBox::activated, this, [this, box] {
        m_edit->setText(TrafficFilter::withTerm(m_edit->text(), box->property(KeyProperty).toString(),
                                                box->currentData().toString()));
    });
    return box;
}

void FilterBar::setDomains(const QStringList &names)
{
    while (m_domain->count() > 1)
        m_domain->removeItem(1);
    for (const QString &name : names)
        m_domain->addItem(name, name);
    showInBoxes(m_edit->text());
}

void FilterBar::showInBoxes(const QString &text)
{
    for (QComboBox *box : {m_method, m_status, m_domain})
        showInBox(box, TrafficFilter::valueOf(text, box->property(KeyProperty).toString()));
}

void FilterBar::showInBox(QComboBox *box, const QString &value)
{
    const int at = box->findData(value, Qt::UserRole, Qt::MatchFixedString);
    box->setCurrentIndex(std::max(at, 0));
}

void FilterBar::showCounts(qsizetype shown, qsizetype all, const QString &problem)
{
    const ThemeColors &colors = themeColors(m_boxes->palette());
    setInk(m_counts, problem.isEmpty() ? colors.dim : colors.warning.ink);
    m_counts->setText(!problem.isEmpty() ? problem
                                         : tr("%1 of %2").arg(countText(quint64(shown)), countText(quint64(all))));
}

} // namespace portlight
