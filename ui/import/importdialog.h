// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/importer.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QWidget;

namespace portlight {

class Badge;
class FlatTable;
class MappingsModel;
class RowsModel;

// A configuration before it is imported: what becomes of each directive, and the overlay that will lie over it, whose
// right side can be edited. accepted() means: import plan().
class ImportDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit ImportDialog(const ImportPlan &plan, QWidget *parent = nullptr);

    const ImportPlan &plan() const { return m_plan; }
    // Shown above the buttons: why the import was refused.
    void showProblem(const QString &text);

Q_SIGNALS:
    // The Import button; the dialog stays open until someone closes it.
    void importRequested();

private:
    QWidget *makeHeading();
    QWidget *makeReport();
    QWidget *makeMappings();
    QWidget *makeButtons();
    void takeEdit();
    void showReport();

    ImportPlan m_plan;
    RowsModel *m_lines;
    MappingsModel *m_mappings;
    Badge *m_same = nullptr;
    Badge *m_approximated = nullptr;
    Badge *m_ignored = nullptr;
    QComboBox *m_filter = nullptr;
    QLabel *m_problem = nullptr;
    QPushButton *m_import = nullptr;
};

} // namespace portlight
