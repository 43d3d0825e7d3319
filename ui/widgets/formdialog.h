// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <functional>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace portlight {

// A small dialog: a title, a sentence, what its maker puts below, a line for what is wrong, Cancel and one action.
class FormDialog : public QDialog
{
    Q_OBJECT
public:
    // `objectName` names the dialog; its buttons get "Cancel" and "Accept" behind it, its problem "Problem".
    FormDialog(const QString &objectName, const QString &title, const QString &sentence, const QString &action,
               QWidget *parent);

    void accept() override;

protected:
    QVBoxLayout *content() const { return m_content; }
    // A label above `field`, and its buddy.
    void addField(const QString &label, QWidget *field);
    // Secondary text that wraps.
    QLabel *addNote(const QString &text);
    // What is wrong with what was typed, for people; empty: nothing. Asked before the dialog accepts.
    void setCheck(std::function<QString()> check) { m_check = std::move(check); }
    void showProblem(const QString &problem);
    // As high as what is in it; call it when that changes.
    void fitHeight();
    void changeEvent(QEvent *event) override;

private:
    void colorProblem();

    std::function<QString()> m_check;
    QVBoxLayout *m_content;
    QLabel *m_problem;
};

} // namespace portlight
