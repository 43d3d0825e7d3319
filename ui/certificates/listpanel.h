// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/flattable.h"
#include "widgets/rowsmodel.h"

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace portlight {

// A list of the Certificates page: a sentence and buttons, a table, and what there is to say of its selected row.
// Its parts are added from top to bottom, which is how Tab goes through them.
class ListPanel : public QWidget
{
public:
    QList<QAction *> rowActions() const { return m_table->rowActions(); }

protected:
    static constexpr int NameColumn = 1; // the one that becomes current

    // `summaryName`: of the sentence.
    ListPanel(const QString &objectName, const QString &summaryName, QWidget *parent);

    QPushButton *addButton(const QString &objectName, const QString &text);
    void addTable(const QString &objectName, const QString &accessibleName, const QStringList &headings,
                  const QList<ColumnPlan> &plan);
    void addDetail(QWidget *detail);
    void setSummary(const QString &text);
    // One is selected whenever there are any.
    void setRows(const QList<CellRow> &rows);
    FlatTable *table() const { return m_table; }
    // Of as many rows as `count`; -1: none.
    qsizetype selectedOf(qsizetype count) const;
    // Fills the detail, or hides it.
    virtual void showSelected() = 0;

private:
    QVBoxLayout *m_column;
    QHBoxLayout *m_top;
    QLabel *m_summary;
    RowsModel *m_model = nullptr;
    FlatTable *m_table = nullptr;
};

} // namespace portlight
