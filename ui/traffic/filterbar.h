// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace portlight {

// The filter of the Traffic page: one line in the grammar of TrafficFilter, and boxes that write into it.
class FilterBar final : public QObject
{
    Q_OBJECT
public:
    explicit FilterBar(QWidget *parent);

    QLineEdit *edit() const { return m_edit; }
    QWidget *boxes() const { return m_boxes; }
    void setDomains(const QStringList &names);
    // "12 of 12,408"; a problem of the filter takes its place.
    void showCounts(qsizetype shown, qsizetype all, const QString &problem);

Q_SIGNALS:
    void filterChanged(const QString &text);

private:
    QComboBox *makeBox(const QString &objectName, const QString &accessibleName, const QString &key,
                       const QStringList &values);
    void showInBoxes(const QString &text);
    void showInBox(QComboBox *box, const QString &value);

    QLineEdit *m_edit;
    QWidget *m_boxes;
    QComboBox *m_method;
    QComboBox *m_status;
    QComboBox *m_domain;
    QLabel *m_counts;
};

} // namespace portlight
